/** For tests: a whole portal in a process of its own that many people write to at once, to be killed. Says each answer at once. */
import { writeSync } from 'node:fs'
import { v7 } from 'uuid'
import { readConfig } from '../config.js'
import { commentOn } from '../domain/community/add-to-note.js'
import { acceptNote } from '../domain/curation/accept-note.js'
import { returnNote } from '../domain/curation/return-note.js'
import { addCustomer, changeCustomer, type CustomerEntry } from '../domain/customers/change-customer.js'
import { archiveNote, restoreNote } from '../domain/notes/archive-note.js'
import { editNote } from '../domain/notes/edit-note.js'
import { narrowNote } from '../domain/notes/narrow-note.js'
import type { Note } from '../domain/notes/note.js'
import { postNote } from '../domain/notes/post-note.js'
import { ABOUT_NOTHING, NO_SOURCE, type Revision } from '../domain/notes/revision.js'
import type { Circumstances, Writing } from '../domain/notes/writing.js'
import type { Outcome } from '../domain/people/refusal.js'
import type { Person } from '../domain/people/person.js'
import type { Act } from '../domain/policy/acts.js'
import { permit, type Grant } from '../domain/policy/grant.js'
import { sightOf } from '../domain/policy/readable.js'
import { standingApart } from '../domain/policy/rules.js'
import { sessionFor } from '../http/session.js'
import { Dice } from '../house/histories/dice.js'
import { openHouse } from '../wire.js'
import { DEPARTMENTS, PEOPLE, TEAMS } from './bank-people.js'
import { wholeText } from './whole-text.js'

const [folder = '', seed = '0', address = ''] = process.argv.slice(2)
const say = (...words: (string | number)[]) => writeSync(1, `${words.join(' ')}\n`)
const dice = new Dice(Number(seed))

const house = await openHouse(readConfig({ NODE_ENV: 'test', DATA_DIR: folder, DEMO: 'false', DATABASE_URL: address }), { reserveBytes: 4_096 })
await house.started()
if (house.people.directory().persons.size === 0) await house.people.change(() => ({ persons: PEOPLE, departments: DEPARTMENTS, teams: TEAMS }))
const writers = ['li-na', 'wang-wei', 'chen-mei'].map(personOf)
const curators = ['zhao-min', 'qian-yu', 'he-jun'].map(personOf)
const known: string[] = (await house.notes.list({ order: 'newest', page: 1, size: 100 }, sightFor(personOf('he-jun')))).rows.map(({ id }) => id)
const customers: string[] = []
say('open', process.pid)

const KINDS: readonly (() => Promise<unknown>)[] = [posting, posting, editing, editing, deciding, deciding, commenting, commenting, closing, session, session, draft, draft, customer]
await Promise.all(Array.from({ length: 16 }, async () => {
  for (;;) await dice.one(KINDS)()
}))

async function posting(): Promise<void> {
  const [who, id, nonce] = [dice.one(writers), v7(), v7()]
  const { grant } = permitted(who, 'note.post', standingApart(id))
  const outcome = postNote(grant, writing(nonce), { id, item: v7(), home: { department: who.department, team: who.teams[0] ?? null }, titleFromText: '', key: null }, around(who))
  if (!outcome.ok) throw new Error(JSON.stringify(outcome))
  await house.notes.add(grant, outcome.value)
  say('text', id, nonce)
  known.push(id)
}

async function editing(): Promise<void> {
  const [who, nonce] = [dice.one(writers), v7()]
  await change(who, 'note.edit', (now, grant) => editNote(now, grant as Grant<'note.edit'>, writing(nonce), { item: v7(), titleFromText: '' }, around(who)), (id) => say('text', id, nonce))
}

async function deciding(): Promise<void> {
  const [who, decision] = [dice.one(curators), v7()]
  const now_ = house.clock.now()
  const vocabulary = house.vocabularies.vocabulary()
  const room = { people: house.people.directory(), vocabulary, knownCustomers: new Set<string>(), now: now_, today: house.clock.today() }
  const ratings = { value: 4, correctness: 2, reliability: 'B', ease: 2 } as const
  await change(who, 'note.decide', (now, grant) => dice.chance(80)
    ? acceptNote(now, grant as Grant<'note.decide'>, { about: { ...ABOUT_NOTHING, topic: 'fees' }, ratings, rights: (now.revisions.at(-1) as Revision).proposed, reviewOn: '2099-01-01', text: '', clearComments: false }, decision, room)
    : returnNote(now, grant as Grant<'note.decide'>, { code: 'unclear', text: 'Please say more.' }, decision, vocabulary, now_), (id) => say('decision', id, decision))
}

