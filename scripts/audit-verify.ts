import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { realFiles } from '../server/adapters/store/lowdb/files.js'
import { verifyRecord } from '../server/adapters/store/lowdb/record-verify.js'
import { Database } from '../server/adapters/store/postgres/database.js'
import { PostgresRecord } from '../server/adapters/store/postgres/record.js'
import { readConfig } from '../server/config.js'
import type { RecordMark, RecordProblem, RecordVerdict } from '../server/domain/policy/record.js'

/**
 * npm run audit:verify [-- --mark 1234:<hash>] — reads the whole record and says where it is not as it was written.
 * Takes no lock, so the server may go on. Ends with 0 when the record is whole, 1 when not, 2 when there is none.
 */
async function verify(): Promise<number> {
  const verdict = await read(markOf(process.argv.slice(2)))
  if (!verdict) return 2
  const { whole, entries, last, problems, unfinished } = verdict
  for (const problem of problems) console.log(sentence(problem))
  if (unfinished) console.log('The last line is unfinished: it is being written, or was when the server ended. That is no tampering.')
  if (!whole) {
    console.log(`The record is NOT whole: ${problems.length} problem(s) in ${entries} entries.`)
    return 1
  }
  console.log(`The record is whole: ${entries} entries.`)
  console.log(`Keep this mark outside of this machine and give it the next time: --mark ${last.n}:${last.hash}`)
  return 0
}

/** From the database where there is one, else from the files; null when there is no record. */
async function read(mark: RecordMark | undefined): Promise<RecordVerdict | null> {
  // Only the place: an auditor's terminal need not have the server's secrets.
  const { dataDir, database: given } = readConfig({ DATA_DIR: process.env['DATA_DIR'], DATABASE_URL: process.env['DATABASE_URL'], DATABASE_URL_FILE: process.env['DATABASE_URL_FILE'] })
  if (given) {
    const database = Database.open({ url: given.url, connections: 2 })
    try {
      return await new PostgresRecord(database).verify(mark)
    } finally {
      await database.close()
    }
  }
  const folder = join(dataDir, 'record')
  if (existsSync(folder)) return verifyRecord(realFiles, folder, mark)
  console.error(`There is no record in ${dataDir}. Set DATA_DIR to the data folder of the portal, or DATABASE_URL to its database.`)
  return null
}

function markOf(args: string[]): RecordMark | undefined {
  const { mark } = parseArgs({ args, options: { mark: { type: 'string' } } }).values
  if (mark === undefined) return undefined
  const [, n, hash] = /^(\d+):([0-9a-f]{64})$/.exec(mark) ?? []
  if (!n || !hash) throw new Error('A mark looks like 1234:<64 hex digits>, as a former run printed it.')
  return { n: Number(n), hash }
}

function sentence({ what, n, to, segment, line }: RecordProblem): string {
  const place = segment ? `record/${segment} line ${line}: ` : ''
  const range = to !== undefined && to !== n ? `entries ${n} to ${to}` : `entry ${n}`
  const said: Record<RecordProblem['what'], string> = {
    edited: `entry ${n}, or the one before it, was edited`,
    removed: `${range} before this line: removed`,
    reordered: `entry ${n} stands in another place, or twice`,
    unreadable: `where entry ${n} belongs there is no entry`,
    shortened: `${range} at the end: removed`,
    head: `the file that says where the record ends (record/head.json) is missing or does not fit entry ${n}`,
    witness: `entry ${n} is not the one that was marked`,
  }
  return `${place}${said[what]}`
}

verify().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 2
  },
)
