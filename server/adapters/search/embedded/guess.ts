import { FORM, blank, type Concept, type Sources, type Way } from './concept.js'
import type { Found } from './look.js'
import { isStopWord } from './stop-words.js'

/** What a word as near as the one that is used is worth. */
const FAINT = 0.4
const SHORTEST_MISSPELT = 3
/** Many, because words of hidden entries are among them and must not push visible ones out. */
const TRIED_GUESSES = 400

/**
 * A word nothing visible holds: the nearest word that something visible does hold, in all its forms, as if it had been
 * typed; and faintly those as near.
 */
export function guessed(word: string, { view, words }: Sources): Concept | null {
  if (word.length < SHORTEST_MISSPELT) return null
  const most = word.length >= 6 ? 2 : 1
  const found: { word: string; slips: number; found: Found }[] = []
  for (const near of words.near(word, most).slice(0, TRIED_GUESSES)) {
    // Two slips only when one is not enough; of a three-letter word only that a letter is missing.
    if (near.slips > 1 && found.some((other) => other.slips === 1)) break
    if (word.length < 4 && near.word.length < 4) continue
    const holding = view.find({ tokens: [near.word] })
    if (holding.count > 0) found.push({ ...near, found: holding })
  }
  const likely = (each: (typeof found)[number]): number => {
    return Math.log1p(each.found.count) + (each.word[0] === word[0] ? 2 : 0) - each.slips * 100
  }
  const [best, ...others] = found.filter((each) => !isStopWord(each.word)).sort((a, b) => likely(b) - likely(a))
  if (!best) return found.length > 0 ? { ...blank, optional: true } : null
  const forms = words.forms(best.word).slice(1)
  const ways: Way[] = [{ look: { tokens: [best.word] }, found: best.found, weight: 1, tokens: [best.word] }]
  const inForms = { tokens: [best.word], forms: true }
  if (forms.length > 0 || words.partial) ways.push({ look: inForms, found: view.find(inForms), weight: FORM, tokens: forms })
  for (const other of others.slice(0, 3)) {
    if (other.slips === best.slips && !forms.includes(other.word)) ways.push({ look: { tokens: [other.word] }, found: other.found, weight: FAINT, tokens: [other.word] })
  }
  return {
    ...blank,
    ways: ways.filter((way) => way.found.count > 0),
    terms: [best.word, ...others.slice(0, 3).map((each) => each.word)],
    correction: { typed: word, used: best.word },
  }
}
