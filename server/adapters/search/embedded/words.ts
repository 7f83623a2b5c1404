import { stemmer } from 'stemmer'
import type { Vocabulary } from './look.js'

export const LETTERS = /^[a-z]{2,40}$/

/**
 * The Latin words the index holds, as written: for other forms of a word, for typos and for completing.
 * Words of what a viewer may not see are in here too, so every word that leaves is first looked for under their sight.
 */
export class Words implements Vocabulary {
  readonly partial = false
  private readonly all: string[] = []
  private readonly known = new Set<string>()
  private readonly byStem = new Map<string, string | string[]>()
  private letters = new Int32Array(1024)
  private sorted: string[] | null = null

  add(word: string): void {
    if (this.known.has(word) || !LETTERS.test(word)) return
    this.known.add(word)
    const key = this.all.push(word) - 1
    if (key >= this.letters.length) {
      const grown = new Int32Array(this.letters.length * 2)
      grown.set(this.letters)
      this.letters = grown
    }
    this.letters[key] = lettersOf(word)
    this.sorted = null
    const stem = stemmer(word)
    const kin = this.byStem.get(stem)
    if (kin === undefined) this.byStem.set(stem, word)
    else if (typeof kin === 'string') this.byStem.set(stem, [kin, word])
    else kin.push(word)
  }

  /** Every form with the same stem, the word itself first. */
  forms(word: string): string[] {
    const kin = LETTERS.test(word) ? (this.byStem.get(stemmer(word)) ?? []) : []
    return [word, ...[kin].flat().filter((form) => form !== word)]
  }

  /** Words within that many slips of the finger (Damerau–Levenshtein), the nearest first. */
  near(word: string, most: number): { word: string; slips: number }[] {
    if (!LETTERS.test(word)) return []
    const wanted = lettersOf(word)
    const found: { word: string; slips: number }[] = []
    for (let key = 0; key < this.all.length; key++) {
      // One slip changes at most two kinds of letter: most words are passed over without being compared.
      if (bits(wanted ^ (this.letters[key] ?? 0)) > 2 * most) continue
      const other = this.all[key] ?? ''
      if (Math.abs(other.length - word.length) > most || other === word) continue
      const slips = distance(word, other, most)
      if (slips <= most) found.push({ word: other, slips })
    }
    const first = word.charAt(0)
    const rank = (near: { word: string; slips: number }): number => near.slips * 2 + (near.word.startsWith(first) ? 0 : 1)
    return found.sort((a, b) => rank(a) - rank(b))
  }

  /** Words that begin so, shortest first. */
  startingWith(prefix: string, limit: number): string[] {
    const sorted = (this.sorted ??= [...this.all].sort())
    let low = 0
    for (let high = sorted.length; low < high; ) {
      const middle = (low + high) >> 1
      if ((sorted[middle] ?? '') < prefix) low = middle + 1
      else high = middle
    }
    const found: string[] = []
    for (let i = low; i < sorted.length && sorted[i]?.startsWith(prefix); i++) found.push(sorted[i] ?? '')
    return found.sort((a, b) => a.length - b.length).slice(0, limit)
  }
}

function lettersOf(word: string): number {
  let letters = 0
  for (let i = 0; i < word.length; i++) letters |= 1 << (word.charCodeAt(i) - 97)
  return letters
}

function bits(value: number): number {
  let count = 0
  for (let rest = value; rest !== 0; rest &= rest - 1) count++
  return count
}

/**
 * Insertions, deletions, substitutions and swaps of neighbours between two words (optimal string alignment);
 * gives up with `most + 1`. By hand because it is called for thousands of words per query and must stop early.
 */
export function distance(a: string, b: string, most: number): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    let least = i
    for (let j = 1; j <= b.length; j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same)
      const swapped = i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1)
      if (swapped) cost = Math.min(cost, (before[j - 2] ?? 0) + 1)
      row.push(cost)
      least = Math.min(least, cost)
    }
    if (least > most) return most + 1
    before = last
    last = row
  }
  return last[b.length] ?? most + 1
}
