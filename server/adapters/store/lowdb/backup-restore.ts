// Long because everything a copy may hold of what was redacted since is seen to in one place, before the folder gets its name.
import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { redactAgain } from '../../../domain/curation/redact-note.js'
import { draftRedacted, type RedactionMeans } from '../../../domain/curation/redact-texts.js'
import { draftMark, joinedLists, redactionOf, uploadMark, type ListedRedaction } from '../../../domain/curation/redaction-list.js'
import type { Letter } from '../../../domain/digests/letter.js'
import type { Draft } from '../../../domain/notes/draft.js'
import type { Note } from '../../../domain/notes/note.js'
import type { Credential } from '../../../domain/people/credential.js'
import type { Batch } from '../../../domain/curation/import-batch.js'
import { BATCH_FILE, fileOfBatch } from './batches-store.js'
import { readArchive, type Ending, type Heading } from './backup-archive.js'
import type { Clock } from './clock.js'
import { DataFolder } from './data-folder.js'
import { DRAFT_FILE } from './drafts-store.js'
import { codeOf } from './files.js'
import { flush, flushOne } from './flushed.js'
import { NOTE_FILE, OLD_FILE } from './note-files.js'
import { NoteDocuments, type NoteDocument, type OldDocument } from './old-revisions.js'
import { REDACTIONS_FILE, type KeptRedactions } from './redactions-store.js'
import { decode } from '../schema.js'
import { StoreError } from '../store-errors.js'

export interface RestoreOptions {
  readonly archive: string
  /** a folder that is empty or not there */
  readonly into: string
  /** the list of redactions of the portal that was lost, when there is one: a file, its data directory, or a newer backup */
  readonly redactions?: string
  readonly clock: Clock
  readonly means: RedactionMeans
  /** mail kept in the folder that is being restored */
  readonly mailIn: (data: DataFolder) => { redact(note: string, mark: string): Promise<number> }
}

export interface Restored extends Heading, Ending {
  /** redactions that were made after the backup and were applied again */
  readonly redacted: number
  /** drafts and uploads that may hold what was redacted since, and were left out */
  readonly leftOut: number
}

/**
 * The portal of a backup in an empty folder: the same people, rights and knowledge, without whatever was redacted
 * since. Nobody is signed in, and links to choose a password are void. All is made beside the folder and appears in
 * one step, so that whatever goes wrong leaves nothing half done.
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { archive, into } = options
  await mustBeEmpty(into)
  const newer = options.redactions === undefined ? [] : await redactionsIn(options.redactions)
  const made = await readArchive(archive)
  const aside = join(dirname(into), `.${basename(into)}.${randomUUID()}.restoring`)
  try {
    await unpack(archive, aside)
    const settled = await settle(aside, newer, options)
    await flush(aside)
    await rmdir(into).catch(unlessMissing)
    await rename(aside, into)
    await flushOne(dirname(into))
    return { ...made, ...settled }
  } catch (error) {
    await rm(aside, { recursive: true, force: true })
    throw error
  }
}

async function unpack(archive: string, into: string): Promise<void> {
  await mkdir(into, { mode: 0o700 })
  const made = new Set<string>()
  await readArchive(archive, {
    file: async (path, bytes) => {
      const folder = dirname(join(into, path))
      if (!made.has(folder)) await mkdir(folder, { recursive: true, mode: 0o700 })
      made.add(folder)
      await writeFile(join(into, path), bytes, { mode: 0o600 })
    },
    gone: (path) => rm(join(into, path), { force: true }),
  })
  const manifest = JSON.parse(await readFile(join(into, 'manifest.json'), 'utf8')) as { readonly things: readonly string[] }
  // Folders the portal expects; that of the sessions stays empty, so everybody signs in again.
  for (const thing of manifest.things) if (thing.endsWith('/')) await mkdir(join(into, thing), { recursive: true, mode: 0o700 })
}

/** Opens what was unpacked as its own store, because only that writes documents as they must be. */
async function settle(root: string, newer: readonly ListedRedaction[], options: RestoreOptions): Promise<Pick<Restored, 'redacted' | 'leftOut'>> {
  const data = await DataFolder.open({ root, clock: options.clock, reserveBytes: 0 })
  let redacted = 0
  let leftOut = 0
  try {
    await voidLinks(data)
    const list = await data.document<KeptRedactions>({ name: 'redactions', schema: REDACTIONS_FILE, empty: () => ({ redactions: [] }) })
    const all = joinedLists(list.read().redactions, newer)
    const settled: ListedRedaction[] = []
    const rooms = await roomsOf(data, options)
    for (const line of all) {
      const applied = await redact(rooms, line, options.means)
      if (applied.changed) redacted += 1
      leftOut += applied.leftOut
      settled.push(applied.line)
    }
    await list.change(() => ({ redactions: settled }))
    const record = await data.record()
    await record.append({ at: options.clock(), who: 'job:restore', did: 'backup.restored', thing: { kind: 'backup', id: nameOf(options.archive) }, to: String(redacted), via: 'job' })
  } finally {
    await data.close()
  }
  for (const own of ['lock', 'lock.holder', 'reserve.bin']) await rm(join(root, own), { force: true })
  return { redacted, leftOut }
}

