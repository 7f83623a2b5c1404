import { readDocument, type Document, type Read } from './document.js'

/** What the server is asked: the body of one multi-search. */
export type Ask = (body: { queries: readonly object[]; federation?: object }) => Promise<Answer>
/** To one query, one from each index. */
export type Answers = readonly { readonly hits: readonly unknown[]; readonly totalHits?: number }[]
export interface Answer {
  readonly results?: Answers
  readonly hits?: readonly unknown[]
  readonly totalHits?: number
  readonly facetsByIndex?: Readonly<Record<string, { readonly distribution: Readonly<Record<string, Readonly<Record<string, number>>>> }>>
}

/** @throws Error when that is no answer to the question: an empty result must not be made of it */
export function understood(body: Parameters<Ask>[0], answer: Answer): Answer {
  const whole = body.federation ? Array.isArray(answer.hits) : answer.results?.length === body.queries.length
  if (!whole) throw new TypeError('not an answer')
  return answer
}

/** Of each index its own mean counts as much as it has entries. */
export function meanLengthOf(answers: Answers): number {
  const sums = answers.map(({ hits, totalHits = 0 }) => {
    const sum = hits.reduce<number>((before, hit) => before + ((hit as Partial<Document>).facts?.length ?? 0), 0)
    return (totalHits * sum) / Math.max(1, hits.length)
  })
  return Math.max(1, sums.reduce((sum, each) => sum + each, 0) / Math.max(1, totalOf(answers)))
}

export function totalOf(answers: Answers = []): number {
  return answers.reduce((sum, { totalHits = 0 }) => sum + totalHits, 0)
}

export function together(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums = new Map<string, number>()
  for (const [value, count] of counts.flatMap((each) => Object.entries(each))) sums.set(value, (sums.get(value) ?? 0) + count)
  return Object.fromEntries(sums)
}

/** Each once: while an index in two is put together an entry may stand in both for a moment. */
export function documentsIn(hits: readonly unknown[]): Read[] {
  return distinct(hits.flatMap((hit) => readDocument(hit) ?? []))
}

export function distinct(documents: readonly Read[]): Read[] {
  return [...new Map(documents.map((document) => [document.facts.id, document])).values()]
}

/** Asked before it is known to be needed: when it fails and nobody waits for it, nothing has happened. */
export function early<T>(asked: Promise<T>): Promise<T> {
  asked.catch(() => {})
  return asked
}
