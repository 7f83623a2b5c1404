import { rmSync } from 'node:fs'
import { seesNothing, type Visible } from '../../../domain/policy/access.js'
import type { Entry } from '../../../domain/search/entry.js'
import type { Hit } from '../../../domain/search/port.js'
import { Columns } from './columns.js'
import { TEXT_COLUMNS } from './columns-of-text.js'
import { IndexFile, OtherStamp } from './index-file.js'
import type { Calls, Opened } from './messages.js'
import { noResults } from './no-results.js'
import { hitOf, search } from './search.js'
import { similar } from './similar.js'
import { factsOf, streamsOf } from './streams.js'
import { suggest } from './suggest.js'
import { Synonyms } from './synonyms.js'
import { View } from './view.js'
import { Words } from './words.js'

const PAGE = 2_000
const LATIN_END = '\u2e80'

/** One index: a file for the words, columns and vocabulary in memory. Lives in the worker; everything in it is synchronous. */
export class Index {
  private readonly columns = new Columns()
  private readonly words = new Words()
  private synonyms = new Synonyms([])

  private constructor(private readonly file: IndexFile) {
    for (const [row, facts] of file.facts()) this.columns.set(row, facts)
    for (const word of file.tokens('', LATIN_END, TEXT_COLUMNS, 5_000_000)) this.words.add(word)
  }

  /** Opens the file, or makes a new one where it is of another release or cannot be read: it can be built again at any time. */
  static open(path: string): { index: Index; opened: Opened } {
    try {
      return opened(new Index(new IndexFile(path)), null)
    } catch (error) {
      for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true })
      return opened(new Index(new IndexFile(path)), error instanceof OtherStamp ? 'other_release' : 'damaged')
    }

    function opened(index: Index, discarded: Opened['discarded']): { index: Index; opened: Opened } {
      return { index, opened: { entries: index.columns.size, complete: index.file.meta('complete') === 'yes', discarded } }
    }
  }

  /** @returns how many entries there are then */
  put(entries: readonly Entry[]): number {
    const ready = entries.map((entry) => ({ entry, streams: streamsOf(entry) }))
    this.file.transaction(() => {
      for (const { entry, streams } of ready) {
        const row = this.columns.rowFor(entry.id)
        if (this.columns.rowOf.has(entry.id) && (this.columns.version[row] ?? 0) > entry.version) continue
        const facts = factsOf(entry, streams)
        this.file.put(row, streams, facts)
        this.columns.set(row, facts)
        for (const column of TEXT_COLUMNS) for (const token of streams[column].split(' ')) this.words.add(token)
      }
    })
    return this.columns.size
  }

  drop(ids: readonly string[]): number {
    this.file.transaction(() => {
      for (const id of ids) {
        const row = this.columns.rowOf.get(id)
        if (row === undefined) continue
        this.file.drop(row)
        this.columns.drop(row)
      }
    })
    return this.columns.size
  }

  search({ query, visible, options }: Calls['search']['ask'], check: () => void): Calls['search']['answer'] {
    if (seesNothing(visible)) return noResults()
    return search(query, options, this.view(visible, options, check), this.words, this.synonyms)
  }

  suggest({ typed, visible, options }: Calls['suggest']['ask'], check: () => void): Calls['suggest']['answer'] {
    if (seesNothing(visible)) return { hits: [], words: [] }
    return suggest(typed, options, this.view(visible, options, check), this.words)
  }

  similar({ to, visible, options }: Calls['similar']['ask'], check: () => void): readonly Hit[] {
    if (seesNothing(visible)) return []
    return similar(to, options, this.view(visible, options, check))
  }

  setSynonyms(groups: readonly (readonly string[])[]): void {
    this.synonyms = new Synonyms(groups)
  }

  versions(from: number): Calls['versions']['answer'] {
    const hits: Hit[] = []
    let row = from
    for (; row < this.columns.end && hits.length < PAGE; row++) if (this.columns.alive(row)) hits.push(hitOf(row, this.columns))
    return { hits, next: row < this.columns.end ? row : null }
  }

  versionsOf(ids: readonly string[]): Calls['versions of']['answer'] {
    return new Map(ids.flatMap((id) => {
      const row = this.columns.rowOf.get(id)
      return row === undefined ? [] : [[id, this.columns.version[row] as number]]
    }))
  }

  complete(): void {
    this.file.setMeta('complete', 'yes')
  }

  scrub(): void {
    this.file.scrub()
  }

  close(): void {
    this.file.close()
  }

  private view(
    visible: Visible,
    options: { readonly hold?: readonly string[]; readonly kinds?: readonly Entry['kind'][]; readonly archived?: boolean },
    check: () => void,
  ): View {
    const { hold = [], kinds = null, archived = false } = options
    return new View(this.file, this.columns, this.words, { visible, hold, kinds, archived }, check)
  }
}
