import { spawn } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { scratchAddress } from '../adapters/store/postgres/scratch-address.js'
import { readConfig } from '../config.js'
import type { Customer } from '../domain/customers/customer.js'
import { isActive } from '../domain/notes/item.js'
import { published, type Note } from '../domain/notes/note.js'
import type { Person } from '../domain/people/person.js'
import { sightOf } from '../domain/policy/readable.js'
import { parseQuery } from '../domain/search/query.js'
import { Dice } from '../house/histories/dice.js'
import type { House } from '../http/house.js'
import { openHouse } from '../wire.js'
import { isWhole, wholeText } from './whole-text.js'

const FROM_SOURCE = extname(import.meta.filename) === '.ts'
const BUSY = fileURLToPath(new URL(`./busy-portal${extname(import.meta.filename)}`, import.meta.url))
const KILLS = process.env['TACIT_DEPTH'] === 'deep' ? 200 : 5
const SEED = Number(process.env['TACIT_SEED'] ?? Date.now() % 100_000)

const ANY_ANSWER = [/\n(text|session|draft) /]
const EVERY_ANSWER = [/\ntext /, /\ndecision /, /\ncomment /, /\nsession /, /\nleft /, /\ndraft /, /\ncustomer /]

/** What the portal said was done, over all its lives. */
class Answered {
  readonly versions = new Map<string, number>()
  readonly customers = new Map<string, number>()
  readonly inNotes: { readonly kind: 'text' | 'decision' | 'comment'; readonly note: string; readonly id: string }[] = []
  readonly sessions = new Map<string, 'open' | 'leaving' | 'left'>()
  readonly drafts = new Map<string, { readonly owner: string; readonly version: number; readonly end: 'kept' | 'dropping' | 'dropped' }>()
  count = 0

  hear(line: string): void {
    const [kind = '', id = '', more = '', last = ''] = line.split(' ')
    if (!['open', 'leaving', 'dropping'].includes(kind)) this.count += 1
    if (kind === 'note') this.versions.set(id, Math.max(this.versions.get(id) ?? 0, Number(more)))
    if (kind === 'customer') this.customers.set(id, Math.max(this.customers.get(id) ?? 0, Number(more)))
    if (kind === 'text' || kind === 'decision' || kind === 'comment') this.inNotes.push({ kind, note: id, id: more })
    if (kind === 'session') this.sessions.set(id, 'open')
    if (kind === 'leaving' || kind === 'left') this.sessions.set(id, kind)
    const draft = this.drafts.get(id)
    if (kind === 'draft') this.drafts.set(id, { owner: more, version: Number(last), end: 'kept' })
    if (draft && (kind === 'dropping' || kind === 'dropped')) this.drafts.set(id, { ...draft, end: kind })
  }
}

t.test(`killed ${KILLS} times while everybody writes, the portal keeps whatever it answered, and list and index say what the files say`, { timeout: KILLS * 120_000 }, async (t) => {
  t.comment(`TACIT_SEED=${SEED}`)
  const dice = new Dice(SEED)
  const scratch = await mkdtemp(join(tmpdir(), 'tacit-killed-'))
  t.teardown(() => rm(scratch, { recursive: true, force: true }))
  const folder = join(scratch, 'data')
  const answered = new Answered()
  let early = 0
  for (let kill = 1; kill <= KILLS; kill += 1) {
    // The first life is long enough for an answer of every kind. Every fifth time while it is still starting: then what the last life left unfinished is left unfinished again.
    const starting = kill % 5 === 0
    if (starting) early += 1
    await writeUntilKilled(folder, SEED + kill, starting ? { afterStart: 400 + dice.below(1_200) } : { afterAnswer: 5 + dice.below(400), of: kill === 1 ? EVERY_ANSWER : ANY_ANSWER }, answered)
    const wrong = await wrongIn(folder, answered)
    if (wrong.length > 0) t.fail(`kill ${kill}: ${wrong.slice(0, 8).join('; ')}`)
  }
  t.comment(`${answered.count} answers: ${answered.versions.size} notes, ${answered.customers.size} customers, ${answered.inNotes.length} texts, decisions and comments, ${answered.sessions.size} sessions, ${answered.drafts.size} drafts`)
  t.ok(early > 0, 'premise: some were killed while they started')
  t.ok(answered.count > KILLS * 10, `premise: ${answered.count} writes were answered`)
  for (const kind of ['text', 'decision', 'comment'] as const) t.ok(answered.inNotes.some((one) => one.kind === kind), `premise: a ${kind} was`)
  t.ok(answered.customers.size > 0 && answered.drafts.size > 0, 'premise: customers and drafts too')
  t.ok([...answered.sessions.values()].includes('left') && [...answered.sessions.values()].includes('open'), 'premise: people came and left')
})

