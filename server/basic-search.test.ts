import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import type { Sight } from './domain/policy/readable.js'
import { EMPTY_QUERY } from './domain/search/query.js'
import { openBasicSearch, type BasicParts } from './basic-search.js'

const SIGHT = { by: 'somebody', visible: { own: [], any: [], hide: [] } } as unknown as Sight

t.test('those who look through the store at once share the time, so that nobody waits for all the others', async (t) => {
  // A hundred at a time that have no published face: looked at, and nothing to find.
  let [under, most] = [0, 0]
  const rows = async () => {
    most = Math.max(most, (under += 1))
    await pause(30)
    under -= 1
    return Array.from({ length: 100 }, () => ({ published: null }))
  }
  const parts = { notes: { rows }, customers: { some: async () => new Map() }, vocabularies: { vocabulary: () => ({}) }, dayOf: (at: string) => at, patience: 4_000, most: 500 }
  const basic = openBasicSearch(parts as unknown as BasicParts)
  const looked = async () => (await basic(EMPTY_QUERY, SIGHT, { now: '2026-03-03T08:00:00.000Z' })).basic?.looked
  t.equal(await looked(), 500, 'alone one looks as far as one may')
  const all = await Promise.all(Array.from({ length: 400 }, looked))
  t.same(all.slice(0, 200).filter((each) => each !== 100), [], 'among four hundred one looks once')
  t.equal(most, 4, 'and a few at once, so that others still reach the store')
  t.equal(await looked(), 500, 'and afterwards as before')
})
