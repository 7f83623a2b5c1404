import { Columns } from '../embedded/columns.js'
import { TEXT_COLUMNS, type Column, type Streams } from '../embedded/columns-of-text.js'
import { sequencesOf, type Found, type Look, type Shelf, type Vocabulary } from '../embedded/look.js'
import { rarity } from '../embedded/rarity.js'
import { LETTERS, Words } from '../embedded/words.js'
import type { Document } from './document.js'
import { encodeLook, type Part } from './encode.js'

/** A question for the engine that came up while a query was being understood. */
export type Wanted =
  | { readonly kind: 'count'; readonly key: string; readonly look: Look; readonly columns: readonly Column[] | undefined }
  /** entries with words that begin so, or are nearly so: the words are read out of them */
  | { readonly kind: 'beginning' | 'near'; readonly key: string; readonly word: string }

/** The word may not be there; until the engine has said so, whoever asks goes on as if it were. */
const PERHAPS: Found = { rows: new Int32Array(0), count: 1 }

/**
 * The entries at hand of all a viewer may see, and how many there are of what was looked for. Ranking runs on it as on a whole
 * index: what it does not know yet it notes in `wanted`, the engine is asked, and the query is understood again.
 */
export class Sample implements Shelf, Vocabulary {
  readonly columns = new Columns()
  readonly partial = true
  readonly wanted = new Map<string, Wanted>()
  size = 0
  meanLength = 1
  private readonly counts = new Map<string, number>()
  private readonly asked = new Map<string, Part>()
  private readonly known = new Set<string>()
  private readonly texts: Streams[] = []
  private readonly padded: Partial<Record<Column, string>>[] = []
  private words = new Words()

  /** @param hide customers whose names this viewer must not use, where they read a text as its author */
  constructor(private readonly hide: ReadonlySet<string>, private readonly whole = false) {}

  add(documents: readonly Document[]): void {
    for (const { facts, streams } of documents) {
      if (this.columns.rowOf.has(facts.id)) continue
      const row = this.columns.rowFor(facts.id)
      this.columns.set(row, facts)
      const apart = facts.access.customers.some((customer) => this.hide.has(customer))
      this.texts[row] = apart ? { ...streams, customer: '', sound: '' } : streams
      for (const column of TEXT_COLUMNS) for (const token of this.texts[row]?.[column].split(' ') ?? []) this.words.add(token)
    }
  }

  learn(key: string, count: number): void {
    this.counts.set(key, count)
    this.known.add(key)
    this.wanted.delete(key)
  }

  /** What was looked for and is there, the rarest first. */
  rarest(): { part: Part; worth: number }[] {
    return [...this.asked]
      .map(([key, part]) => ({ part, count: this.counts.get(key) ?? 0 }))
      .filter(({ count }) => count > 0)
      .map(({ part, count }) => ({ part, worth: rarity(count, this.size) }))
      .sort((a, b) => b.worth - a.worth)
  }

  get visible(): Int32Array {
    return Int32Array.from({ length: this.columns.end - 1 }, (_, i) => i + 1)
  }

  /** @param lengths of some entries the viewer may see, whatever they hold */
  measure(lengths: readonly number[]): void {
    this.meanLength = Math.max(1, lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length))
  }

  find(look: Look, columns?: readonly Column[]): Found {
    if (this.whole) return this.atHand(look, columns)
    const encoded = encodeLook(look, columns)
    if (encoded === null) {
      const word = look.tokens.at(-1) ?? ''
      const key = `beginning ${word}`
      if (this.known.has(key)) return this.atHand(look, columns)
      this.wanted.set(key, { kind: 'beginning', key, word })
      return PERHAPS
    }
    const key = JSON.stringify([encoded, columns ?? null])
    const count = this.counts.get(key)
    if (count !== undefined) return { rows: count === 0 ? PERHAPS.rows : this.atHand(look, columns).rows, count }
    this.asked.set(key, encoded)
    this.wanted.set(key, { kind: 'count', key, look, columns })
    return { ...PERHAPS, rows: this.atHand(look, columns).rows }
  }

  streams(row: number): Streams | null {
    return this.texts[row] ?? null
  }

  tokens(from: string, to: string, columns: readonly Column[], limit: number): string[] {
    const found = new Set<string>()
    for (const row of this.visible) {
      for (const column of columns) for (const token of this.texts[row]?.[column].split(' ') ?? []) if (token >= from && token < to) found.add(token)
    }
    return [...found].sort().slice(0, limit)
  }

  forms(word: string): string[] {
    return this.words.forms(word)
  }

  near(word: string, most: number): { word: string; slips: number }[] {
    const key = `near ${word}`
    if (this.known.has(key)) return this.words.near(word, most)
    if (LETTERS.test(word)) this.wanted.set(key, { kind: 'near', key, word })
    return []
  }

  startingWith(prefix: string, limit: number): string[] {
    return this.words.startingWith(prefix, limit)
  }

  private atHand(look: Look, columns: readonly Column[] = TEXT_COLUMNS): Found {
    const wanted = sequencesOf(look, this.words).map((tokens) => `${look.first ? '\n' : ''} ${tokens.join(' ')}${look.open ? '' : ' '}`)
    const rows: number[] = []
    for (const row of this.visible) {
      if (columns.some((column) => wanted.some((sequence) => this.text(row, column).includes(sequence)))) rows.push(row)
    }
    return { rows: Int32Array.from(rows), count: rows.length }
  }

  private text(row: number, column: Column): string {
    const texts = (this.padded[row] ??= {})
    return (texts[column] ??= `\n ${this.texts[row]?.[column] ?? ''} `)
  }
}