async function writeUntilKilled(folder: string, seed: number, when: { readonly afterStart: number } | { readonly afterAnswer: number; readonly of: readonly RegExp[] }, answered: Answered): Promise<void> {
  const loader = FROM_SOURCE ? ['--import=@tapjs/typescript/import'] : []
  const { DATABASE_URL = '' } = await scratchAddress(folder)
  const child = spawn(process.execPath, [...loader, BUSY, folder, String(seed), DATABASE_URL], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, TSIMP_DIAG: 'ignore' } })
  const ended = new Promise((resolve) => child.on('close', resolve))
  let said = ''
  const writing = new Promise<void>((resolve) => {
    child.stdout.on('data', (text) => {
      said += text
      if ('of' in when && when.of.every((kind) => kind.test(said))) resolve()
    })
  })
  if ('afterAnswer' in when) {
    await Promise.race([writing, ended])
    await pause(when.afterAnswer)
  } else await pause(when.afterStart)
  child.kill('SIGKILL')
  if ((await ended) !== null) throw new Error('the portal ended by itself')
  // The last line may be cut: then its writer did not get the answer.
  for (const line of said.split('\n').slice(0, -1)) answered.hear(line)
}

async function wrongIn(folder: string, answered: Answered): Promise<string[]> {
  const wrong: string[] = []
  const told: string[] = []
  const { DATABASE_URL = '' } = await scratchAddress(folder)
  const house = await openHouse(readConfig({ NODE_ENV: 'test', DATA_DIR: folder, DEMO: 'false', DATABASE_URL }), { reserveBytes: 4_096, told: (sentence) => told.push(sentence) })
  try {
    await house.started()
    await house.caughtUp()
    const notes = DATABASE_URL ? await rowsIn<Note>(DATABASE_URL, 'note') : await documentsIn<Note>(join(folder, 'notes'))
    const customers = DATABASE_URL ? await rowsIn<Customer>(DATABASE_URL, 'customer') : await documentsIn<Customer>(join(folder, 'customers'))
    wrong.push(...lostNotes(notes, answered), ...await lostElsewhere(house, customers, answered), ...halves(notes))
    wrong.push(...await listsDiffer(house, notes, customers), ...await indexDiffers(house, notes, customers))
    const verdict = await house.record.verify()
    if (!verdict.whole) wrong.push(`the record is not whole: ${JSON.stringify(verdict.problems)}`)
    wrong.push(...told.filter((sentence) => !sentence.includes('record_repaired')).map((sentence) => `it was told: ${sentence}`))
  } finally {
    await house.close()
  }
  return wrong
}

function lostNotes(notes: ReadonlyMap<string, Note>, answered: Answered): string[] {
  const wrong: string[] = []
  for (const [id, version] of answered.versions) if ((notes.get(id)?.version ?? 0) < version) wrong.push(`note ${id}: answered ${version}, found ${notes.get(id)?.version}`)
  for (const { kind, note, id } of answered.inNotes) {
    const found = notes.get(note)
    const there = kind === 'text' ? found?.revisions.some(({ title }) => title === id) : kind === 'decision' ? found?.decisions.some((one) => one.id === id) : found?.comments.some((one) => one.id === id)
    if (!there) wrong.push(`${kind} ${id} of note ${note} is lost`)
  }
  return wrong
}

async function lostElsewhere(house: House, customers: ReadonlyMap<string, Customer>, answered: Answered): Promise<string[]> {
  const wrong: string[] = []
  for (const [id, version] of answered.customers) if ((customers.get(id)?.version ?? 0) < version) wrong.push(`customer ${id}: answered ${version}, found ${customers.get(id)?.version}`)
  for (const [id, state] of answered.sessions) {
    const open = house.sessions.find(id) !== undefined
    if (state !== 'leaving' && open !== (state === 'open')) wrong.push(`a session that is ${state} is ${open ? 'open' : 'lost'}`)
  }
  for (const [id, { owner, version, end }] of answered.drafts) {
    const draft = await house.drafts.get(id, owner)
    if (end === 'dropped' && draft) wrong.push(`draft ${id} is back`)
    if (end === 'kept' && !draft) wrong.push(`draft ${id} is lost`)
    const body = String(draft?.fields['body'] ?? '')
    // The next saving may have reached the disk without its answer.
    if (draft && ![version, version + 1].some((one) => body === wholeText(`${id}-${one}`))) wrong.push(`draft ${id} is not the one of ${version}`)
  }
  const people = house.people.directory().persons.size
  if (people === 0 && answered.count > 0) wrong.push('nobody is there any more')
  return wrong
}

function halves(notes: ReadonlyMap<string, Note>): string[] {
  return [...notes.values()].flatMap((note) => [
    ...note.revisions.filter(({ title, body }) => body !== wholeText(title)).map(({ number }) => `text ${number} of note ${note.id} is not whole`),
    ...note.comments.filter(({ text }) => !isWhole(text)).map(({ id }) => `comment ${id} is not whole`),
  ])
}

