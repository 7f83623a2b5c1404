import type { Note } from '../../domain/notes/note.js'
import { NO_SOURCE } from '../../domain/notes/revision.js'
import type { NoteSeen } from '../../domain/notes/seen.js'
import type { Circumstances, Writing } from '../../domain/notes/writing.js'
import type { Outcome } from '../../domain/people/refusal.js'
import type { Party } from '../../domain/policy/access.js'
import type { Act } from '../../domain/policy/acts.js'
import { permit, type Grant } from '../../domain/policy/grant.js'
import { MAY } from '../oracle/acts.js'
import { TODAY } from '../oracle/bank.js'
import { AUDIENCES, LEVELS } from '../oracle/objects.js'
import { TEAMS, type EmployeeId, type PartyName, type TeamId } from '../oracle/principals.js'
import { CUSTOMER_KEYS, factsOfActing, knowsCustomer, readsAny, type Wish, type World, type WorldNote } from '../oracle/world.js'
import type { Draft } from '../oracle/world-effects.js'
import type { Dice } from './dice.js'
import { called, TOPICS } from './looking.js'
import type { Portal } from './portal.js'

/** Where a history happens. */
export interface Scene {
  readonly portal: Portal
  readonly world: World
  readonly dice: Dice
  /** a word that nobody wrote yet */
  word(): string
}

/** What became of an act, in words; `wrong` when the portal allowed what the oracle does not, or the reverse. */
export interface Told {
  readonly said: string
  readonly done: boolean
  /** the kind of act it became, when that is another than was asked for */
  readonly as?: string
  readonly wrong?: string
}

export interface Doing {
  readonly note: WorldNote
  readonly who: EmployeeId
  readonly seen: NoteSeen
  readonly sight: ReturnType<Portal['sight']>
  readonly viewer: Parameters<typeof permit>[0]
}

export interface Deed {
  readonly said: string
  /** what has to be done first, to another note */
  readonly before?: (present: NoteSeen) => Promise<Outcome<unknown>>
  readonly verb: (now: Note, grant: Grant) => Outcome<Note>
  readonly effect: () => void
  readonly seen?: NoteSeen
}

/**
 * Somebody does something to a note as a page lets them: they read it, are granted the act, and the verb meets the note
 * as it is. Mostly somebody who may; now and then anybody.
 */
export async function onNote(scene: Scene, act: Act, when: (note: WorldNote) => boolean, doing: (one: Doing) => Promise<Deed | null>): Promise<Told> {
  const { portal, world, dice } = scene
  const may = (who: EmployeeId, note: WorldNote) => !world.staff[who].disabled && readsAny(world, { kind: 'person', name: who, who }, note) && actsFor(act).some((each) => MAY[each](factsOfActing(world, who, note)))
  const pairs = world.notes.filter(when).flatMap((note) => people(world).map((who) => ({ note, who })))
  if (pairs.length === 0) return { said: `nobody can ${act}`, done: false }
  const able = pairs.filter(({ note, who }) => may(who, note))
  const { note, who } = able.length > 0 && dice.chance(90) ? dice.one(able) : dice.one(pairs)
  const said = `${who} on ${called(world, note.id)}: ${act}`
  const viewer = { kind: 'person', person: portal.person(who) } as const
  const sight = portal.sight({ kind: 'person', name: who, who })
  const seen = await portal.store.notes.get(note.id, sight)
  const permission = seen && (actsFor(act).map((each) => permit(viewer, each, seen.standing, seen.revision)).find(({ ok }) => ok) ?? null)
  if ((permission !== null) !== may(who, note)) return { said, done: false, wrong: `${who} ${permission ? 'may' : 'may not'} ${act} on ${called(world, note.id)}` }
  if (!seen || !permission?.ok) return { said: `${said} is refused`, done: false }
  const deed = await doing({ note, who, seen, sight, viewer })
  if (!deed) return { said, done: false }
  const sentence = `${who} on ${called(world, note.id)}: ${deed.said}`
  if (deed.before && !(await deed.before(seen)).ok) return { said: `${sentence} (cannot)`, done: false }
  const { grant } = permission
  const outcome = await portal.store.notes.change(grant, (now) => deed.verb(now, grant))
  if (!outcome.ok) return { said: `${sentence} (${outcome.refusals.map(({ code }) => code).join()})`, done: false, ...(deed.before && { wrong: 'text was taken over and the merge was refused' }) }
  deed.effect()
  return { said: sentence, done: true }
}

