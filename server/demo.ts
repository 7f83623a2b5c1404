// Long because the bank is told in one go: people, customers, notes with their stories, gaps and channels, each standing on the one before.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { v7 } from 'uuid'
import { commentOn, flagNote, markHelpful, replyInReview, reuseNote } from './domain/community/add-to-note.js'
import { acceptNote } from './domain/curation/accept-note.js'
import { claimItem } from './domain/curation/claim-item.js'
import { fallDue } from './domain/curation/fall-due.js'
import { mergeAway } from './domain/curation/merge-note.js'
import { declineNote, returnNote } from './domain/curation/return-note.js'
import type { Customer, CustomerKind } from './domain/customers/customer.js'
import { archiveNote } from './domain/notes/archive-note.js'
import { editNote } from './domain/notes/edit-note.js'
import { titleOf } from './domain/notes/markdown.js'
import { latest, type FlagReason, type Note, type Ratings } from './domain/notes/note.js'
import { postNote } from './domain/notes/post-note.js'
import { standingTo } from './domain/notes/seen.js'
import { withdrawNote } from './domain/notes/withdraw-note.js'
import type { Direction, Informant, Nature, Stage } from './domain/notes/words.js'
import type { Circumstances, Writing } from './domain/notes/writing.js'
import { createChannel, type ChannelForm } from './domain/digests/change-channel.js'
import { standingToChannel, type Ceiling } from './domain/digests/channel.js'
import { dayAt } from './domain/digests/post-office.js'
import { setCeiling } from './domain/digests/set-ceiling.js'
import { findIdentifiers } from './domain/notes/identifiers.js'
import { askForIt } from './domain/insights/gap.js'
import type { Department, Language, Person, Role, Team } from './domain/people/person.js'
import type { Clearance } from './domain/people/clearance.js'
import type { Outcome } from './domain/people/refusal.js'
import { someAtOnce } from './domain/people/some-at-once.js'
import type { Party } from './domain/policy/access.js'
import type { Act } from './domain/policy/acts.js'
import { permit, type Grant } from './domain/policy/grant.js'
import type { Audience, Level } from './domain/policy/level.js'
import { standingApart } from './domain/policy/rules.js'
import { readOldNotices } from './demo-notices.js'
import type { House } from './http/house.js'
import { ROOT } from './root.js'

/** A store may have ten connections for all, and whoever waits for one too long gives up. */
const AT_ONCE = 6

/**
 * The demo bank of content/demo: its people, customers and notes, made by the same verbs as everything else, so that
 * every screen shows something that could have happened. Only ever put into an empty portal.
 */
export const DEMO_PASSWORD = 'tacit-demo-2026'
const DAY = 86_400_000

/** @returns the logins, or null when somebody is here already */
export async function seedDemo(house: House): Promise<readonly Person[] | null> {
  if (house.people.directory().persons.size > 0) return null
  const bank = await people(house)
  // Somebody who has left since wrote while they were still here.
  await house.people.change(() => ({ ...bank, persons: bank.persons.map((person) => ({ ...person, active: true })) }))
  const hash = await house.passwords.hash(DEMO_PASSWORD)
  await Promise.all(bank.persons.map((person) =>
    house.credentials.change(person.id, (now) => ({ ...now, hash, changes: now.changes + 1, changedAt: house.clock.now() })),
  ))
  const customers = await seedCustomers(house)
  await seedNotes(house, customers)
  await seedDrafts(house, customers)
  await seedGaps(house)
  await seedChannels(house)
  await house.people.change(() => bank)
  await readOldNotices(house)
  return bank.persons.filter((person) => person.active)
}

/** However many processes start over one empty bank at once, one of them seeds it. @returns null in all others */
export async function seedDemoOnce(house: House): Promise<readonly Person[] | null> {
  if (house.people.directory().persons.size > 0) return null
  await house.started()
  let seeded: readonly Person[] | null = null
  await house.oneByOne(async () => { seeded = await seedDemo(house) })
  return seeded
}

interface DemoPerson {
  login: string; name: string; nameEn: string; email: string; title: string; department: string; teams: string[]; roles: Role[]; domain: string[]
  clearance: Clearance; language: Language; active: boolean; absence?: { fromDaysAgo?: number; inDays?: number; untilInDays?: number; deputy: string }
}

