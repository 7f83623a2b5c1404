import type { Facts } from './acts.js'
import type { Audience, Level, NoteFacts, Place, Text } from './objects.js'
import { EMPLOYEES, PRINCIPALS, type Circle, type Employee, type EmployeeId, type PartyName, type Principal } from './principals.js'
import { knows, reads, readsAsCurator } from './table.js'

/**
 * The oracle's bank in the course of a history: who is where and what is written at this moment, as PRODUCT.md tells
 * it. world-effects.ts says by hand what each act does to it; the table says who reads.
 */
export interface World {
  readonly staff: Record<EmployeeId, Employee>
  readonly customers: Record<CustomerKey, WorldCustomer>
  readonly notes: WorldNote[]
}

export const CUSTOMER_KEYS = ['first', 'second'] as const
export type CustomerKey = (typeof CUSTOMER_KEYS)[number]

export interface WorldCustomer {
  readonly id: string
  /** their name, which nothing else is called */
  readonly word: string
  restricted: boolean
  circle: Circle
}

/** Whom somebody would like a note to be for. */
export interface Wish {
  readonly audience: Audience
  readonly level: Level
  readonly named: readonly PartyName[]
  readonly stewards: readonly EmployeeId[]
}

export interface WorldText {
  readonly by: EmployeeId
  /** stands in this text's title and nowhere else */
  readonly word: string
  readonly customers: readonly CustomerKey[]
  readonly topic: string
  proposed: Wish
  strictest: Level
  /** its curators when it was last restricted */
  stewards: readonly EmployeeId[]
  /** withdrawn or declined as an edit: it never became the published face */
  ended: boolean
}

export interface WorldItem {
  subject: number
  active: boolean
  returned: boolean
  widening: Pick<Wish, 'audience' | 'named'> | null
  lowering: { readonly by: EmployeeId; readonly to: Wish } | null
}

export interface WorldNote {
  readonly id: string
  readonly writer: EmployeeId
  place: Place
  governance: NoteFacts['governance']
  confidence: 'wip' | 'not_validated' | 'validated'
  archived: boolean
  withheld: boolean
  rights: Wish
  readonly texts: WorldText[]
  /** place of the published text among them */
  published: number
  item: WorldItem
}

export function newWorld(customers: Record<CustomerKey, WorldCustomer>): World {
  return { staff: { ...EMPLOYEES }, customers, notes: [] }
}

export function publishedOf(note: WorldNote): WorldText {
  return note.texts[note.published] as WorldText
}

/** An edit of a validated note that waits beside the published face. */
export function pendingOf(note: WorldNote): WorldText | null {
  const last = note.texts.at(-1) as WorldText
  return note.confidence === 'validated' && last !== publishedOf(note) && note.texts.indexOf(last) > note.published && !last.ended ? last : null
}

/** Everybody who may look: tokens read as their owners, a channel as those who are in its team now. */
export function principalsOf({ staff }: World): readonly Principal[] {
  const members = (team: string) => (Object.keys(staff) as EmployeeId[]).filter((who) => !staff[who].disabled && (staff[who].teams as readonly string[]).includes(team))
  return PRINCIPALS.map((one) => (one.kind === 'channel' ? { ...one, members: members(one.team) } : one))
}

export function readsText(world: World, who: Principal, note: WorldNote, text: WorldText): boolean {
  return reads(who, factsOf(world, note, text), asText(note, text), world.staff)
}

export function readsPublished(world: World, who: Principal, note: WorldNote): boolean {
  return readsText(world, who, note, publishedOf(note))
}

export function readsAny(world: World, who: Principal, note: WorldNote): boolean {
  return note.texts.some((text) => readsText(world, who, note, text))
}

export function curatesText(world: World, who: Principal, note: WorldNote, text: WorldText): boolean {
  return readsAsCurator(who, factsOf(world, note, text), asText(note, text), world.staff)
}

/** "Customer: every employee, unless restricted (then its team and appointed curators)." A channel never knows one. */
export function knowsCustomer(world: World, who: Principal, key: CustomerKey): boolean {
  if (who.kind === 'anonymous' || (who.kind === 'token' && !who.scopes.includes('read'))) return false
  const { restricted, circle } = world.customers[key]
  if (who.kind === 'channel') return who.members.length > 0 && !restricted
  return !world.staff[who.who].disabled && (!restricted || knows(who.who, circle, world.staff))
}

/** How somebody stands to a note: what acts.ts asks about. */
export function factsOfActing(world: World, who: EmployeeId, note: WorldNote): Facts {
  const me: Principal = { kind: 'person', name: who, who }
  const published = publishedOf(note)
  const pending = pendingOf(note)
  const subject = note.item.active ? (note.texts[note.item.subject] as WorldText) : published
  const curator = curatesText(world, me, note, published) && curatesText(world, me, note, subject)
  const validated = note.confidence === 'validated'
  const since = note.texts.filter((text, at) => !text.ended && (!validated || at > note.published)).map(({ by }) => by)
  return {
    author: note.writer === who,
    // An edit that was declined or taken back is no text of the note.
    wroteLatest: (pending ?? published).by === who,
    wrotePublished: published.by === who,
    wroteSinceDecision: (since.length > 0 ? since : [published.by]).includes(who),
    curator,
    admin: false,
    auditor: false,
    validated,
    archived: note.archived,
    underReview: note.item.active,
    // "Nobody's text is silently overwritten": neither somebody else's edit nor what they cannot read.
    editWaiting: (pending !== null && pending.by !== who && !curator) || !readsText(world, me, note, pending ?? published),
    wideningOffered: note.item.widening !== null,
  }
}

/** The table's facts about one text: "for every restricted customer it is about" asks of the text and of the note. */
function factsOf(world: World, note: WorldNote, text: WorldText): NoteFacts {
  const customers = new Set([...text.customers, ...publishedOf(note).customers])
  const circles = [...customers].map((key) => world.customers[key]).filter(({ restricted }) => restricted).map(({ circle }) => circle)
  const { rights } = note
  return {
    name: note.id, level: rights.level, audience: rights.audience, governance: note.governance, home: 'own team', place: note.place, named: rights.named,
    stewards: text !== publishedOf(note) && rights.stewards.length === 0 ? text.stewards : rights.stewards,
    customer: circles.length > 0 ? 'restricted' : 'plain', circles, writer: note.writer, texts: note.texts.map((one) => asText(note, one)),
    confidence: note.archived ? (note.confidence === 'validated' ? 'archived from validated' : 'archived from not_validated') : note.confidence,
    // "Withdrawn: wip, nobody", archived or not.
    state: note.withheld || note.confidence === 'wip' ? 'withheld' : 'published',
    underReview: note.item.active ? note.item.subject : null,
  }
}

function asText(note: WorldNote, text: WorldText): Text {
  return { by: text.by, strictest: text.strictest, standing: text === publishedOf(note) ? 'published' : text === pendingOf(note) ? 'pending' : text.ended ? 'closed' : 'old' }
}