interface Rooms {
  readonly notes: NoteDocuments
  readonly drafts: Awaited<ReturnType<typeof draftsIn>>
  readonly uploads: Awaited<ReturnType<typeof uploadsIn>>
  readonly mail: { redact(note: string, mark: string): Promise<number> }
}

const MIB = 1024 * 1024

async function roomsOf(data: DataFolder, { mailIn }: RestoreOptions): Promise<Rooms> {
  const notes = new NoteDocuments(
    await data.folder<NoteDocument>({ name: 'notes', schema: NOTE_FILE, cacheBytes: 8 * MIB }),
    await data.folder<OldDocument>({ name: 'notes', schema: OLD_FILE, cacheBytes: MIB, ending: '.old.json' }),
  )
  return { notes, drafts: await draftsIn(data), uploads: await uploadsIn(data), mail: mailIn(data) }
}

async function draftsIn(data: DataFolder) {
  const folder = await data.folder<Draft>({ name: 'drafts', schema: DRAFT_FILE, cacheBytes: MIB })
  return { folder, ids: (await folder.list()).map(({ id }) => id) }
}

/** Files of imports that were never finished. */
async function uploadsIn(data: DataFolder) {
  const folder = await data.folder<Batch>({ name: 'imports', schema: BATCH_FILE, cacheBytes: MIB })
  const batches: Batch[] = []
  for (const { id } of await folder.list()) {
    const batch = await folder.read(id)
    if (batch) batches.push(batch)
  }
  const fileOf = (batch: Batch) => data.path(fileOfBatch(batch))
  const remove = async (batch: Batch): Promise<void> => {
    await data.disk.remove(fileOf(batch))
    const { leftOut } = batch
    if (leftOut) await folder.change(batch.id, (now) => ({ ...now, leftOut: { ...leftOut, rows: [], cut: leftOut.cut + leftOut.rows.length } }))
  }
  return { batches, fileOf, remove }
}

/** One line of the list, brought about in an older copy; a copy that has it already is left as it is. */
async function redact(
  { notes, drafts, uploads, mail }: Rooms, line: ListedRedaction, means: RedactionMeans,
): Promise<{ readonly line: ListedRedaction; readonly changed: boolean; readonly leftOut: number }> {
  const redaction = redactionOf(line)
  const before = redaction ? await notes.read(line.note) : undefined
  if (!redaction || !before) return { line, changed: false, leftOut: 0 }
  let after = before as Note
  let leftOut = 0
  const has = before.redactions?.some(({ id }) => id === line.id) ?? false
  if (!has || line.state === 'begun') {
    if (!has) after = await notes.change(line.note, (now) => ({ ...now, ...redactAgain(now, redaction, line.words, means) }))
    await mail.redact(line.note, redaction.mark)
    const writers = new Set(after.revisions.map(({ by }) => by))
    for (const id of drafts.ids) {
      const draft = await drafts.folder.read(id)
      if (!draft) continue
      if (line.words !== null) await drafts.folder.change(id, (now) => draftRedacted(now, line.note, { whole: line.whole, words: line.words ?? [] }, redaction.mark, means))
      // What the words were is not known any more: a draft that may hold them goes as a whole.
      else if (mayHold(draft, line, writers, means)) {
        await drafts.folder.remove(id)
        leftOut += 1
      }
    }
    for (const batch of uploads.batches) {
      if (!(existsSync(uploads.fileOf(batch)) || batch.leftOut?.rows.length) || !uploadMayHold(batch, line, after, writers, means)) continue
      await uploads.remove(batch)
      leftOut += 1
    }
  }
  await notes.scrub(line.note)
  const kept = after.redactions?.find(({ id }) => id === line.id)
  return { line: { ...line, ...(line.state === 'begun' && kept), state: 'done', words: null }, changed: after !== before, leftOut }
}