async function people(house: House) {
  const file = await content<{ people: DemoPerson[] }>('people.json')
  const departments = (await content<{ departments: (Omit<Department, 'id'> & { key: string })[] }>('departments.json')).departments
    .map(({ key, ...rest }): Department => ({ id: key, ...rest }))
  const teams = (await content<{ teams: (Omit<Team, 'id'> & { key: string })[] }>('teams.json')).teams.map(({ key, ...rest }): Team => ({ id: key, ...rest }))
  const now = house.clock.now()
  const persons = file.people.map((p): Person => ({
    id: p.login, login: p.login, name: p.name, nameEn: p.nameEn === p.name ? '' : p.nameEn, email: p.email, title: p.title, department: p.department, teams: p.teams, roles: p.roles,
    domain: p.domain, clearance: p.clearance, language: p.language, active: p.active, settings: { shortcuts: true, theme: 'auto' },
    absence: p.absence ? {
      from: dayOf(house, daysFrom(now, -(p.absence.fromDaysAgo ?? 2))), until: dayOf(house, daysFrom(now, p.absence.untilInDays ?? p.absence.inDays ?? 10)), deputy: p.absence.deputy,
    } : null,
  }))
  return { persons, departments, teams }
}

async function seedCustomers(house: House): Promise<Map<string, Customer>> {
  const file = await content<{ customers: { key: string; kind: CustomerKind; name: string; aliases: string[]; number: string; segment: string; team: string; restricted: boolean; curators: string[] }[] }>('customers.json')
  const made = new Map<string, Customer>()
  const start = Date.parse(house.clock.now()) - 400 * DAY
  for (const [i, { key, ...entry }] of file.customers.entries()) {
    const at = new Date(start + i * 3_600_000).toISOString()
    const id = v7({ msecs: start + i * 3_600_000 })
    const by = [...house.people.directory().persons.values()].find((p) => p.teams.includes(entry.team))?.id ?? ''
    made.set(key, { schema: 1, id, version: 1, ...entry, createdAt: at, createdBy: by, updatedAt: at, history: [{ at, by, what: 'created' }], origin: null })
  }
  await someAtOnce([...made.values()], AT_ONCE, async (customer) => {
    const grant = permit({ kind: 'person', person: personOf(house, customer.createdBy) }, 'customer.create', standingApart(customer.id))
    if (grant.ok) await house.customers.add(grant.grant, customer)
  })
  return made
}

interface DemoNote {
  key: string; author: string; team?: string; daysAgo: number; title?: string; body: string
  about: { customers: string[]; topic?: string; direction?: Direction; nature?: Nature; products?: string[]; segment?: string; stage?: Stage; tags?: string[] }
  source: { who?: Informant; touchpoint?: string; observedDaysAgo?: number; firsthand?: boolean; reference?: string; saidBy?: string }
  audience: Audience; level: Level; named?: string[]; stewards?: string[]; steps: Step[]
}
interface Step {
  do: string; by: string; daysAgo: number; text?: string; reason?: string; outcome?: string; customer?: string; into?: string; title?: string; body?: string; reply?: string
  value?: number; correctness?: number; reliability?: Ratings['reliability']; ease?: number; level?: Level; audience?: Audience; reviewInDays?: number
}

async function seedNotes(house: House, customers: ReadonlyMap<string, Customer>): Promise<void> {
  const lines = (await readFile(join(ROOT, 'content/demo/notes.jsonl'), 'utf8')).split('\n').filter((line) => line !== '')
  const notes = lines.map((line) => JSON.parse(line) as DemoNote)
  const now = Date.parse(house.clock.now())
  const ids = new Map(notes.map((note) => [note.key, v7({ msecs: now - note.daysAgo * DAY })]))
  await someAtOnce(notes, AT_ONCE, async (demo) => {
    const tale = new Tale(house, customers, ids, now)
    const note = tale.told(demo)
    const grant = permit({ kind: 'person', person: personOf(house, demo.author) }, 'note.post', standingApart(note.id))
    if (grant.ok) await house.notes.add(grant.grant, note)
  })
}

/** One note's story, told through the verbs one after the other. A step that the law refuses stops the seed: content/demo is wrong then. */
class Tale {
  constructor(
    private readonly house: House, private readonly customers: ReadonlyMap<string, Customer>, private readonly ids: ReadonlyMap<string, string>, private readonly now: number,
  ) {}