/** A reader who may not edit suggests: the same form, another right. */
function actsFor(act: Act): readonly Act[] {
  return act === 'note.edit' ? ['note.edit', 'note.suggest'] : [act]
}

export function decidable({ item }: WorldNote): boolean {
  return item.active && !item.returned
}

export function people(world: World): readonly EmployeeId[] {
  return Object.keys(world.staff) as EmployeeId[]
}

export function draftOf(scene: Scene, by: EmployeeId): Draft {
  const { world, dice } = scene
  const customers = CUSTOMER_KEYS.filter((key) => dice.chance(40) && knowsCustomer(world, { kind: 'person', name: by, who: by }, key))
  return { by, word: scene.word(), topic: dice.one(Object.keys(TOPICS)), customers, wish: wishOf(scene) }
}

export function wishOf(scene: Scene): Wish {
  const { world, dice } = scene
  const named: PartyName[] = [...dice.some(people(world).filter((who) => !world.staff[who].disabled), 6), ...dice.some(Object.keys(TEAMS) as TeamId[], 8).map((team): PartyName => `team ${team}`)]
  return withStewards(scene, { audience: dice.one(AUDIENCES), level: dice.one([...LEVELS, ...LEVELS, 'internal'] as const), named, stewards: [] })
}

/** Whoever makes something restricted names its curators; the portal refuses those who are too few or not able. */
export function withStewards({ world, dice }: Scene, wish: Wish): Wish {
  if (wish.level !== 'restricted') return { ...wish, stewards: [] }
  const cleared = people(world).filter((who) => world.staff[who].roles.includes('curator') && world.staff[who].clearance === 'restricted' && !world.staff[who].disabled)
  return { ...wish, stewards: dice.some(cleared, 75) }
}

export function writingOf(world: World, { word, topic, customers, wish }: Draft): Writing {
  return {
    title: word, body: bodyOf(word), source: NO_SOURCE, proposed: rightsOf(wish),
    about: { customers: customers.map((key) => world.customers[key].id), topic, direction: 'about', nature: 'experience', products: [], segment: null, stage: null, tags: [`tag of ${topic}`] },
  }
}

export function bodyOf(word: string): string {
  return `客户说 ${word}, more than once.`
}

export async function around({ portal, world }: Scene, who: EmployeeId, { customers }: Draft): Promise<Circumstances> {
  const found = await portal.store.customers.some(customers.map((key) => world.customers[key].id), portal.sight({ kind: 'person', name: who, who }))
  return {
    writer: portal.person(who), people: portal.people.directory(), vocabulary: portal.vocabularies.vocabulary(), knownCustomers: new Set(found.keys()),
    restricted: new Set((portal.store.customers.restricted() ?? []).map(({ id }) => id)), identifiers: 0, identifiersKept: false, now: portal.now(), today: TODAY,
  }
}

export async function known({ portal, world }: Scene, who: EmployeeId): Promise<ReadonlySet<string>> {
  return new Set((await portal.store.customers.some(CUSTOMER_KEYS.map((key) => world.customers[key].id), portal.sight({ kind: 'person', name: who, who }))).keys())
}

export function rightsOf({ audience, level, named, stewards }: Wish): Note['rights'] {
  return { audience, level, named: named.map(partyOf), stewards: stewards.map(partyOf) }
}

export function partyOf(name: PartyName): Party {
  return name.startsWith('team ') ? `t:${name.slice(5)}` : `p:${name}`
}

export function wished({ wish, customers }: Draft): string {
  return `${wishSaid(wish)}${customers.length > 0 ? ` about ${customers.join(' and ')}` : ''}`
}

export function wishSaid({ audience, level, named, stewards }: Wish): string {
  return `for ${audience}, ${level}${named.length > 0 ? `, naming ${named.join(' and ')}` : ''}${stewards.length > 0 ? `, looked after by ${stewards.join(' and ')}` : ''}`
}
