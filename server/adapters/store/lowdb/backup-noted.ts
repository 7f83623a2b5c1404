import { randomUUID } from 'node:crypto'
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AuditRecord } from '../../../domain/policy/record.js'
import { codeOf } from './files.js'

const FOLDER = 'backups-made'

/**
 * A backup is an export of everything and belongs on the record, which only the server that holds the directory may
 * write. So the backup leaves word of itself, and the server puts it on record within a minute or at its next start.
 */
export async function leaveWord(root: string, archive: string, at: string): Promise<void> {
  const folder = join(root, FOLDER)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, randomUUID())
  await writeFile(`${file}.new`, JSON.stringify({ at, archive: archive.replaceAll(/[^A-Za-z0-9:._@-]/g, '_').slice(0, 200) }), { mode: 0o600 })
  await rename(`${file}.new`, `${file}.json`)
}

export async function putBackupsOnRecord(root: string, record: AuditRecord): Promise<void> {
  const folder = join(root, FOLDER)
  const names = await readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  })
  for (const name of names.filter((one) => one.endsWith('.json')).sort()) {
    const { at, archive } = JSON.parse(await readFile(join(folder, name), 'utf8')) as { at: string; archive: string }
    // Told twice when the process dies in between; never not at all.
    await record.append({ at, who: 'job:backup', did: 'backup.made', thing: { kind: 'backup', id: archive.replace(/^[^A-Za-z0-9]+/, '') || 'archive' }, via: 'job' })
    await rm(join(folder, name))
  }
}
