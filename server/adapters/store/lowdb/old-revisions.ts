import type { Note } from '../../../domain/notes/note.js'
import type { Revision } from '../../../domain/notes/revision.js'
import type { DocumentFolder, Listed } from './document-folder.js'
import { StoreDamaged } from '../store-errors.js'
import type { Documents, Sequenced } from './shelf.js'

/** UTF-16 code units of JSON: about the 256 kB of HOUSE.md §3, without encoding the document twice. */
const MUCH = 256_000

/** A note's file: the note, its place in the feed, and whether its oldest revisions lie in a second file. */
export type NoteDocument = Omit<Note, 'revisions'> & Sequenced & {
  readonly revisions: readonly Revision[]
  /** the version whose oldest revisions these are; null while all are here */
  readonly older: number | null
}

/** `<id>.old.json`: the revisions moved out, for the version of the note that is on disk and for the one being written. */
export interface OldDocument {
  readonly id: string
  readonly version: number
  readonly sets: readonly { readonly of: number; readonly revisions: readonly Revision[] }[]
}

/** A note as its verbs know it, with its place in the feed. */
export type Whole = Note & Sequenced

/**
 * Notes whose files stay small: above 256 kB the oldest revisions go to a second file, written first. The note names
 * the set it belongs with, so a write that stops half-way leaves the old note with its old revisions.
 */
export class NoteDocuments implements Documents<Whole> {
  constructor(
    private readonly notes: DocumentFolder<NoteDocument>,
    private readonly old: DocumentFolder<OldDocument>,
    private readonly much = MUCH,
  ) {}

  async read(id: string, atLeast = 0): Promise<Whole | undefined> {
    const kept = await this.notes.read(id, atLeast)
    if (!kept || kept.older === null) return kept && whole(kept, [])
    const found = setOf(await this.old.read(id), kept.older)
    if (found) return whole(kept, found)
    // A write may have replaced both files between the two reads.
    const again = await this.notes.read(id, kept.version + 1)
    if (again && again.version > kept.version) return this.read(id, again.version)
    throw lost(id)
  }

  async create(note: Whole, absent = false): Promise<Whole> {
    const kept = await this.notes.create(await this.divided(note, null), absent)
    return note.version === kept.version ? note : { ...note, version: kept.version }
  }

  async change(id: string, fn: (now: Whole) => Whole | Promise<Whole>): Promise<Whole> {
    let written: Whole | null = null
    const kept = await this.notes.change(id, async (now) => {
      const older = now.older === null ? [] : setOf(await this.old.read(id), now.older)
      if (!older) throw lost(id)
      const present = whole(now, older)
      written = await fn(present)
      return written === present ? now : this.divided({ ...written, version: now.version + 1 }, now.older)
    })
    return { ...(written as unknown as Whole), version: kept.version }
  }

  /** Of a note's oldest revisions only the set it names is kept: a former one may hold words that were redacted since. */
  async scrub(id: string): Promise<void> {
    await this.notes.change(id, async (now) => {
      const there = await this.old.read(id)
      const set = there?.sets.find(({ of }) => of === now.older)
      if (!there || there.sets.length === (set ? 1 : 0)) return now
      if (set) await this.old.put({ ...there, sets: [set] })
      else await this.old.remove(id)
      return now
    })
  }

  list(): Promise<Listed[]> {
    return this.notes.list()
  }

  stat(id: string): Promise<Listed | undefined> {
    return this.notes.stat(id)
  }

  /** The document for the first file, after what does not fit is safely in the second. */
  private async divided(note: Whole, olderNow: number | null): Promise<NoteDocument> {
    const { document, moved } = inTwo(note, this.much)
    if (moved.length === 0) return document
    const there = olderNow === null ? undefined : (await this.old.read(note.id))?.sets.find((set) => set.of === olderNow)
    await this.old.put({ id: note.id, version: 1, sets: [...(there ? [there] : []), { of: note.version, revisions: moved }] })
    return document
  }
}

/** The document of the first file, and the revisions that go to the second. */
export function inTwo(note: Whole, much = MUCH): { readonly document: NoteDocument; readonly moved: readonly Revision[] } {
  const stay = staying(note, much)
  const moved = note.revisions.filter(({ number }) => !stay.has(number))
  const document = { ...note, revisions: note.revisions.filter(({ number }) => stay.has(number)), older: moved.length === 0 ? null : note.version }
  return { document, moved }
}

/** Numbers of the revisions that stay: the newest, whatever a face shows, and as many more as fit. */
function staying(note: Whole, much: number): ReadonlySet<number> {
  const rough = note.revisions.reduce((sum, { body }) => sum + 2_000 + body.length, 0)
  if (rough * 6 < much) return new Set(note.revisions.map(({ number }) => number))
  const sizes = note.revisions.map((revision) => JSON.stringify(revision).length)
  let total = sizes.reduce((sum, size) => sum + size, 0)
  const stay = new Set(note.revisions.map((revision) => revision.number))
  const last = note.revisions[note.revisions.length - 1]?.number
  note.revisions.forEach(({ number }, at) => {
    if (total <= much || number === last || number === note.validated || number === note.item?.subject) return
    stay.delete(number)
    total -= sizes[at] as number
  })
  return stay
}

function whole({ older: _older, ...kept }: NoteDocument, old: readonly Revision[]): Whole {
  const revisions = [...old, ...kept.revisions].sort((a, b) => a.number - b.number)
  return { ...kept, revisions: revisions as unknown as Note['revisions'] } as unknown as Whole
}

function setOf(old: OldDocument | undefined, version: number): readonly Revision[] | undefined {
  return old?.sets.find((set) => set.of === version)?.revisions
}

function lost(id: string): StoreDamaged {
  return new StoreDamaged(`${id}.old.json`, 'it does not hold the old revisions that its note names')
}
