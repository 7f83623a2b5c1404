import { plainText } from './markdown.js'

/** A text as its shingles: pairs of neighbouring words and, in Chinese, of neighbouring characters. */
export type Shingles = ReadonlySet<string>

/** The part of a text that is compared; UTF-16 units. */
const COMPARED = 20_000
/** With fewer shingles two texts share their few words by chance. */
const ENOUGH = 8

export interface Likeness {
  /** shared shingles among all, 0–1 (Jaccard) */
  readonly score: number
  /** share of the shorter text that stands in the longer one, 0–1 */
  readonly contained: number
}

export function shinglesOf(text: string): Shingles {
  const shingles = new Set<string>()
  const plain = plainText(text.slice(0, COMPARED)).normalize('NFKC').toLowerCase()
  for (const [run] of plain.matchAll(/[\p{Script=Han}]+|(?:(?!\p{Script=Han})[\p{L}\p{N}\p{M}'’])+(?:[^\p{L}\p{N}]+(?:(?!\p{Script=Han})[\p{L}\p{N}\p{M}'’])+)*/gu)) {
    const units = /^\p{Script=Han}/u.test(run) ? [...run] : run.split(/[^\p{L}\p{N}\p{M}'’]+/u).filter((word) => word !== '')
    if (units.length === 1) shingles.add(units[0] as string)
    for (let n = 1; n < units.length; n++) shingles.add(`${units[n - 1]} ${units[n]}`)
  }
  return shingles
}

export function likeness(a: Shingles, b: Shingles): Likeness {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a]
  if (small.size === 0) return { score: 0, contained: 0 }
  let shared = 0
  for (const shingle of small) if (large.has(shingle)) shared++
  return { score: shared / (small.size + large.size - shared), contained: shared / small.size }
}

/**
 * Is one probably a copy of the other, whole or as a part, with a few words changed? Confirms candidates that the
 * search engine proposes; on notes about the same matter in other words it says no.
 */
export function isLikelyDuplicate(a: Shingles, b: Shingles): boolean {
  const { score, contained } = likeness(a, b)
  const enough = Math.min(a.size, b.size) >= ENOUGH
  return score >= (enough ? 0.45 : 0.9) || (enough && contained >= 0.8)
}