  told(demo: DemoNote): Note {
    const at = this.at(demo.daysAgo)
    const author = personOf(this.house, demo.author)
    const id = this.ids.get(demo.key) as string
    const writing: Writing = {
      title: demo.title ?? '', body: demo.body,
      about: {
        customers: demo.about.customers.map((key) => this.customer(key)), topic: demo.about.topic ?? null, direction: demo.about.direction ?? null, nature: demo.about.nature ?? null,
        products: demo.about.products ?? [], segment: demo.about.segment ?? null, stage: demo.about.stage ?? null, tags: demo.about.tags ?? [],
      },
      source: {
        informant: demo.source.who ?? null, saidBy: demo.source.saidBy ?? '', touchpoint: demo.source.touchpoint ?? null,
        observedOn: demo.source.observedDaysAgo === undefined ? null : dayOf(this.house, this.at(demo.source.observedDaysAgo)), firsthand: demo.source.firsthand ?? null, reference: demo.source.reference ?? '',
      },
      proposed: { audience: demo.audience, level: demo.level, named: (demo.named ?? []).map((name) => this.party(name)), stewards: (demo.stewards ?? []).map((name) => this.party(name)) },
    }
    const home = { department: author.department, team: demo.team ?? author.teams[0] ?? null }
    const permission = permit({ kind: 'person', person: author }, 'note.post', standingApart(id))
    if (!permission.ok) throw new Error(`${demo.author} cannot post`)
    let note = this.done(demo, 'post', postNote(permission.grant, writing, { id, item: v7({ msecs: Date.parse(at) }), home, titleFromText: titleOf(demo.body), key: null }, this.around(author, writing, at)))
    for (const step of demo.steps) note = this.step(demo, note, step)
    const due = fallDue(note, v7(), new Date(this.now).toISOString(), this.house.clock.today())
    return due.ok ? due.value : note
  }

  private step(demo: DemoNote, note: Note, step: Step): Note {
    const at = this.at(step.daysAgo)
    const id = v7({ msecs: Date.parse(at) })
    const vocabulary = this.house.vocabularies.vocabulary()
    const people = this.house.people.directory()
    const grant = <A extends Act>(act: A): Grant<A> => this.grant(step.by, act, note)
    const add = { id, text: step.text ?? '', at, key: null }
    const outcome = (): Outcome<Note> => {
      switch (step.do) {
        case 'claim': return claimItem(note, grant('note.claim'), true, at)
        case 'return': return returnNote(note, grant('note.decide'), { code: step.reason ?? '', text: step.text ?? '' }, id, vocabulary, at)
        case 'decline': return declineNote(note, grant('note.decide'), { code: step.reason ?? '', text: step.text ?? '' }, id, vocabulary, at)
        case 'accept': return acceptNote(note, grant('note.decide'), {
          about: latest(note).about, text: step.text ?? '', clearComments: true,
          ratings: { value: step.value ?? 3, correctness: step.correctness ?? 2, reliability: step.reliability ?? 'B', ease: step.ease ?? 2 },
          rights: { ...latest(note).proposed, audience: step.audience ?? demo.audience, level: step.level ?? demo.level },
          reviewOn: dayOf(this.house, daysFrom(at, step.reviewInDays ?? 180)),
        }, id, { people, vocabulary, knownCustomers: new Set([...this.customers.values()].map((c) => c.id)), now: at, today: dayOf(this.house, at) })
        case 'withdraw': return withdrawNote(note, grant('note.withdraw'), at)
        case 'edit': {
          const last = latest(note)
          const next: Writing = { title: step.title ?? last.title, body: step.body ?? last.body, about: last.about, source: last.source, proposed: last.proposed }
          const own = note.author === step.by || note.validated === null
          return editNote(note, own ? grant('note.edit') : grant('note.suggest'), next, { item: id, titleFromText: titleOf(next.body) }, this.around(personOf(this.house, step.by), next, at))
        }
        case 'comment': return commentOn(note, grant('note.comment'), add)
        case 'reply': return replyInReview(note, grant('note.reply'), add)
        case 'reuse': return reuseNote(note, grant('note.reuse'), { ...add, outcome: vocabulary.closed('outcomes', step.outcome ?? '') ? (step.outcome as string) : 'solved', customer: step.customer ? this.customer(step.customer) : null }, vocabulary)
        case 'helpful': return markHelpful(note, grant('note.helpful'), true, at)
        case 'flag': return flagNote(note, grant('note.flag'), { ...add, reason: step.reason as FlagReason, item: id })
        case 'archive': return archiveNote(note, grant('note.archive'), at)
        case 'merge': return mergeAway(note, grant('note.merge'), this.ids.get(step.into ?? '') as string, '', id, at)
        default: throw new Error(`content/demo knows no step ${step.do}`)
      }
    }
    const next = this.done(demo, step.do, outcome())
    return step.reply ? this.step(demo, next, { do: 'reply', by: step.by, daysAgo: step.daysAgo, text: step.reply }) : next
  }

  private grant<A extends Act>(who: string, act: A, note: Note): Grant<A> {
    const person = personOf(this.house, who)
    const curator = this.house.people.directory().domainOf(person, this.house.clock.today()).includes(note.home.department)
    const permission = permit({ kind: 'person', person }, act, standingTo(note, who, curator))
    if (!permission.ok) throw new Error(`content/demo: ${who} may not ${act}: ${permission.refusals[0]?.code}`)
    return permission.grant
  }

