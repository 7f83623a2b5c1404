import { fold } from '../../../domain/search/fold.js'
import type { Word } from '../../../domain/search/query.js'
import { runsOf, type Run } from '../../../domain/search/runs.js'
import { FORM, blank, phrase, phraseInForms, type Concept, type Sources, type Way } from './concept.js'
import { guessed } from './guess.js'
import type { Column } from './columns-of-text.js'
import type { Look } from './look.js'
import { isStopWord } from './stop-words.js'
import type { Synonyms } from './synonyms.js'
import { cut, cutFinely, tokensOf } from './tokens.js'
import { SOUND_MARK } from './streams.js'

const SYNONYM = 0.7
const BEGINNING = 0.9

/** What a query asks for, without the words that say nothing (unless there are no others). */
export function conceptsOf(wanted: readonly Word[], sources: Sources): Concept[] {
  const concepts = gather(wanted, sources, true)
  return concepts.length > 0 ? concepts : gather(wanted, sources, false)
}

/** What a word or phrase looks for, in any form; for `-word`. Null when there is nothing in it to look for. */
export function lookOf(word: Pick<Word, 'text' | 'phrase'>): Look | null {
  const runs = runsOf(fold(word.text))
  if (runs.length === 0) return null
  return word.phrase ? phrase(runs) : phraseInForms(runs)
}

function gather(wanted: readonly Word[], sources: Sources, skipStopWords: boolean): Concept[] {
  const concepts: Concept[] = []
  let plain: Run[] = []
  const flush = (): void => {
    concepts.push(...conceptsOfRuns(plain, sources, skipStopWords))
    plain = []
  }
  for (const word of wanted) {
    const runs = runsOf(fold(word.text))
    if (!word.phrase) {
      // Offsets only tell what stood together: a word typed apart must not look joined to the one before.
      const shift = (plain.at(-1)?.at ?? 0) + 1_000
      plain.push(...runs.map((run) => ({ ...run, at: run.at + shift })))
    } else if (runs.length > 0) {
      flush()
      concepts.push({
        ...blank, required: true, terms: [word.text], dense: runs.every((run) => run.dense),
        ways: [wayTo(phrase(runs), 1, [], sources)],
      })
    }
  }
  flush()
  return concepts
}

function conceptsOfRuns(runs: readonly Run[], sources: Sources, skipStopWords: boolean): Concept[] {
  const concepts: Concept[] = []
  for (let i = 0; i < runs.length; ) {
    const run = runs[i]
    if (!run) break
    const last = i === runs.length - 1
    const count = run.dense ? 0 : sources.synonyms.at(runs, i)
    const joined = joinedFrom(runs, i)
    if (count > 0 && count >= joined) {
      const taken = runs.slice(i, i + count)
      concepts.push(...(glossaryConcept(taken, sources) ?? taken.map((each) => latin(each, sources, last))))
      i += count
    } else if (joined > 1) {
      concepts.push(...joinedConcepts(runs.slice(i, i + joined), sources))
      i += joined
    } else {
      if (run.dense) concepts.push(...denseConcepts(run, sources, skipStopWords))
      else if (!skipStopWords || !isStopWord(run.text)) concepts.push(latin(run, sources, last))
      i++
    }
  }
  return concepts
}

/** How many Latin runs from here are written as one: KYC-2024, e-mail, 2.85. */
function joinedFrom(runs: readonly Run[], from: number): number {
  let count = 1
  for (let i = from; i + 1 < runs.length; i++) {
    const [here, next] = [runs[i], runs[i + 1]]
    if (!here || !next || here.dense || next.dense || next.at !== here.at + here.text.length + 1) break
    count++
  }
  return runs[from]?.dense ? 1 : count
}

function joinedConcepts(runs: readonly Run[], sources: Sources): Concept[] {
  const together = runs.map((run) => run.text).join('')
  const ways = [wayTo(phrase(runs), 1, [], sources), wayTo({ tokens: [together] }, FORM, [together], sources)].filter(leadsTo)
  if (ways.length > 0) return [{ ...blank, ways, terms: [runs.map((run) => run.text).join(' '), together] }]
  const single = runs.filter((run) => !isStopWord(run.text))
  return (single.length > 0 ? single : runs).map((run) => latin(run, sources, false))
}

