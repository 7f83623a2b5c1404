import { fold } from '../../../domain/search/fold.js'
import type { SuggestOptions, Suggestions } from '../../../domain/search/port.js'
import { runsOf } from '../../../domain/search/runs.js'
import { SOUND_MARK } from '../embedded/streams.js'
import { suggest as suggestFrom } from '../embedded/suggest.js'
import { cut, tokensOf } from '../embedded/tokens.js'
import { partOf } from './asked.js'
import { encodeBeginning, type Part } from './encode.js'
import { Sample } from './sample.js'
import type { Engine } from './search.js'

/** For each way a name can begin. */
const READ = 60

/** Names and words that begin as typed, read out of the entries that hold such words. */
export async function suggest(typed: string, options: SuggestOptions, { asking, hide }: Engine): Promise<Suggestions> {
  const runs = runsOf(fold(typed)).slice(0, 10)
  const last = runs.at(-1)
  if (!last) return { hits: [], words: [] }
  const sample = new Sample({ hide, whole: true })
  const sound = runs.map((run) => run.text).join('')
  const looks: Part[] = [beginning(runs.length > 1 ? partOf({ tokens: tokensOf(runs.slice(0, -1)).tokens }) : null, last.text, last.dense)]
  if (/^[a-z]+$/.test(sound)) looks.push({ tokens: [], beginning: encodeBeginning(SOUND_MARK + sound) })
  // What was typed before need not stand with it: the last word alone is completed too.
  if (runs.length > 1 || last.dense) looks.push(beginning(null, last.dense ? (cut(last.text).at(-1) ?? last.text) : last.text, last.dense))
  const read = await Promise.all(looks.map((look) => asking.gather([{ parts: [look] }], { limit: READ })))
  for (const { documents } of read) sample.add(documents)
  return suggestFrom(typed, options, sample, sample)
}

function beginning(before: Part | null, text: string, dense: boolean): Part {
  if (dense) {
    const part = partOf(tokensOf([{ text, at: 0, dense }]))
    return { tokens: [...(before?.tokens ?? []), ...(part?.tokens ?? [])], beginning: null }
  }
  return { tokens: before?.tokens ?? [], beginning: encodeBeginning(text) }
}