/** As the curator of the whole bank has them, who may see every note of this test. */
async function listsDiffer(house: House, notes: ReadonlyMap<string, Note>, customers: ReadonlyMap<string, Customer>): Promise<string[]> {
  const person = house.people.directory().person('he-jun') as Person | undefined
  if (!person) return []
  const wrong: string[] = []
  const sight = sightOf({ kind: 'person', person }, house.directories(), house.clock.today())
  const listed = new Map<string, number>()
  for (let page = 1; ; page += 1) {
    const { rows } = await house.notes.list({ confidences: ['wip', 'not_validated', 'validated', 'archived'], order: 'posted', page, size: 200 }, sight)
    for (const { id, version } of rows) listed.set(id, version)
    if (rows.length === 0) break
  }
  wrong.push(...differences('list', listed, versionsOf(notes)))
  for (const confidence of ['not_validated', 'validated', 'archived'] as const) {
    const count = await house.notes.count({ confidences: [confidence], order: 'newest', page: 1, size: 1 }, sight)
    const inFiles = [...notes.values()].filter((note) => note.confidence === confidence).length
    if (count !== inFiles) wrong.push(`the list counts ${count} ${confidence}, there are ${inFiles}`)
  }
  const { open } = await house.notes.queueCounts({ me: person.id, now: house.clock.now() }, sight)
  const waiting = [...notes.values()].filter(({ item }) => isActive(item) && item.state !== 'returned').length
  if (open !== waiting) wrong.push(`the queue counts ${open}, ${waiting} wait`)
  const { total } = await house.customers.list({ order: 'name', page: 1, size: 1 }, sight)
  if (total !== customers.size) wrong.push(`the list counts ${total} customers, there are ${customers.size}`)
  const restricted = [...customers.values()].filter((customer) => customer.restricted).map(({ id }) => id)
  if (house.customers.restricted()?.map(({ id }) => id).sort().join() !== restricted.sort().join()) wrong.push('who is restricted is not who the files say')
  return wrong
}

async function indexDiffers(house: House, notes: ReadonlyMap<string, Note>, customers: ReadonlyMap<string, Customer>): Promise<string[]> {
  const wrong: string[] = []
  const indexed = new Map<string, number>()
  for await (const hits of house.indexed()) for (const { id, version } of hits) indexed.set(id, version)
  wrong.push(...differences('index', indexed, new Map([...versionsOf(notes), ...versionsOf(customers)])))
  for (const { onHold } of await house.finder.engines()) if (onHold > 0) wrong.push(`${onHold} are still on hold`)
  const person = house.people.directory().person('he-jun') as Person | undefined
  if (!person) return wrong
  const sight = sightOf({ kind: 'person', person }, house.directories(), house.clock.today())
  const ask = (typed: string, archived: boolean) => house.finder.search(parseQuery(typed), sight, { now: house.clock.now(), kinds: ['note'], archived, size: 20 })
  const living = [...notes.values()].filter((note) => note.confidence !== 'archived')
  const { total, facets } = await ask('', false)
  if (total !== living.length) wrong.push(`search counts ${total}, there are ${living.length}`)
  const validated = facets.confidence.find(({ value }) => value === 'validated')?.count ?? 0
  const inFiles = living.filter((note) => note.confidence === 'validated').length
  if (validated !== inFiles) wrong.push(`search counts ${validated} validated, there are ${inFiles}`)
  for (const note of [...notes.values()].slice(-10)) {
    const { hits } = await ask(published(note).title, note.confidence === 'archived')
    if (!hits.some(({ id }) => id === note.id)) wrong.push(`note ${note.id} is not found by its title`)
  }
  return wrong
}

function versionsOf(things: ReadonlyMap<string, { readonly version: number }>): ReadonlyMap<string, number> {
  return new Map([...things].map(([id, { version }]) => [id, version]))
}

function differences(what: string, told: ReadonlyMap<string, number>, files: ReadonlyMap<string, number>): string[] {
  return [...new Set([...told.keys(), ...files.keys()])].filter((id) => told.get(id) !== files.get(id)).map((id) => `the ${what} has ${id} in version ${told.get(id)}, the file says ${files.get(id)}`)
}

/** Read past the store, as they lie there; what cannot be read is no document. */
async function documentsIn<T extends { readonly id: string }>(folder: string): Promise<Map<string, T>> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile() && /^[0-9a-f-]{36}\.json$/.test(entry.name))
  const read = await Promise.all(files.map(async (file) => JSON.parse(await readFile(join(file.parentPath, file.name), 'utf8')) as T))
  return new Map(read.map((one) => [one.id, one]))
}

/** The same from a database. */
async function rowsIn<T extends { readonly id: string }>(address: string, kind: 'note' | 'customer'): Promise<Map<string, T>> {
  const [{ Database }, { itemsInDatabase }] = await Promise.all([import('../adapters/store/postgres/database.js'), import('../adapters/store/postgres/database-items.js')])
  const database = Database.open({ url: address })
  try {
    return await database.snapshot(async (tx) => {
      const found = new Map<string, T>()
      for await (const item of itemsInDatabase(tx)) if (item.kind === kind) found.set(item.key, item.value as unknown as T)
      return found
    })
  } finally {
    await database.close()
  }
}