  private done(demo: DemoNote, what: string, outcome: Outcome<Note>): Note {
    if (!outcome.ok) throw new Error(`content/demo: ${demo.key} cannot ${what}: ${outcome.refusals.map((r) => `${r.at} ${r.code}`).join(', ')}`)
    return outcome.value
  }

  private around(writer: Person, writing: Writing, now: string): Circumstances {
    return {
      writer, people: this.house.people.directory(), vocabulary: this.house.vocabularies.vocabulary(), knownCustomers: new Set(writing.about.customers),
      restricted: new Set([...this.customers.values()].filter((c) => c.restricted).map((c) => c.id)), identifiers: findIdentifiers(writing.body).length, identifiersKept: true, now,
      today: dayOf(this.house, now),
    }
  }

  private at(daysAgo: number): string {
    return new Date(this.now - daysAgo * DAY).toISOString()
  }

  private customer(key: string): string {
    const customer = this.customers.get(key)
    if (!customer) throw new Error(`content/demo knows no customer ${key}`)
    return customer.id
  }

  private party(name: string): Party {
    return name.startsWith('p:') || name.startsWith('t:') ? (name as Party) : this.house.people.directory().team(name) ? `t:${name}` : `p:${name}`
  }
}

async function seedDrafts(house: House, customers: ReadonlyMap<string, Customer>): Promise<void> {
  const file = await content<{ drafts: { author: string; daysAgo: number; title?: string; body: string; about: { customers: string[] } }[] }>('drafts.json')
  const now = Date.parse(house.clock.now())
  for (const draft of file.drafts) {
    const customer = draft.about.customers.flatMap((key) => customers.get(key)?.id ?? [])
    await house.drafts.keep({
      schema: 1, id: house.ids.next(), version: 1, owner: draft.author, savedAt: new Date(now - draft.daysAgo * DAY).toISOString(), edits: null,
      fields: { title: draft.title ?? '', body: draft.body, customer },
    })
  }
}

async function seedGaps(house: House): Promise<void> {
  const file = await content<{ gaps: { by: string; daysAgo: number; query: string }[] }>('gaps.json')
  const now = Date.parse(house.clock.now())
  for (const gap of file.gaps) {
    const by = personOf(house, gap.by)
    const id = house.ids.next()
    const permission = permit({ kind: 'person', person: by }, 'gap.ask', standingApart(id))
    if (permission.ok) await house.gaps.change((all) => askForIt(all, permission.grant, { id, words: gap.query, department: by.department }, new Date(now - gap.daysAgo * DAY).toISOString()))
  }
}

interface DemoChannel extends Omit<ChannelForm, 'name' | 'owner'> {
  name: { en: string; zh: string }; owner: string; ceiling: Ceiling; ceilingSetBy: string
}

/** Channels that were opened two weeks ago, so that their first digests have something to tell. */
async function seedChannels(house: House): Promise<void> {
  const people = house.people.directory()
  const now = daysFrom(house.clock.now(), -14)
  const today = dayOf(house, now)
  for (const { name, owner, ceiling, ceilingSetBy, ...rest } of (await content<{ channels: DemoChannel[] }>('channels.json')).channels) {
    const id = house.ids.next()
    const opened = permit({ kind: 'person', person: personOf(house, owner) }, 'channel.manage', standingApart(id))
    const room = { people, vocabulary: house.vocabularies.vocabulary(), knownCustomers: new Set<string>(), domains: null, today, now }
    const made = opened.ok ? createChannel(opened.grant, { ...rest, name: name[rest.language], owner }, id, room) : opened
    if (!opened.ok || !made.ok) throw new Error(`content/demo: ${name.en} is refused`)
    const curator = personOf(house, ceilingSetBy)
    const raised = permit({ kind: 'person', person: curator }, 'channel.ceiling', standingToChannel(made.value, curator, people, today))
    const set = raised.ok ? setCeiling(made.value, raised.grant, ceiling, now) : raised
    if (!set.ok) throw new Error(`content/demo: the ceiling of ${name.en} is refused`)
    await house.post.channels.add(opened.grant, set.value)
  }
}

function personOf(house: House, login: string): Person {
  const person = house.people.directory().personByLogin(login)
  if (!person) throw new Error(`content/demo knows no person ${login}`)
  return person
}

function daysFrom(at: string, days: number): string {
  return new Date(Date.parse(at) + days * DAY).toISOString()
}

/** The bank's day, which begins earlier or later than the one of UTC. */
function dayOf(house: House, at: string): string {
  return dayAt(at, house.config.timeZone)
}

async function content<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(join(ROOT, 'content/demo', file), 'utf8')) as T
}
