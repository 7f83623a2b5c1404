import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ArchiveWriter, readArchive, type Ending } from './backup-archive.js'
import { codeOf } from './files.js'
import { StoreError } from '../store-errors.js'

export interface BackupOptions {
  /** the data directory; a running server may go on writing to it */
  readonly root: string
  readonly archive: string
  /** UTC ISO-8601 */
  readonly made: string
  readonly release: string
  /** called between two rounds */
  readonly between?: (round: number) => Promise<void>
  /** a copy of a database that may be open; null when there is none */
  readonly copyOf?: (database: string) => Promise<Buffer | null>
}

export interface Backup extends Ending {
  /** how often the directory was looked through until it held still */
  readonly rounds: number
}

/** Made anew at start, or of this machine and moment alone. */
const LEFT_OUT = [/^catalog\.sqlite/, /^search\//, /^sessions\//, /^lock/, /^reserve\.bin$/, /^reads\.sqlite/, /^backups-made\//, /^(moved|reindex)\.json/, /\.[0-9a-f-]{36}\.tmp$/]
/** Taken last, in this order: whatever was redacted or done while copying is on them. */
const LAST = /^(redactions\.json|record\/)/
/** Who may read what is written in these and in notes and customers; the rest says nothing about rights. */
const RIGHTS = /^(people|credentials|tokens|channels)\.json$/
const MOST_ROUNDS = 40

interface Copied {
  readonly mark: string
  /** of a note or customer: the write that last changed who reads it */
  readonly access: string
  /** of a note whose oldest revisions lie in a second file: which set; of that file: the sets it has */
  readonly sets: readonly string[]
}

/**
 * One archive of everything that cannot be made anew, while the server goes on writing.
 *
 * Files are replaced as a whole, so each copy is whole by itself. Together they are one state when a round finds that
 * since the round before nobody's rights and no note's readers have changed: then all of them hold at one and the
 * same moment, and a text that is newer than that was not yet to be read by anybody else. So rounds go on until then.
 * @throws StoreError when there is no such directory or archive of that name, or it never holds still
 */
export async function makeBackup(options: BackupOptions): Promise<Backup> {
  const { root, archive, made, release, copyOf } = options
  if (!(await filesIn(root)).some((file) => file === 'manifest.json')) {
    throw new StoreError('backup.nothing_to_back_up', `${root} is no data directory of the portal. Set DATA_DIR to the one that is to be backed up.`)
  }
  const writer = await ArchiveWriter.create(archive, { made, release })
  try {
    const rounds = await copyUntilStill(root, writer, options.between)
    for (const file of lastOnes(await filesIn(root))) {
      const found = await readWhole(join(root, file))
      if (found) await writer.put(file, found.bytes)
    }
    const reads = await copyOf?.(join(root, 'reads.sqlite'))
    if (reads) await writer.put('reads.sqlite', reads)
    const ending = await writer.finish()
    await readArchive(archive)
    return { ...ending, rounds }
  } catch (error) {
    await writer.abandon()
    throw error
  }
}

async function copyUntilStill(root: string, writer: ArchiveWriter, between: BackupOptions['between']): Promise<number> {
  const copied = new Map<string, Copied>()
  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    if ((await copyRound(root, writer, copied)) && round > 1) return round
    await between?.(round)
  }
  throw new StoreError('backup.never_still', 'The rights in the portal changed all the time while it was copied. Run npm run backup again at a quieter moment.')
}

/** @returns whether rights were the same as in the round before */
async function copyRound(root: string, writer: ArchiveWriter, copied: Map<string, Copied>): Promise<boolean> {
  let still = true
  const files = (await filesIn(root)).filter((file) => !LAST.test(file))
  const there = new Set(files)
  for (const file of [...copied.keys()].filter((one) => !there.has(one))) {
    copied.delete(file)
    await writer.gone(file)
    if (isAboutRights(file)) still = false
  }
  for (const file of files) {
    const before = copied.get(file)
    if (before && before.mark === (await markOf(join(root, file)))) continue
    const found = await readWhole(join(root, file))
    if (!found) continue
    const now: Copied = { mark: found.mark, access: accessIn(file, found.bytes), sets: setsIn(file, found.bytes) }
    // A new note or customer is no change of rights: nobody could read it a moment ago.
    if (RIGHTS.test(file) || (before && before.access !== now.access)) still = false
    copied.set(file, now)
    await writer.put(file, found.bytes)
  }
  for (const [file, { mark }] of copied) if (RIGHTS.test(file) && mark !== (await markOf(join(root, file)))) still = false
  for (const file of halves(copied)) {
    copied.delete(file)
    still = false
  }
  return still
}

/** Notes copied before, and their second files copied after, a write that moved revisions between them. */
function halves(copied: ReadonlyMap<string, Copied>): readonly string[] {
  return [...copied].flatMap(([file, { sets }]) => {
    if (!file.startsWith('notes/') || file.endsWith('.old.json') || sets.length === 0) return []
    const old = file.replace(/\.json$/, '.old.json')
    return copied.get(old)?.sets.includes(sets[0] as string) ? [] : [file, old]
  })
}

function isAboutRights(file: string): boolean {
  return RIGHTS.test(file) || /^(notes|customers)\//.test(file)
}

/** A quotation mark inside a text is written with a backslash before it, so no text can pretend to be this field. */
function accessIn(file: string, bytes: Buffer): string {
  return /^(notes|customers)\//.test(file) ? (/"accessSeq":(\d+)/.exec(bytes.toString('latin1'))?.[1] ?? '') : ''
}

function setsIn(file: string, bytes: Buffer): readonly string[] {
  if (!file.startsWith('notes/')) return []
  const field = file.endsWith('.old.json') ? /"of":(\d+)/g : /"older":(\d+)/g
  return [...bytes.toString('latin1').matchAll(field)].map(([, version = '']) => version)
}

/** Of the record the file that says where it ends comes first: what is counted there is in the segments read after it. */
function lastOnes(files: readonly string[]): readonly string[] {
  const place = (file: string) => (file === 'redactions.json' ? 0 : file === 'record/head.json' ? 1 : 2)
  return files.filter((file) => LAST.test(file)).sort((a, b) => place(a) - place(b) || a.localeCompare(b))
}

async function filesIn(root: string): Promise<readonly string[]> {
  const found = await readdir(root, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  })
  return found.filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1).replaceAll('\\', '/'))
    .filter((file) => !LEFT_OUT.some((left) => left.test(file)))
    .sort()
}

/** Another file, or the same at another moment; null when it is gone. */
async function markOf(path: string): Promise<string | null> {
  return stat(path).then(({ ino, size, mtimeMs }) => `${ino} ${size} ${mtimeMs}`, unlessGone)
}

async function readWhole(path: string): Promise<{ readonly bytes: Buffer; readonly mark: string } | null> {
  const file = await open(path, 'r').catch(unlessGone)
  if (!file) return null
  try {
    const { ino, size, mtimeMs } = await file.stat()
    return { bytes: await file.readFile(), mark: `${ino} ${size} ${mtimeMs}` }
  } finally {
    await file.close()
  }
}

function unlessGone(error: unknown): null {
  if (codeOf(error) === 'ENOENT') return null
  throw error
}
