import type { Entry } from '../../../domain/search/entry.js'
import { encodeShort } from './encode.js'

/** Who knows of the first restricted customer, of the second with other knowers, and so on; a thing about several has all of these. */
export const LEVELS_OF_KNOWERS = ['a_knowers_1', 'a_knowers_2', 'a_knowers_3', 'a_knowers_4'] as const
const NOBODY_KNOWS = 'nobody'

/** Beyond the last level only who is named in each of the rest knows: somebody may miss such a thing, nobody sees too much. */
export function knowersToIndex({ knowers }: Entry): Readonly<Record<string, readonly string[]>> {
  const [first, second, third, ...rest] = new Map(knowers.map((parties) => [[...parties].sort().join(), parties])).values()
  const inAll = rest.slice(1).reduce((left, parties) => left.filter((party) => parties.includes(party)), [...(rest[0] ?? [])])
  const levels = [first, second, third, rest.length > 0 ? inAll : undefined]
  return Object.fromEntries(LEVELS_OF_KNOWERS.flatMap((level, i) => {
    const parties = levels[i]
    return parties ? [[level, (parties.length > 0 ? parties : [NOBODY_KNOWS]).map(encodeShort)]] : []
  }))
}
