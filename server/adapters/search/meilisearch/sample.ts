import { stemmer } from 'stemmer'
import { Columns } from '../embedded/columns.js'
import { COLUMNS, TEXT_COLUMNS, type Column, type Streams } from '../embedded/columns-of-text.js'
import { sequencesOf, type Found, type Look, type Shelf, type Vocabulary } from '../embedded/look.js'
import { rarity } from '../embedded/rarity.js'
import { LETTERS, Words } from '../embedded/words.js'
import type { Read } from './document.js'
import { encodeLook, type Part } from './encode.js'

/** A question for the engine that came up while a query was being understood. */
export type Wanted =
  | { readonly kind: 'count'; readonly key: string; readonly look: Look; readonly columns: readonly Column[] | undefined }
  /** entries with words that begin so, or are nearly so: the words are read out of them */
  | { readonly kind: 'beginning' | 'near'; readonly key: string; readonly word: string }

export interface SampleOptions {
  /** customers whose names this viewer must not use, where they read a text as its author */
  readonly hide: ReadonlySet<string>
  /** what is at hand is all that counts; default false */
  readonly whole?: boolean
  /** customers are among what is looked for: nothing else is found by its sound; default true */
  readonly sounds?: boolean
}

/** The word may not be there; until the engine has said so, whoever asks goes on as if it were. */
const PERHAPS: Found = { rows: new Int32Array(0), count: 1 }
const NOWHERE: Found = { rows: PERHAPS.rows, count: 0 }
/** Whether something may be seen was the engine's to say. */
const SHOWN = { author: '', named: [], reach: 'self', desk: '', stewards: [], level: 'internal' } as const

/**
 * The entries at hand of all a viewer may see, and how many there are of what was looked for. Ranking runs on it as on a whole
 * index: what it does not know yet it notes in `wanted`, the engine is asked, and the query is understood again.
 */
export class Sample implements Shelf, Vocabulary {
  readonly columns = new Columns(128)
  readonly partial = true
  readonly wanted = new Map<string, Wanted>()
  size = 0
  meanLength = 1
  private readonly counts = new Map<string, number>()
  private readonly asked = new Map<string, Part>()
  private readonly known = new Set<string>()
  private readonly lines: (readonly string[])[] = []
  /** of the columns of words as written, which come first */
  private readonly written: string[] = []
  private readonly read: Streams[] = []
  private words: Words | null = null
  private readonly kin = new Map<string, string[]>()

  constructor(private readonly options: SampleOptions) {}

  add(documents: readonly Read[]): void {
    for (const { facts, lines } of documents) {
      if (this.columns.rowOf.has(facts.id)) continue
      const row = this.columns.rowFor(facts.id)
      this.columns.set(row, { ...facts, access: { ...SHOWN, customers: facts.customers }, facets: {} })
      this.lines[row] = facts.customers.some((customer) => this.options.hide.has(customer)) ? withoutNames(lines) : lines
    }
    this.words = null
    this.kin.clear()
  }

  /** In how many of these it really stands. */
  standing(documents: readonly Read[], look: Look, columns?: readonly Column[]): number {
    const rows = new Set(documents.map(({ facts }) => this.columns.rowOf.get(facts.id)))
    return this.atHand(look, columns).rows.filter((row) => rows.has(row)).length
  }

  learn(key: string, count: number): void {
    this.counts.set(key, count)
    this.known.add(key)
    this.wanted.delete(key)
  }

  /** What was looked for and is there, the rarest first. @param own entries that hold it anyway and are not looked for */
  rarest(own = 0): { part: Part; worth: number }[] {
    return [...this.asked]
      .map(([key, part]) => ({ part, count: (this.counts.get(key) ?? 0) - own }))
      .filter(({ count }) => count > 0)
      .map(({ part, count }) => ({ part, worth: rarity(count, this.size) }))
      .sort((a, b) => b.worth - a.worth)
  }

  get visible(): Int32Array {
    return Int32Array.from({ length: this.columns.end - 1 }, (_, i) => i + 1)
  }

