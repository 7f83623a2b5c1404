import { readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { copyOfDatabase } from '../server/adapters/store/lowdb/backup-database.js'
import { leaveWord } from '../server/adapters/store/lowdb/backup-noted.js'
import { makeBackup } from '../server/adapters/store/lowdb/backup.js'
import { readConfig } from '../server/config.js'
import { ROOT } from '../server/root.js'

/** npm run backup [-- FILE] — one archive of the whole portal, while the server runs or not. Never overwrites a file. */
async function run(): Promise<void> {
  // Only the folder: whoever makes backups need not have the server's secrets.
  const { dataDir } = readConfig({ DATA_DIR: process.env['DATA_DIR'] })
  const made = new Date().toISOString()
  const archive = resolve(process.argv[2] ?? `tacit-${made.slice(0, 16).replace(':', '')}.backup.gz`)
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  const { files, bytes, counts, seal, rounds } = await makeBackup({ root: dataDir, archive, made, release: version, copyOf: copyOfDatabase })
  await leaveWord(dataDir, basename(archive), made)
  console.log(`${archive}\n  ${files} files, ${Math.ceil(bytes / 1024)} kB before packing, whole after ${rounds} rounds and read back.`)
  for (const [folder, count] of Object.entries(counts)) console.log(`  ${folder.padEnd(14)} ${count}`)
  console.log(`  seal ${seal}`)
  console.log('It holds everything, restricted notes too: keep it where only administrators of the machine can read it.')
  console.log(`Keep the newest ${join(dataDir, 'redactions.json')} beside your backups: with it, restoring an older one takes away again what was redacted since.`)
}

run().catch((error: unknown) => {
  const told = error instanceof Error && 'code' in error && /^(store|backup)\./.test(String(error.code))
  console.error(told ? (error as Error).message : error)
  process.exitCode = 1
})
