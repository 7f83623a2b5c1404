import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { readConfig } from '../server/config.js'
import type { Batch } from '../server/domain/curation/import-batch.js'
import { beginBatch, canLeaveOut, newBatch, type ImportWish } from '../server/domain/curation/new-batch.js'
import { grantFor } from '../server/domain/customers/import-customer.js'
import type { Person } from '../server/domain/people/person.js'
import type { Outcome, Refusals } from '../server/domain/people/refusal.js'
import { sightOf } from '../server/domain/policy/readable.js'
import { mayAttempt } from '../server/domain/policy/roles.js'
import type { House } from '../server/http/house.js'
import { openHouse } from '../server/wire.js'

export interface FileImport {
  readonly file: string
  readonly login: string
  readonly dryRun: boolean
  /** take the good rows and leave out those that are wrong; otherwise one wrong row refuses the file */
  readonly leaveOut: boolean
  wish(house: House, file: Pick<ImportWish, 'fileName' | 'bytes'>): Promise<Outcome<ImportWish>>
}

/** Imports one file on behalf of a person, as the upload page does, and says on the terminal what came of each row. @returns the exit code */
export async function importFile({ file, login, dryRun, leaveOut, wish }: FileImport): Promise<number> {
  const bytes = await readFile(file)
  const house = await openHouse(readConfig(), { beside: true, told: (sentence) => console.error(sentence) })
  try {
    await house.started()
    const people = house.people.directory()
    const person = people.personByLogin(login)
    if (!person || !mayAttempt(person, 'import.run', people, house.clock.today())) {
      console.error(house.words.say('en', 'imports.cli.nobody', { login }))
      return 1
    }
    const wished = await wish(house, { fileName: basename(file), bytes: bytes.length })
    if (!wished.ok) return complain(house, person, wished.refusals)
    const room = { people, vocabulary: house.vocabularies.vocabulary(), today: house.clock.today(), now: house.clock.now() }
    const made = newBatch(house.ids.next(), person, wished.value, room)
    if (!made.ok) return complain(house, person, made.refusals)
    const opened = await house.imports.table(made.value, bytes)
    if (!opened.ok) return complain(house, person, opened.refusals)
    return await carried(house, person, made.value, bytes, dryRun, leaveOut)
  } finally {
    await house.close()
  }
}

async function carried(house: House, person: Person, batch: Batch, bytes: Buffer, dryRun: boolean, leaveOut: boolean): Promise<number> {
  const { imports } = house
  const { batches } = imports.parts
  const permission = grantFor(person, batch.id)
  if (!permission.ok) return complain(house, person, permission.refusals)
  await batches.add(permission.grant, batch, bytes)
  imports.check(batch)
  const looked = await settled(house, person, batch)
  report(house, person, looked)
  const wrong = looked.state !== 'checked' || looked.counts.refused > 0
  const rows = looked.counts.refused
  const leaving = leaveOut && canLeaveOut(looked) ? { by: person.id, at: house.clock.now(), rows } : null
  if (dryRun || (wrong && !leaving)) {
    await batches.drop(permission.grant)
    if (wrong && looked.state === 'checked') console.log(house.words.say(person.language, canLeaveOut(looked) ? 'imports.cli.can_leave_out' : 'imports.cli.cannot_leave_out'))
    if (dryRun) console.log(house.words.say(person.language, 'imports.cli.dry'))
    return wrong ? 1 : 0
  }
  if (leaving) console.log(house.words.say(person.language, 'imports.cli.leave_out', { count: rows }))
  const begun = await batches.change(permission.grant, (now) => beginBatch(now, leaving))
  if (!begun.ok) return complain(house, person, begun.refusals)
  imports.run(begun.value)
  const after = await settled(house, person, batch)
  console.log(summary(house, person, after))
  // Whoever searches next finds what was imported.
  await house.caughtUp()
  // Left out on purpose is no failure; refused while it was written is.
  return after.state === 'done' && after.counts.refused <= (leaving ? rows : 0) ? 0 : 1
}

async function settled(house: House, person: Person, batch: Batch): Promise<Batch> {
  const progress = setInterval(() => {
    const { at, rows } = house.imports.progress(batch)
    if (at > 0) console.error(`${at} / ${rows}`)
  }, 1_000)
  try {
    await house.imports.idle()
  } finally {
    clearInterval(progress)
  }
  const now = await house.imports.parts.batches.get(batch.id, sightOf({ kind: 'person', person }, house.directories(), house.clock.today()))
  if (!now) throw new Error(`the batch ${batch.id} is not there any more`)
  return now
}

function report(house: House, person: Person, batch: Batch): void {
  const say = (key: string, values?: Parameters<House['words']['say']>[2]) => house.words.say(person.language, key, values)
  for (const { line, what, refusal } of batch.report) console.log(say('imports.cli.line', { line, what: say(`imports.report.${what}`), why: say(refusal.code, refusal.with) }))
  if (batch.reportCut > 0) console.log(say('imports.report.more', { count: batch.reportCut }))
  if (batch.trouble !== null) console.log(say(batch.trouble))
  console.log(summary(house, person, batch))
}

function summary({ words }: House, person: Person, { counts, state }: Batch): string {
  const { created, changed, unchanged, skipped, refused } = counts
  return `${words.say(person.language, `imports.state.${state}`)}: ${words.say(person.language, 'imports.summary', { created, changed, unchanged, skipped, refused })}`
}

function complain(house: House, person: Person, refusals: Refusals): number {
  const { words } = house
  for (const { at, code, with: values } of refusals) {
    console.error(words.say(person.language, code, values))
    const choices = choicesFor(at, house, person)
    if (choices.length > 0) console.error(words.say(person.language, 'imports.cli.choices', { option: `--${at}`, choices: choices.join(', ') }))
  }
  return 1
}

/** What this person may give for an option: on a page it would be a list to choose from. */
function choicesFor(at: string, { people, imports, clock }: House, person: Person): readonly string[] {
  const directory = people.directory()
  const domain = directory.domainOf(person, clock.today())
  if (at === 'mapping') return imports.parts.mappings.shipped().map(({ key }) => key)
  if (at === 'department') return domain
  if (at === 'team') return [...directory.teams.values()].filter(({ id, department }) => person.teams.includes(id) || domain.includes(department)).map(({ id }) => id)
  return []
}
