import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { openFileMailer } from '../server/adapters/mail/file/file-mailer.js'
import { restoreBackup } from '../server/adapters/store/lowdb/backup-restore.js'
import { mailFolderOn } from '../server/adapters/store/lowdb/mail-folder.js'
import { readConfig } from '../server/config.js'
import { fold } from '../server/domain/search/fold.js'

const USAGE = 'npm run restore -- FILE --into DIR [--redactions FILE|DIR]'

/** Makes the portal of a backup in an empty folder; verifies everything first and leaves nothing half done. */
async function run(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { into: { type: 'string' }, redactions: { type: 'string' } } })
  const [archive] = positionals
  if (archive === undefined || positionals.length > 1 || values.into === undefined) {
    console.error(`Say which backup, and where to: ${USAGE}`)
    process.exitCode = 1
    return
  }
  process.umask(0o077)
  const from = readConfig({ MAIL_FROM: process.env['MAIL_FROM'] }).mail?.from ?? 'tacit@tacit.example'
  const into = resolve(values.into)
  const { made, release, files, redacted, leftOut } = await restoreBackup({
    archive: resolve(archive), into, clock: () => new Date().toISOString(),
    means: { fold, digest: (text) => createHash('sha256').update(text).digest('hex') },
    mailIn: (data) => openFileMailer(data.path('mail'), mailFolderOn(data.disk), from),
    ...(values.redactions !== undefined && { redactions: resolve(values.redactions) }),
  })
  console.log(`${into} holds the portal as it was on ${made} (release ${release}, ${files} files).`)
  console.log(redacted > 0 ? `${redacted} later redactions were applied again.` : 'No later redaction had to be applied.')
  if (leftOut > 0) console.log(`${leftOut} drafts and uploads of that day were left out: whether they hold what was redacted since cannot be known any more.`)
  if (values.redactions === undefined) console.log('If words were redacted after this backup, restore once more with --redactions and the newest redactions.json, before anybody reads.')
  console.log(`Nobody is signed in, and links to choose a password are void. Start it with DATA_DIR=${into}; catalog and search index are made anew.`)
}

run().catch((error: unknown) => {
  const told = error instanceof Error && 'code' in error && /^(store\.|backup\.|ERR_PARSE_ARGS)/.test(String(error.code))
  console.error(told ? `${(error as Error).message}${String((error as { code?: unknown }).code).startsWith('ERR') ? ` ${USAGE}` : ''}` : error)
  process.exitCode = 1
})