function latin(run: Run, sources: Sources, last: boolean): Concept {
  const { words } = sources
  const word = run.text
  const forms = words.forms(word).slice(1)
  const ways: Way[] = [wayTo({ tokens: [word], counted: 'in any form' }, 1, [word], sources)]
  if (forms.length > 0 || words.partial) ways.push(wayTo({ tokens: [word], forms: true }, FORM, forms, sources))
  // Names of customers by their sound; a beginning needs three letters, or every short word would be somebody.
  if (/^[a-z]{2,}$/.test(word)) ways.push(wayTo({ tokens: [SOUND_MARK + word], open: word.length > 2 }, 1, [], sources, ['sound']))
  const synonyms = sources.synonyms.of([run])
  ways.push(...synonymWays(synonyms, sources))
  if (ways.some(leadsTo)) return { ...blank, ways: ways.filter(leadsTo), terms: [word, ...synonyms.map(spell)] }
  const beginning = last && word.length >= 2 ? wayTo({ tokens: [word], open: true }, BEGINNING, [], sources) : null
  if (beginning && leadsTo(beginning)) return { ...blank, ways: [beginning], terms: [`${word}*`] }
  return guessed(word, sources) ?? { ...blank, terms: [word] }
}

function glossaryConcept(runs: readonly Run[], sources: Sources): Concept[] | null {
  const [only] = runs
  if (runs.length === 1 && only) return [latin(only, sources, false)]
  const others = sources.synonyms.of(runs)
  const ways = [wayTo(phraseInForms(runs), 1, [], sources), ...synonymWays(others, sources)].filter(leadsTo)
  return ways.length === 0 ? null : [{ ...blank, ways, terms: [spell(runs), ...others.map(spell)] }]
}

function synonymWays(synonyms: readonly (readonly Run[])[], sources: Sources): Way[] {
  return synonyms.map((runs) => {
    const { tokens, open } = tokensOf(runs)
    return wayTo(phraseInForms(runs), SYNONYM, tokens.length === 1 && !open ? tokens : [], sources)
  })
}

function wayTo(look: Look, weight: number, tokens: readonly string[], { view }: Sources, columns?: readonly Column[]): Way {
  return { look, found: view.find(look, columns), weight, tokens }
}

function leadsTo(way: Way): boolean {
  return way.found.count > 0
}

function denseConcepts(run: Run, sources: Sources, skipStopWords: boolean): Concept[] {
  const pieces = piecesOf(run.text, sources.synonyms).filter((piece) => !skipStopWords || !isStopWord(piece))
  const single = (piece: string): boolean => [...piece].length === 1
  const concepts = pieces.flatMap((piece) => dense(piece, sources))
  const lonely = pieces.length > 1 && pieces.some((piece) => !single(piece))
  return concepts.map((concept) => (lonely && single(concept.terms[0] ?? '') ? { ...concept, optional: true } : concept))
}

function dense(piece: string, sources: Sources): Concept[] {
  const runs: Run[] = [{ text: piece, at: 0, dense: true }]
  const synonyms = sources.synonyms.of(runs)
  const found = [wayTo(phrase(runs), 1, [], sources), ...synonymWays(synonyms, sources)].filter(leadsTo)
  const inner = found.length > 0 ? [] : cutFinely(piece).filter((word) => word !== piece && [...word].length > 1)
  if (inner.length > 0) return [...new Set(inner)].flatMap((word) => dense(word, sources))
  return [{ ...blank, ways: found, dense: true, terms: [piece, ...synonyms.map(spell)] }]
}

/** Words of a Chinese run: the glossary's where its word begins and ends with the segmenter's, lone characters put together. */
function piecesOf(text: string, synonyms: Synonyms): string[] {
  const words = cut(text)
  const pieces: string[] = []
  let lone = ''
  const flush = (): void => {
    if (lone !== '') pieces.push(lone)
    lone = ''
  }
  for (let i = 0; i < words.length; i++) {
    let count = Math.min(4, words.length - i)
    while (count > 1 && !synonyms.has(words.slice(i, i + count).join(''))) count--
    const piece = words.slice(i, i + count).join('')
    i += count - 1
    if ([...piece].length === 1 && !isStopWord(piece)) lone += piece
    else {
      flush()
      pieces.push(piece)
    }
  }
  flush()
  return pieces
}

function spell(runs: readonly Run[]): string {
  return runs.map((run) => run.text).join(' ')
}
