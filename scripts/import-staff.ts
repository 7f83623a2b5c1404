import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { readConfig } from '../server/config.js'
import type { Refusals } from '../server/domain/people/refusal.js'
import type { StaffLine } from '../server/domain/policy/import-staff.js'
import type { House } from '../server/http/house.js'
import { checkStaff, importStaff, readStaff } from '../server/http/staff-room.js'
import { openHouse } from '../server/wire.js'

const USAGE = 'npm run import:staff -- FILE.csv --as LOGIN [--dry-run] [--leave-out-bad-rows]'

/**
 * Takes a CSV file of staff as the administrator LOGIN: as a whole or, when one row is wrong, not at all, unless the
 * wrong rows are to be left out. Newcomers
 * and those whose rights change are told by mail when the server runs. Ends with 1 when a row was refused.
 */
async function run(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { 'dry-run': { type: 'boolean', default: false }, as: { type: 'string' }, 'leave-out-bad-rows': { type: 'boolean', default: false } } })
  const leaveOut = values['leave-out-bad-rows']
  const [path] = positionals
  if (path === undefined || values.as === undefined || positionals.length > 1) throw new Error(USAGE)
  const bytes = await readFile(path)
  const house = await openHouse(readConfig(), { beside: true, told: (sentence) => console.error(sentence) })
  try {
    const admin = house.people.directory().personByLogin(values.as)
    if (!admin?.active || !admin.roles.includes('admin')) throw new Error(`${values.as} is no administrator of this portal.`)
    const read = await readStaff(house, bytes)
    if (!read.ok) throw new Error(sentences(house, read.refusals))
    const dry = values['dry-run'] ? await checkStaff(house, admin, read.value, leaveOut) : null
    const { lines, plan } = dry ? { lines: dry.lines, plan: dry } : await importStaff(house, admin, read.value, { by: admin.id, via: 'job' }, { leaveOut })
    // Over files no portal runs beside this; over a database the one that leads tells people.
    if (!values['dry-run']) await house.runJobs('staff')
    tell(house, lines, plan?.refused ?? false, values['dry-run'])
    return plan?.refused ? 1 : 0
  } finally {
    await house.close()
  }
}

function tell(house: House, lines: readonly StaffLine[], refused: boolean, dry: boolean): void {
  for (const { line, login, what, refusals } of lines) {
    if (what !== 'unchanged') console.log(`line ${line} ${login}: ${what === 'refused' ? sentences(house, refusals) : what}`)
  }
  const count = (what: string) => lines.filter((line) => line.what === what).length
  console.log(`${count('added')} added, ${count('changed')} changed, ${count('unchanged')} unchanged, ${count('refused')} refused.`)
  if (refused) console.log('Nothing was taken: correct the file and run it again, or say --leave-out-bad-rows to take the good rows.')
  else if (count('refused') > 0) console.log(`${count('refused')} wrong rows ${dry ? 'would be' : 'were'} left out, as you asked.${dry ? ' A dry run: nothing was written.' : ' Correct them and run the file again: the rest changes nothing.'}`)
  else if (dry) console.log('A dry run: nothing was written.')
}

function sentences(house: House, refusals: Refusals): string {
  return refusals.map(({ code, with: values }) => house.words.say('en', code, values)).join(' ')
}

run().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  },
)