  find(look: Look, columns?: readonly Column[]): Found {
    if (this.options.whole) return this.atHand(look, columns)
    if (this.options.sounds === false && columns?.length === 1 && columns[0] === 'sound') return NOWHERE
    const counted = look.counted ? { ...look, forms: true } : look
    const encoded = encodeLook(counted, columns)
    if (encoded === null) {
      const word = look.tokens.at(-1) ?? ''
      const key = `beginning ${word}`
      if (this.known.has(key)) return this.atHand(look, columns)
      this.wanted.set(key, { kind: 'beginning', key, word })
      return PERHAPS
    }
    const key = JSON.stringify([encoded, columns ?? null])
    const count = this.counts.get(key)
    if (count !== undefined) return { rows: count === 0 ? NOWHERE.rows : this.atHand(look, columns).rows, count }
    this.asked.set(key, encoded)
    this.wanted.set(key, { kind: 'count', key, look: counted, columns })
    return { ...PERHAPS, rows: this.atHand(look, columns).rows }
  }

  streams(row: number): Streams | null {
    if (this.lines[row] === undefined) return null
    return (this.read[row] ??= Object.fromEntries(COLUMNS.map((column) => [column, this.line(row, column).slice(1, -1)])) as unknown as Streams)
  }

  tokens(from: string, to: string, columns: readonly Column[], limit: number): string[] {
    const found = new Set<string>()
    for (const row of this.visible) {
      for (const column of columns) for (const token of this.line(row, column).split(' ')) if (token >= from && token < to) found.add(token)
    }
    return [...found].sort().slice(0, limit)
  }

  /** The words with the same stem are read out of those that begin alike: cutting every word down takes longer than all the rest. */
  forms(word: string): string[] {
    if (!LETTERS.test(word)) return [word]
    const known = this.kin.get(word)
    if (known) return known
    const stem = stemmer(word)
    const alike = new RegExp(` (${stem.slice(0, Math.max(1, stem.length - 1))}[a-z]*)(?= )`, 'g')
    const others = new Set<string>()
    for (const row of this.visible) for (const [, other = ''] of this.writtenIn(row).matchAll(alike)) others.add(other)
    const kin = [word, ...[...others].filter((other) => other !== word && LETTERS.test(other) && stemmer(other) === stem)]
    this.kin.set(word, kin)
    return kin
  }

  near(word: string, most: number): { word: string; slips: number }[] {
    const key = `near ${word}`
    if (this.known.has(key)) return this.allWords().near(word, most)
    if (LETTERS.test(word)) this.wanted.set(key, { kind: 'near', key, word })
    return []
  }

  startingWith(prefix: string, limit: number): string[] {
    return this.allWords().startingWith(prefix, limit)
  }

  private allWords(): Words {
    if (this.words) return this.words
    const words = new Words()
    for (const row of this.visible) for (const token of this.writtenIn(row).split(/[ \n]+/)) words.add(token)
    return (this.words = words)
  }

  private atHand(look: Look, columns: readonly Column[] = TEXT_COLUMNS): Found {
    const wanted = sequencesOf(look, this).map((tokens) => `${look.first ? '\n' : ''} ${tokens.join(' ')}${look.open ? '' : ' '}`)
    const rows: number[] = []
    for (const row of this.visible) {
      const holds = (text: string): boolean => wanted.some((sequence) => text.includes(sequence))
      if (columns === TEXT_COLUMNS ? holds(this.writtenIn(row)) : columns.some((column) => holds(`\n${this.line(row, column)}`))) rows.push(row)
    }
    return { rows: Int32Array.from(rows), count: rows.length }
  }

  private writtenIn(row: number): string {
    return (this.written[row] ??= `\n${this.lines[row]?.slice(0, TEXT_COLUMNS.length).join('\n') ?? ''}`)
  }

  private line(row: number, column: Column): string {
    return this.lines[row]?.[COLUMNS.indexOf(column)] ?? '  '
  }
}

/** For the author of a text about a customer they may not know of. */
function withoutNames(lines: readonly string[]): string[] {
  return lines.map((line, i) => (COLUMNS[i] === 'customer' || COLUMNS[i] === 'sound' ? '  ' : line))
}