/**
 * The words are not known any more, so a draft stays only when it is the very one that was looked at then and held
 * none of them, or was written later. Of redactions that kept no such list, those of strangers stay.
 */
function mayHold(draft: Draft, line: ListedRedaction, writers: ReadonlySet<string>, { digest }: RedactionMeans): boolean {
  if (draft.id === line.note || draft.edits?.note === line.note || line.drafts.includes(draft.id)) return true
  if (draft.savedAt > line.at) return false
  return line.innocent ? !line.innocent.includes(draftMark(draft, digest)) : writers.has(draft.owner)
}

/** The file of an import that was never finished: without it the import says that the file is to be sent again. */
function uploadMayHold(batch: Batch, line: ListedRedaction, note: Note, writers: ReadonlySet<string>, { digest }: RedactionMeans): boolean {
  if (!batch.notes || batch.createdAt > line.at) return false
  return line.innocent ? !line.innocent.includes(uploadMark(batch, digest)) : note.origin?.batch === batch.id || writers.has(batch.owner)
}

/** Links to choose a password were sent before whatever made the restore necessary; nobody knows who has them now. */
async function voidLinks(data: DataFolder): Promise<void> {
  const credentials = await data.document<{ readonly of: Readonly<Record<string, Credential>> }>({ name: 'credentials', schema: { now: 1 }, empty: () => ({ of: {} }) })
  await credentials.change(({ of }) => ({ of: Object.fromEntries(Object.entries(of).map(([person, one]) => [person, { ...one, link: null }])) }))
  const outbox = await data.folder<Letter>({ name: 'outbox', schema: { now: 1 }, cacheBytes: MIB })
  for (const { id } of await outbox.list()) {
    const letter = await outbox.read(id)
    if (letter?.kind === 'password_link' && letter.token !== null) await outbox.change(id, (now) => ({ ...now, token: null, state: 'skipped', nextTryAt: null }) as Letter)
  }
}

async function redactionsOfBackup(archive: string): Promise<readonly ListedRedaction[]> {
  let found: readonly ListedRedaction[] = []
  await readArchive(archive, { file: async (path, bytes) => { if (path === 'redactions.json') found = decode(REDACTIONS_FILE, bytes, path).redactions } })
  return found
}

async function redactionsIn(path: string): Promise<readonly ListedRedaction[]> {
  const read = async (file: string) => {
    const bytes = await readFile(file)
    return bytes[0] === 0x1f && bytes[1] === 0x8b ? redactionsOfBackup(file) : decode(REDACTIONS_FILE, bytes, file).redactions
  }
  return read(path).catch((error: unknown) => (codeOf(error) === 'EISDIR' ? read(join(path, 'redactions.json')) : Promise.reject(error))).catch((error: unknown) => {
    if (error instanceof StoreError) throw error
    throw new StoreError('backup.no_redactions', `${path} holds no list of redactions. Give redactions.json, the data directory it lies in, or a newer backup.`)
  })
}

export async function mustBeEmpty(into: string): Promise<void> {
  const names = await readdir(into).catch(unlessMissing)
  if (names && names.length > 0) throw new StoreError('backup.not_empty', `${into} is not empty, and restoring never overwrites. Give a folder that is empty or not there.`)
}

/** As the record tells it. */
export function nameOf(archive: string): string {
  return basename(archive).replaceAll(/[^A-Za-z0-9:._@-]/g, '_').replace(/^[^A-Za-z0-9]+/, '').slice(0, 200) || 'archive'
}

function unlessMissing(error: unknown): null {
  if (codeOf(error) === 'ENOENT') return null
  throw error
}
