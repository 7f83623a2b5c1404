import { parseArgs } from 'node:util'
import { DataFolder } from '../server/adapters/store/lowdb/data-folder.js'
import { leaveMovedWord } from '../server/adapters/store/lowdb/moved-word.js'
import { Database } from '../server/adapters/store/postgres/database.js'
import { migrate } from '../server/adapters/store/postgres/migrate.js'
import { moveIn } from '../server/adapters/store/postgres/move-in.js'
import { moveOut } from '../server/adapters/store/postgres/move-out.js'
import type { ItemKind, Tallied } from '../server/adapters/store/portal-items.js'
import { readConfig } from '../server/config.js'

const USAGE = 'npm run move -- --to DATABASE_URL | --from DATABASE_URL [--rehearse]; instead of the address, the path of a file that it stands in'

/**
 * npm run move -- --to DATABASE_URL — copies the stopped portal of DATA_DIR to an empty database; --from copies a
 * database, all its portals stopped, to an empty DATA_DIR. Both are compared by count and hash at the end. Run it again
 * after it was stopped. Whatever it came from is closed to portals then, unless it was a rehearsal.
 */
async function run(): Promise<void> {
  const { values } = parseArgs({ options: { to: { type: 'string' }, from: { type: 'string' }, rehearse: { type: 'boolean', default: false } } })
  const url = values.to ?? values.from
  if (!url || (values.to && values.from)) throw new TypeError(USAGE)
  process.umask(0o077)
  // Only the two places: whoever moves a bank need not have the portal's secrets.
  const { dataDir, database: given } = readConfig({ DATA_DIR: process.env['DATA_DIR'], ...(/^postgres(ql)?:/.test(url) ? { DATABASE_URL: url } : { DATABASE_URL_FILE: url }) })
  if (!given) throw new TypeError(USAGE)
  const clock = () => new Date().toISOString()
  const database = Database.open({ ...given, connections: 4, patience: { statement: 600_000, lock: 60_000 } })
  try {
    for (const step of await migrate(database)) console.log(`The database was brought up by ${step}.`)
    if (values.to) await into(database, dataDir, clock, values.rehearse)
    else {
      summed(await moveOut({ database, into: dataDir, clock, rehearsal: values.rehearse, told: (kind, done) => console.log(`  ${WORDS[kind]} ${done}`) }))
      console.log(`${dataDir} holds the same as the database.${values.rehearse ? ' The database goes on.' : ' No portal opens the database any more: start one with this DATA_DIR and without DATABASE_URL.'}`)
    }
  } finally {
    await database.close()
  }
}

async function into(database: Database, dataDir: string, clock: () => string, rehearsal: boolean): Promise<void> {
  const data = await DataFolder.open({ root: dataDir, clock })
  try {
    const set = await data.quarantine.reports()
    if (set.length > 0) console.log(`${set.length} damaged files lie in quarantine/ and are not moved: ${set.map(({ file }) => file).join(', ')}`)
    const { kinds, before } = await moveIn({ database, data, told: (kind, done, total) => console.log(`  ${WORDS[kind]} ${done}${total === null ? '' : ` of ${total}`}`) })
    if (!rehearsal) await leaveMovedWord(data, clock())
    summed(kinds)
    console.log(before ? 'All of it was moved before; nothing was done.' : 'The database holds the same as the files, by count and hash.')
    if (!rehearsal) console.log(`No portal opens ${dataDir} as its store any more: start it with DATABASE_URL.`)
    console.log('Everybody signs in again. The search index is made anew.')
  } finally {
    await data.close()
  }
}

function summed(kinds: ReadonlyMap<ItemKind, Tallied>): void {
  for (const [kind, { count, hash }] of kinds) if (count > 0) console.log(`  ${WORDS[kind].padEnd(22)} ${String(count).padStart(9)}  ${hash.slice(0, 16)}`)
}

const WORDS: Readonly<Record<ItemKind, string>> = {
  founded: 'portal', secret: 'secret', department: 'departments', team: 'teams', person: 'people', rights: 'counts of rights', credential: 'credentials', token: 'tokens',
  channel: 'channels', vocabulary: 'vocabularies', gap: 'gaps', redaction: 'redactions', letter: 'letters', place: 'places in the feed', aside: 'events set aside',
  customer: 'customers', note: 'notes', draft: 'drafts', notices: 'lists of notices', import: 'imports', upload: 'uploads', staffImport: 'imports of staff', staffPaper: 'their papers', mail: 'kept mails', read: 'reads', visit: 'visits', record: 'entries of the record',
}

run().catch((error: unknown) => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const told = error instanceof TypeError || /^(store|backup|move)\./.test(code) || (error instanceof Error && error.name === 'UnfitSetting')
  console.error(told ? `${(error as Error).message}${code.startsWith('ERR_PARSE_ARGS') ? ` ${USAGE}` : ''}` : error)
  process.exitCode = 1
})
