import { readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { copyOfDatabase } from '../server/adapters/store/lowdb/backup-database.js'
import { leaveWord } from '../server/adapters/store/lowdb/backup-noted.js'
import { nameOf } from '../server/adapters/store/lowdb/backup-restore.js'
import { makeBackup } from '../server/adapters/store/lowdb/backup.js'
import { backUpDatabase } from '../server/adapters/store/postgres/backup.js'
import { Database } from '../server/adapters/store/postgres/database.js'
import { readConfig } from '../server/config.js'
import { ROOT } from '../server/root.js'

/** npm run backup [-- FILE] — one archive of the whole portal, while it runs or not, from either store. Never overwrites a file. */
async function run(): Promise<void> {
  // Only the places: whoever makes backups need not have the server's secrets.
  const { dataDir, database } = readConfig({ DATA_DIR: process.env['DATA_DIR'], DATABASE_URL: process.env['DATABASE_URL'], DATABASE_URL_FILE: process.env['DATABASE_URL_FILE'] })
  const made = new Date().toISOString()
  const archive = resolve(process.argv[2] ?? `tacit-${made.slice(0, 16).replace(':', '')}.backup.gz`)
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  const options = { archive, made, release: version }
  const { files, bytes, counts, seal, how } = database ? await ofDatabase(database.url, options) : await ofFolder(dataDir, options)
  console.log(`${archive}\n  ${files} files, ${Math.ceil(bytes / 1024)} kB before packing, ${how} and read back.`)
  for (const [folder, count] of Object.entries(counts)) console.log(`  ${folder.padEnd(14)} ${count}`)
  console.log(`  seal ${seal}`)
  console.log('It holds everything, restricted notes too: keep it where only administrators of the machine can read it.')
  console.log(`Keep the newest ${database ? 'backup' : join(dataDir, 'redactions.json')} beside your older ones: with it, restoring an older one takes away again what was redacted since.`)
}

async function ofFolder(root: string, options: { readonly archive: string; readonly made: string; readonly release: string }) {
  const made = await makeBackup({ ...options, root, copyOf: copyOfDatabase })
  await leaveWord(root, basename(options.archive), options.made)
  return { ...made, how: `whole after ${made.rounds} rounds` }
}

async function ofDatabase(url: string, options: { readonly archive: string; readonly made: string; readonly release: string }) {
  const database = Database.open({ url, connections: 2, patience: { statement: 600_000 } })
  try {
    return { ...(await backUpDatabase({ ...options, database, name: nameOf(options.archive) })), how: 'all of one moment' }
  } finally {
    await database.close()
  }
}

run().catch((error: unknown) => {
  const told = error instanceof Error && 'code' in error && /^(store|backup)\./.test(String(error.code))
  console.error(told ? (error as Error).message : error)
  process.exitCode = 1
})
