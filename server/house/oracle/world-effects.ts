import { AUDIENCES, LEVELS, type Audience, type Level, type Place } from './objects.js'
import type { EmployeeId } from './principals.js'
import { pendingOf, publishedOf, type CustomerKey, type Wish, type World, type WorldItem, type WorldNote, type WorldText } from './world.js'

/** What each act does to a note, from the table of PRODUCT.md §2 and the sentences of §3, by hand; called when it was done. */
export type Draft = Pick<WorldText, 'by' | 'word' | 'topic'> & { readonly customers: readonly CustomerKey[]; readonly wish: Wish }

export function posted(world: World, id: string, place: Place, { wish, ...text }: Draft): void {
  world.notes.push({
    id, writer: text.by, place, governance: governanceOf(wish.level), confidence: 'not_validated', archived: false, withheld: false, rights: wish,
    texts: [newText(text, wish, wish)], published: 0, item: newItem(0),
  })
}

/** "edit of a validated note: pending beside it"; otherwise it is posted again. Opening needs a decision, closing does not. */
export function edited(world: World, note: WorldNote, { wish, ...draft }: Draft): void {
  // A restricted customer is taken off by a decision only.
  const kept = [...publishedOf(note).customers, ...(note.texts.at(-1)?.customers ?? [])].filter((key) => world.customers[key].restricted)
  const customers = [...new Set([...draft.customers, ...kept])]
  if (note.confidence === 'validated') {
    note.texts.push(newText({ ...draft, customers }, wish, note.rights))
    if (LEVELS.indexOf(wish.level) > LEVELS.indexOf(note.rights.level)) inForce(note, { ...note.rights, level: wish.level, stewards: wish.stewards })
  } else {
    const before = note.rights
    const now = note.confidence === 'wip' ? wish : strictest(wish, before)
    note.texts.push(newText({ ...draft, customers }, wish, before))
    note.published = note.texts.length - 1
    inForce(note, now)
    note.governance = note.confidence === 'not_validated' && note.governance === 'review_first' ? 'review_first' : governanceOf(wish.level)
    note.confidence = 'not_validated'
  }
  waits(note, note.texts.length - 1)
}

export function accepted(note: WorldNote, by: EmployeeId, as: Wish): void {
  const subject = note.texts[note.item.subject] as WorldText
  const { proposed } = subject
  // "Lowering from restricted needs a second curator."
  const lowers = note.rights.level === 'restricted' && as.level !== 'restricted'
  const audience = narrower(as.audience, proposed.audience)
  const named = as.named.filter((party) => proposed.named.includes(party))
  inForce(note, lowers ? { audience, named, level: 'restricted', stewards: note.rights.stewards } : { audience, named, level: as.level, stewards: as.stewards })
  note.confidence = 'validated'
  note.published = note.item.subject
  note.withheld = false
  Object.assign(subject, { strictest: note.rights.level, stewards: note.rights.stewards })
  // "may not widen the audience beyond what the author proposed until the author agrees"
  const widens = audience !== as.audience || named.length < as.named.length
  note.item = { subject: note.item.subject, active: false, returned: false, widening: widens ? as : null, lowering: lowers ? { by, to: as } : null }
}

export function answered(note: WorldNote, agrees: boolean): void {
  const { widening, subject } = note.item
  note.item.widening = null
  if (!agrees || !widening) return
  inForce(note, { ...note.rights, audience: widening.audience, named: widening.named })
  const text = note.texts[subject] as WorldText
  Object.assign(text, { proposed: { ...text.proposed, audience: widening.audience, named: widening.named }, strictest: note.rights.level })
}

export function lowered(note: WorldNote): void {
  const { lowering } = note.item
  note.item.lowering = null
  if (lowering) inForce(note, { ...note.rights, level: lowering.to.level, stewards: lowering.to.stewards })
}

/** Coded "says too much": nobody. */
export function returned(note: WorldNote, saysTooMuch: boolean): void {
  Object.assign(note.item, { returned: true })
  if (saysTooMuch) note.withheld = true
}

/** Withdrawn or declined: never validated, it is `wip`; an edit of a validated note, "published face, unchanged". */
export function ended(note: WorldNote): void {
  const edit = pendingOf(note)
  if (note.confidence !== 'validated') note.confidence = 'wip'
  else if (edit) edit.ended = true
  // Withheld is withheld until a decision: then what is published waits for one.
  if (note.confidence === 'validated' && note.withheld) Object.assign(note.item, { subject: note.published, returned: false })
  else note.item.active = false
}

