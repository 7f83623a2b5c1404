import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { realFiles } from '../server/adapters/store/lowdb/files.js'
import { verifyRecord } from '../server/adapters/store/lowdb/record-verify.js'
import { readConfig } from '../server/config.js'
import type { RecordMark, RecordProblem } from '../server/domain/policy/record.js'

/**
 * npm run audit:verify [-- --mark 1234:<hash>] — reads the whole record and says where it is not as it was written.
 * Takes no lock, so the server may go on. Ends with 0 when the record is whole, 1 when not, 2 when there is none.
 */
async function verify(): Promise<number> {
  // Only the folder: an auditor's terminal need not have the server's secrets.
  const { dataDir } = readConfig({ DATA_DIR: process.env['DATA_DIR'] })
  const folder = join(dataDir, 'record')
  if (!existsSync(folder)) {
    console.error(`There is no record in ${dataDir}. Set DATA_DIR to the data folder of the portal.`)
    return 2
  }
  const { whole, entries, last, problems, unfinished } = await verifyRecord(realFiles, folder, markOf(process.argv.slice(2)))
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