async function commenting(): Promise<void> {
  const [who, comment] = [dice.one(curators), v7()]
  await change(who, 'note.comment', (now, grant) => commentOn(now, grant as Grant<'note.comment'>, { id: comment, text: wholeText(comment), at: house.clock.now(), key: null }), (id) => say('comment', id, comment))
}

/** Narrowing to the team, or into the archive and out of it: what the index must never be ahead or behind of for long. */
async function closing(): Promise<void> {
  const who = dice.one(curators)
  const at = house.clock.now()
  const [act, verb] = dice.one<readonly [Act, (now: Note, grant: Grant) => Outcome<Note>]>([
    ['note.narrow', (now, grant) => narrowNote(now, grant as Grant<'note.narrow'>, { audience: 'team', level: 'internal', unname: [], withhold: false, stewards: [] }, house.people.directory(), v7(), at, house.clock.today())],
    ['note.archive', (now, grant) => archiveNote(now, grant as Grant<'note.archive'>, at)],
    ['note.restore', (now, grant) => restoreNote(now, grant as Grant<'note.restore'>, v7(), at)],
  ])
  await change(who, act, verb, () => {})
}

async function session(): Promise<void> {
  const [who, id] = [dice.one(writers), house.passwords.newToken()]
  await house.sessions.keep(id, sessionFor(house, who, { agent: 'test', address: '127.0.0.1' }))
  say('session', id)
  if (dice.chance(50)) return
  say('leaving', id)
  await house.sessions.end(id)
  say('left', id)
}

async function draft(): Promise<void> {
  const [who, id] = [dice.one(writers), v7()]
  for (let version = 1; version <= 4; version += 1) {
    await house.drafts.keep({ schema: 1, id, version, owner: who.id, savedAt: house.clock.now(), fields: { body: wholeText(`${id}-${version}`) }, edits: null })
    say('draft', id, who.id, version)
  }
  if (dice.chance(60)) return
  say('dropping', id)
  await house.drafts.drop(id, who.id)
  say('dropped', id, who.id)
}

async function customer(): Promise<void> {
  const who = dice.one(curators)
  const room = { people: house.people.directory(), segments: new Set<string>(), numberTaken: false, now: house.clock.now() }
  const entry = (name: string): CustomerEntry => ({ kind: 'company', name, aliases: [], number: '', segment: null, team: 'families', restricted: dice.chance(30), curators: ['he-jun'] })
  if (customers.length === 0 || dice.chance(30)) {
    const id = v7()
    const { grant } = permitted(who, 'customer.create', standingApart(id))
    const made = addCustomer(grant, id, entry(`Company ${id} 1`), room)
    if (!made.ok) throw new Error(JSON.stringify(made))
    await house.customers.add(grant, made.value)
    say('customer', id, 1)
    customers.push(id)
    return
  }
  const { grant } = permitted(personOf('he-jun'), 'customer.edit', standingApart(dice.one(customers)))
  const changed = await house.customers.change(grant, (now) => changeCustomer(now, grant, entry(`Company ${now.id} ${now.version + 1}`), room))
  if (changed.ok) say('customer', grant.thing, changed.value.version)
}

async function change(who: Person, act: Act, verb: (now: Note, grant: Grant) => Outcome<Note>, answered: (id: string) => void): Promise<void> {
  const note = known.length === 0 ? null : await house.notes.get(dice.one(known.slice(-40)), sightFor(who))
  const permission = note && permit({ kind: 'person', person: who }, act, note.standing, note.revision)
  if (!note || !permission?.ok) return
  const outcome = await house.notes.change(permission.grant, (now) => verb(now, permission.grant))
  if (!outcome.ok) return
  say('note', note.id, outcome.value.version)
  answered(note.id)
}

function permitted<A extends Act>(person: Person, act: A, standing: Parameters<typeof permit>[2]): { readonly grant: Grant<A> } {
  const permission = permit({ kind: 'person', person }, act, standing)
  if (!permission.ok) throw new Error(`${person.id} may not ${act}`)
  return permission
}

function personOf(id: string): Person {
  return house.people.directory().person(id) as Person
}

function sightFor(person: Person) {
  return sightOf({ kind: 'person', person }, house.directories(), house.clock.today())
}

function writing(nonce: string): Writing {
  return { title: nonce, body: wholeText(nonce), about: ABOUT_NOTHING, source: NO_SOURCE, proposed: { audience: 'enterprise', level: 'internal', named: [], stewards: [] } }
}

function around(writer: Person): Circumstances {
  return {
    writer, people: house.people.directory(), vocabulary: house.vocabularies.vocabulary(), knownCustomers: new Set(), restricted: new Set(), identifiers: 0, identifiersKept: false,
    now: house.clock.now(), today: house.clock.today(),
  }
}