/** "Closing is immediate … with effect on all revisions": also on what its writer wished for. */
export function narrowed(note: WorldNote, to: Pick<Wish, 'audience' | 'level' | 'stewards'>, unnamed: readonly string[], withhold: boolean): void {
  const stewards = to.level === 'restricted' && note.rights.level !== 'restricted' ? to.stewards : note.rights.stewards
  inForce(note, { audience: to.audience, level: to.level, named: note.rights.named.filter((party) => !unnamed.includes(party)), stewards })
  const newest = pendingOf(note) ?? publishedOf(note)
  newest.proposed = { ...strictest(newest.proposed, note.rights), stewards }
  if (note.confidence !== 'validated' && governanceOf(to.level) === 'review_first') note.governance = 'review_first'
  Object.assign(note.item, { widening: null, lowering: null })
  if (!withhold) return
  note.withheld = true
  if (!note.archived) waits(note, note.texts.indexOf(newest))
}

export function archived(note: WorldNote): void {
  note.archived = true
  note.item.active = false
}

export function restored(note: WorldNote): void {
  note.archived = false
  const edit = pendingOf(note)
  if (edit) note.item = newItem(note.texts.indexOf(edit))
  else if (note.confidence === 'not_validated' || (note.confidence === 'validated' && note.withheld)) note.item = newItem(note.published)
}

/** "text taken over makes the target carry the stricter confidentiality until decided" */
export function tookOver(note: WorldNote, from: WorldNote, customers: readonly CustomerKey[], draft: Pick<WorldText, 'by' | 'word'>): void {
  const base = pendingOf(note) ?? publishedOf(note)
  const stewards = note.rights.stewards.length > 0 ? note.rights.stewards : from.rights.stewards
  const wish = { ...strictest(base.proposed, from.rights), stewards }
  const level = stricter(note.rights.level, from.rights.level)
  note.texts.push(newText({ ...draft, topic: base.topic, customers: [...new Set([...base.customers, ...customers])] }, wish, wish))
  if (note.confidence === 'validated') inForce(note, { ...note.rights, level, stewards })
  else {
    note.published = note.texts.length - 1
    inForce(note, { ...wish, level: stricter(wish.level, level) })
  }
  if (governanceOf(level) === 'review_first') note.governance = 'review_first'
  waits(note, note.texts.length - 1)
}

/** "until a curator clears them" */
export function cleared(note: WorldNote, at: number): void {
  Object.assign(note.texts[at] as WorldText, { strictest: note.rights.level, stewards: note.rights.stewards })
}

/** "confidential and restricted notes always" */
function governanceOf(level: Level): WorldNote['governance'] {
  return level === 'confidential' || level === 'restricted' ? 'review_first' : 'publish_first'
}

/** Rights in force, under which every text keeps the strictest since it was written. */
function inForce(note: WorldNote, rights: Wish): void {
  note.rights = rights
  for (const text of note.texts) {
    text.strictest = stricter(text.strictest, rights.level)
    if (rights.stewards.length > 0) text.stewards = rights.stewards
  }
}

function strictest(wish: Wish, present: Wish): Wish {
  const level = stricter(wish.level, present.level)
  return {
    audience: narrower(wish.audience, present.audience), level, named: wish.named.filter((party) => present.named.includes(party)),
    // A restricted note always has its curators: whoever wishes it were not restricted names none.
    stewards: wish.stewards.length === 0 && level === 'restricted' ? present.stewards : wish.stewards,
  }
}

function waits(note: WorldNote, subject: number): void {
  if (note.item.active) Object.assign(note.item, { subject, returned: false })
  else note.item = newItem(subject)
}

function newItem(subject: number): WorldItem {
  return { subject, active: true, returned: false, widening: null, lowering: null }
}

function newText(text: Pick<WorldText, 'by' | 'word' | 'topic' | 'customers'>, proposed: Wish, around: Wish): WorldText {
  return { ...text, proposed, strictest: stricter(proposed.level, around.level), stewards: proposed.stewards.length > 0 ? proposed.stewards : around.stewards, ended: false }
}

function stricter(a: Level, b: Level): Level {
  return LEVELS[Math.max(LEVELS.indexOf(a), LEVELS.indexOf(b))] as Level
}

function narrower(a: Audience, b: Audience): Audience {
  return AUDIENCES[Math.min(AUDIENCES.indexOf(a), AUDIENCES.indexOf(b))] as Audience
}
