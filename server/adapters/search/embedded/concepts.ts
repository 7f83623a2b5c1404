import { fold } from '../../../domain/search/fold.js'
import type { Word } from '../../../domain/search/query.js'
import { runsOf, type Run } from '../../../domain/search/runs.js'
import { FORM, anyOf, blank, phrase, phraseInForms, type Concept, type Sources, type Way } from './concept.js'
import { guessed } from './guess.js'
import { isStopWord } from './stop-words.js'
import type { Synonyms } from './synonyms.js'
import { cut, cutFinely, expression, tokensOf } from './tokens.js'
import { SOUND_MARK } from './streams.js'

const SYNONYM = 0.7
const BEGINNING = 0.9

/** What a query asks for, without the words that say nothing (unless there are no others). */
export function conceptsOf(wanted: readonly Word[], sources: Sources): Concept[] {
  const concepts = gather(wanted, sources, true)
  return concepts.length > 0 ? concepts : gather(wanted, sources, false)
}

/** Rows that hold a word or phrase, in any form; for `-word`. */
export function rowsHolding(word: Word, { view, words }: Sources): Int32Array {
  const runs = runsOf(fold(word.text))
  if (runs.length === 0) return new Int32Array(0)
  return view.rows(word.phrase ? phrase(runs) : phraseInForms(runs, words))
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
        ways: [{ rows: sources.view.rows(phrase(runs)), weight: 1, tokens: [] }],
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
  const { view } = sources
  const together = runs.map((run) => run.text).join('')
  const ways = [
    { rows: view.rows(phrase(runs)), weight: 1, tokens: [] },
    { rows: view.rows(expression([together])), weight: FORM, tokens: [together] },
  ].filter((way) => way.rows.length > 0)
  if (ways.length > 0) return [{ ...blank, ways, terms: [runs.map((run) => run.text).join(' '), together] }]
  const single = runs.filter((run) => !isStopWord(run.text))
  return (single.length > 0 ? single : runs).map((run) => latin(run, sources, false))
}

function latin(run: Run, sources: Sources, last: boolean): Concept {
  const { view, words } = sources
  const word = run.text
  const forms = words.forms(word).slice(1)
  const ways: Way[] = [{ rows: view.rows(expression([word])), weight: 1, tokens: [word] }]
  if (forms.length > 0) {
    ways.push({ rows: view.rows(anyOf(forms)), weight: FORM, tokens: forms })
  }
  // Names of customers by their sound; a beginning needs three letters, or every short word would be somebody.
  if (/^[a-z]{2,}$/.test(word)) ways.push({ rows: view.rows(expression([SOUND_MARK + word], word.length > 2), ['sound']), weight: 1, tokens: [] })
  const synonyms = sources.synonyms.of([run])
  ways.push(...synonymWays(synonyms, sources))
  if (ways.some((way) => way.rows.length > 0)) {
    return { ...blank, ways: ways.filter((way) => way.rows.length > 0), terms: [word, ...synonyms.map(spell)] }
  }
  const beginning = last && word.length >= 2 ? view.rows(expression([word], true)) : new Int32Array(0)
  if (beginning.length > 0) return { ...blank, ways: [{ rows: beginning, weight: BEGINNING, tokens: [] }], terms: [`${word}*`] }
  return guessed(word, sources) ?? { ...blank, terms: [word] }
}

function glossaryConcept(runs: readonly Run[], sources: Sources): Concept[] | null {
  const [only] = runs
  if (runs.length === 1 && only) return [latin(only, sources, false)]
  const { view, words, synonyms } = sources
  const others = synonyms.of(runs)
  const ways = [
    { rows: view.rows(phraseInForms(runs, words)), weight: 1, tokens: [] },
    ...synonymWays(others, sources),
  ].filter((way) => way.rows.length > 0)
  return ways.length === 0 ? null : [{ ...blank, ways, terms: [spell(runs), ...others.map(spell)] }]
}

function synonymWays(synonyms: readonly (readonly Run[])[], { view, words }: Sources): Way[] {
  return synonyms.map((runs) => {
    const { tokens, open } = tokensOf(runs)
    return { rows: view.rows(phraseInForms(runs, words)), weight: SYNONYM, tokens: tokens.length === 1 && !open ? tokens : [] }
  })
}

function denseConcepts(run: Run, sources: Sources, skipStopWords: boolean): Concept[] {
  const pieces = piecesOf(run.text, sources.synonyms).filter((piece) => !skipStopWords || !isStopWord(piece))
  const single = (piece: string): boolean => [...piece].length === 1
  const concepts = pieces.flatMap((piece) => dense(piece, sources))
  const lonely = pieces.length > 1 && pieces.some((piece) => !single(piece))
  return concepts.map((concept) => (lonely && single(concept.terms[0] ?? '') ? { ...concept, optional: true } : concept))
}

function dense(piece: string, sources: Sources): Concept[] {
  const { view } = sources
  const runs: Run[] = [{ text: piece, at: 0, dense: true }]
  const synonyms = sources.synonyms.of(runs)
  const ways = [{ rows: view.rows(phrase(runs)), weight: 1, tokens: [] }, ...synonymWays(synonyms, sources)]
  const found = ways.filter((way) => way.rows.length > 0)
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
