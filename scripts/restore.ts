import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { openFileMailer } from '../server/adapters/mail/file/file-mailer.js'
import { restoreBackup, type Restored } from '../server/adapters/store/lowdb/backup-restore.js'
import { mailFolderOn } from '../server/adapters/store/lowdb/mail-folder.js'
import { Database } from '../server/adapters/store/postgres/database.js'
import { migrate } from '../server/adapters/store/postgres/migrate.js'
import { restoreToDatabase, type RestoreToDatabase } from '../server/adapters/store/postgres/restore.js'
import { readConfig } from '../server/config.js'
import { fold } from '../server/domain/search/fold.js'

const USAGE = 'npm run restore -- FILE --into DIR [--redactions FILE|DIR]; with DATABASE_URL and without --into: into that database'

/** Makes the portal of a backup in an empty folder or database; verifies everything first and leaves nothing half done. */
async function run(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { into: { type: 'string' }, redactions: { type: 'string' } } })
  const [archive] = positionals
  const { dataDir, database } = readConfig({ DATA_DIR: process.env['DATA_DIR'], DATABASE_URL: process.env['DATABASE_URL'], DATABASE_URL_FILE: process.env['DATABASE_URL_FILE'] })
  if (archive === undefined || positionals.length > 1 || (values.into === undefined && !database)) {
    console.error(`Say which backup, and where to: ${USAGE}`)
    process.exitCode = 1
    return
  }
  process.umask(0o077)
  const from = readConfig({ MAIL_FROM: process.env['MAIL_FROM'] }).mail?.from ?? 'tacit@tacit.example'
  const options = {
    archive: resolve(archive), clock: () => new Date().toISOString(),
    means: { fold, digest: (text: string) => createHash('sha256').update(text).digest('hex') },
    mailIn: (data: Parameters<RestoreToDatabase['mailIn']>[0]) => openFileMailer(data.path('mail'), mailFolderOn(data.disk), from),
    ...(values.redactions !== undefined && { redactions: resolve(values.redactions) }),
  }
  const into = values.into === undefined ? null : resolve(values.into)
  const { made, release, files, redacted, leftOut } = into === null ? await toDatabase(database?.url ?? '', { ...options, by: join(dataDir, 'restoring') }) : await restoreBackup({ ...options, into })
  console.log(`${into ?? 'The database'} holds the portal as it was on ${made} (release ${release}, ${files} files).`)
  console.log(redacted > 0 ? `${redacted} later redactions were applied again.` : 'No later redaction had to be applied.')
  if (leftOut > 0) console.log(`${leftOut} drafts and uploads of that day were left out: whether they hold what was redacted since cannot be known any more.`)
  if (values.redactions === undefined) console.log('If words were redacted after this backup, restore once more with --redactions and the newest redactions.json or backup, before anybody reads.')
  console.log(`Nobody is signed in, and links to choose a password are void. ${into === null ? 'Start it with this DATABASE_URL' : `Start it with DATA_DIR=${into}`}; catalog and search index are made anew.`)
}

async function toDatabase(url: string, options: Omit<RestoreToDatabase, 'database'>): Promise<Restored> {
  const database = Database.open({ url, connections: 4, patience: { statement: 600_000, lock: 60_000 } })
  try {
    await migrate(database)
    return await restoreToDatabase({ ...options, database, told: (kind, done, total) => console.error(`  ${kind} ${done}${total === null ? '' : ` of ${total}`}`) })
  } finally {
    await database.close()
  }
}

run().catch((error: unknown) => {
  const told = error instanceof Error && 'code' in error && /^(store\.|backup\.|move\.|ERR_PARSE_ARGS)/.test(String(error.code))
  console.error(told ? `${(error as Error).message}${String((error as { code?: unknown }).code).startsWith('ERR') ? ` ${USAGE}` : ''}` : error)
  process.exitCode = 1
})
