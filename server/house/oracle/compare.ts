import type { Comment, Note } from '../../domain/notes/note.js'
import type { Revision } from '../../domain/notes/revision.js'
import type { Rights } from '../../domain/notes/rights.js'
import type { NoteSeen } from '../../domain/notes/seen.js'
import type { Person } from '../../domain/people/person.js'
import type { Act } from '../../domain/policy/acts.js'
import type { Access, Visible } from '../../domain/policy/access.js'
import type { Grant, Permission } from '../../domain/policy/grant.js'
import type { Directories, Sight } from '../../domain/policy/readable.js'
import type { Standing } from '../../domain/policy/rules.js'
import type { Viewer } from '../../domain/policy/viewer.js'
import { MAY, everyStanding } from './acts.js'
import { CUSTOMER_IDS, DIRECTORIES, NAMED_PARTIES, PEOPLE, STEWARD_PARTIES, TODAY, viewerOf } from './bank.js'
import { AUDIENCES, LEVELS, type Audience, type Level, type Text } from './objects.js'
import type { Planted } from './notes.js'
import { EMPLOYEES, PRINCIPALS, type Principal } from './principals.js'
import { publishedText, reads, readsAsCurator, readsAsReader, verdict, type Verdict } from './table.js'

/** The app's law, or a variation of it with one rule flipped. */
export interface Law {
  sightOf(viewer: Viewer, directories: Directories, today: string): Sight
  noteAsSeen(note: Note, sight: Sight): NoteSeen | null
  may(viewer: Viewer, act: Act, standing: Standing): boolean
  permit<A extends Act>(viewer: Viewer, act: A, standing: Standing, revision?: number): Permission<A>
  granted(grant: Grant, thing: string): void
  isLowerLevel(a: Level, than: Level): boolean
  isWiderAudience(a: Audience, than: Audience): boolean
  standingApart(id: string, facts: Partial<Standing>): Standing
  deskSight(sight: Sight): Sight
  readerSight(sight: Sight): Sight
  sees(visible: Visible, access: Access): boolean
  faceAccess(note: Note): Access
  accessOf(note: Note, revision: Revision): Access
  additionAccess(note: Note, revision: Revision, floor: Rights): Access
  RULES: { readonly [A in Act]: (standing: Standing) => string | null }
}

/** Where law and oracle say different things, in words; lazily, because a variation is caught by the first. */
export function* disagreements(law: Law, planted: readonly Planted[]): Generator<string> {
  yield* aboutFaces(law)
  yield* aboutReading(law, planted)
  yield* aboutChangedNotes(law, planted)
  yield* aboutAdditions(law, planted)
  yield* aboutDirectories(law, planted)
  yield* aboutRules(law)
}

export function* aboutReading(law: Law, planted: readonly Planted[]): Generator<string> {
  for (const principal of PRINCIPALS) {
    const sight = law.sightOf(viewerOf(principal), DIRECTORIES, TODAY)
    for (const { facts, note } of planted) {
      const seen = law.noteAsSeen(note, sight)
      const say = (what: string, law: unknown, oracle: unknown) =>
        `${principal.name} — ${facts.name}: ${what}: the law says ${String(law)}, the oracle ${String(oracle)}`
      const mine = facts.texts.flatMap((text, at) => (reads(principal, facts, text) ? [at + 1] : [])).join()
      const theirs = (seen?.revisions ?? []).map((r) => r.number).join()
      if (mine !== theirs) yield say('texts', theirs, mine)
      const [desk, reader] = [law.deskSight(sight), law.readerSight(sight)]
      const access = law.faceAccess(note)
      const curates = readsAsCurator(principal, facts, publishedText(facts))
      if (law.sees(desk.visible, access) !== curates) yield say('as a curator', !curates, curates)
      const asReader = readsAsReader(principal, facts, publishedText(facts))
      if (law.sees(reader.visible, access) !== asReader) yield say('as a reader', !asReader, asReader)
      if (desk.by !== sight.by || reader.by !== sight.by) yield say('who looks', desk.by, sight.by)
      if (!seen) continue
      yield* aboutNote(principal, { facts, note }, seen, law, say)
    }
  }
}

type Say = (what: string, law: unknown, oracle: unknown) => string

function* aboutNote(principal: Principal, { facts, note }: Planted, seen: NoteSeen, law: Law, say: Say): Generator<string> {
  const is = verdict(principal, facts)
  const can = verdictOf(law, viewerOf(principal), seen)
  if (is !== can) yield say('may', can, is)

  const who = 'who' in principal ? principal.who : ''
  const subject = note.item === null ? undefined : facts.texts[note.item.subject - 1]
  const review = subject !== undefined && (subject.by === who || readsAsCurator(principal, facts, subject))
  if (review !== (seen.item !== null)) yield say('review item', seen.item !== null, review)
  if (review !== seen.thread.length > 0) yield say('review thread', seen.thread.length > 0, review)

  yield* aboutWords(principal, { facts, note }, seen, say)

  // "the author keeps their own words by L1, without the customer chip"
  const chip = facts.customer === 'plain' || knowsRestricted(principal)
  for (const revision of seen.revisions) {
    if (revision.about.customers.includes(CUSTOMER_IDS[facts.customer]) !== chip) yield say('customer chip', !chip, chip)
  }
  // "Comment, flag, reuse: whoever reads the thing and the revision it was made on."
  const added = reads(principal, facts, publishedText(facts))
  for (const list of [seen.comments, seen.reuses, seen.flags]) {
    if (list.length > 0 !== added) yield say('additions', list.length > 0, added)
  }
}

/** What is in the whole of what a page is given, wherever it stands: every word whose reader this is, and no other. */
function* aboutWords(principal: Principal, { facts, note }: Planted, seen: NoteSeen, say: Say): Generator<string> {
  const given = JSON.stringify(seen)
  const who = 'who' in principal ? principal.who : ''
  const may = (at: number) => reads(principal, facts, facts.texts[at] as Text)
  const inReview = (at: number) => (facts.texts[at] as Text).by === who || readsAsCurator(principal, facts, facts.texts[at] as Text)
  const published = facts.texts.indexOf(publishedText(facts))
  const expected: [string, string, boolean][] = note.revisions.flatMap((r, at): [string, string, boolean][] => [
    [`title of text ${at + 1}`, r.title, may(at)], [`body of text ${at + 1}`, r.body, may(at)], [`tag of text ${at + 1}`, r.about.tags[0] as string, may(at)],
    [`source of text ${at + 1}`, r.source.saidBy, may(at)],
  ])
  for (const line of note.timeline) expected.push([`line for ${line.for} on text ${line.on}`, String(line.with['line']), line.for === 'readers' ? may(line.on - 1) : inReview(line.on - 1)])
  for (const list of [note.comments, note.reuses, note.flags]) expected.push(['addition', list[0]?.text as string, may(published)])
  expected.push(['who found it helpful', note.helpful[0]?.by as string, may(published)])
  for (const decision of note.decisions) {
    const item = [...note.pastItems, note.item].find((one) => one?.id === decision.item)
    expected.push(['words of a decision', decision.text, inReview((item?.subject ?? 0) - 1)])
  }
  for (const [what, word, expects] of expected) if (given.includes(JSON.stringify(word).slice(1, -1)) !== expects) yield say(what, !expects, expects)

  const hidden = facts.customer === 'restricted' && !knowsRestricted(principal)
  if (hidden && given.includes(CUSTOMER_IDS.restricted)) yield say('the restricted customer', 'named', 'hidden')
  const wroteOrCurates = facts.texts.some((text, at) => may(at) && inReview(at)) || (facts.texts[0]?.by === who && may(published))
  if (given.includes('p:named') && !wroteOrCurates) yield say('who is named', 'told', 'hidden')
  if (note.withheld && given.includes(note.withheld.code) && !facts.texts.some((_, at) => inReview(at))) yield say('why it was withheld', 'told', 'hidden')
}

function knowsRestricted(principal: Principal): boolean {
  if (!('who' in principal)) return false
  const person = EMPLOYEES[principal.who]
  return (person.teams as readonly string[]).includes('relationship') || principal.who === 'appointed'
}

function verdictOf(law: Law, viewer: Viewer, seen: NoteSeen): Verdict {
  if (law.may(viewer, 'note.decide', seen.standing)) return 'decide'
  return law.may(viewer, 'note.edit', seen.standing) ? 'edit' : 'read'
}

/** Faces that no verb makes today and the law must refuse all the same; and clauses that could mean everything. */
function* aboutFaces(law: Law): Generator<string> {
  const face: Access = { author: 'nobody', named: [], reach: 'all', desk: 'loans', stewards: [], level: 'restricted', customers: [] }
  for (const principal of PRINCIPALS) {
    const { visible } = law.sightOf(viewerOf(principal), DIRECTORIES, TODAY)
    if (law.sees(visible, face)) yield `${principal.name} sees a restricted thing because its audience is everybody`
    if (law.sees(visible, { ...face, reach: 'self', desk: 'none', level: 'internal' })) yield `${principal.name} sees what is for nobody`
  }
  for (const clause of [{}, { reach: [] }]) {
    const visible = { own: [], any: [clause], hide: [] } as unknown as Visible
    try {
      law.sees(visible, face)
      yield `the clause ${JSON.stringify(clause)} is not refused`
    } catch {
      continue
    }
  }
}

/** Notes whose curators or customers changed between two texts, and one without a team. */
function* aboutChangedNotes(law: Law, planted: readonly Planted[]): Generator<string> {
  const sightFor = (name: string) => law.sightOf(viewerOf(PRINCIPALS.find((p) => p.name === name) as Principal), DIRECTORIES, TODAY)
  for (const { facts, note } of planted.filter(({ facts }) => facts.state === 'old' && facts.confidence === 'validated')) {
    const [old, now] = [note.revisions[0], note.revisions[1] as Revision]
    const seenBy = (name: string, changed: Note, revision: Revision) => law.sees(sightFor(name).visible, law.accessOf(changed, revision))

    if (facts.level === 'restricted' && facts.customer === 'plain') {
      // A curator who is no longer named reads neither the old text nor what was added.
      const rights: Rights = { ...note.rights, stewards: ['p:second-steward'] }
      const unnamed: Note = { ...note, rights }
      for (const [name, expected] of [['steward', false], ['second-steward', true]] as const) {
        if (seenBy(name, unnamed, old) !== expected) yield `${name} reads old text after the curators changed: ${!expected}`
        const addition = law.additionAccess(unnamed, now, { ...rights, stewards: STEWARD_PARTIES })
        if (law.sees(sightFor(name).visible, addition) !== expected) yield `${name} reads a comment after the curators changed: ${!expected}`
      }
    }
    if (facts.customer === 'plain' && facts.level === 'internal') {
      const about = (revision: Revision, customers: readonly string[]): Revision => ({ ...revision, about: { ...revision.about, customers } })
      const both = [CUSTOMER_IDS.plain, CUSTOMER_IDS.restricted]
      const attached: Note = { ...note, revisions: [old, about(now, both)] }
      const takenOff: Note = { ...note, revisions: [about(old, both), now] }
      for (const [what, changed] of [['attached', attached], ['taken off', takenOff]] as const) {
        if (seenBy('curator-of-all', changed, changed.revisions[0])) yield `a curator reads old text although a restricted customer was ${what}`
        if (!seenBy('second-steward', changed, changed.revisions[0])) yield `who may know the customer does not read old text after it was ${what}`
      }
    }
    if (law.additionAccess(note, old, old.floor).reach !== 'self') yield 'what was added to old text has an audience'
    const closed = law.additionAccess(note, now, { ...note.rights, level: 'restricted' })
    if (closed.reach !== 'self') yield 'what was added to a restricted note has an audience'
    const alone: Note = { ...note, home: { ...note.home, team: null }, rights: { ...note.rights, audience: 'team' } }
    if (law.faceAccess(alone).reach !== 'self') yield 'a note without a team is read by a team'
  }
}

/** Every act in every standing, and who may act at all. */
export function* aboutRules(law: Law): Generator<string> {
  const person = PEOPLE.person('author')
  const disabled = PEOPLE.person('disabled-author')
  if (!person || !disabled) throw new Error('the oracle lost its people')
  for (const facts of everyStanding()) {
    const standing = law.standingApart('note', facts)
    for (const act of Object.keys(MAY) as Act[]) {
      const can = law.may({ kind: 'person', person }, act, standing)
      if (can !== MAY[act](facts)) yield `${act} in ${JSON.stringify(facts)}: the law says ${can}`
      if ((law.RULES[act](standing) === null) !== MAY[act](facts)) yield `the rule of ${act} in ${JSON.stringify(facts)}`
    }
  }
  const readAny = law.standingApart('note', {})
  const never: readonly Viewer[] = [
    { kind: 'nobody' },
    { kind: 'person', person: disabled },
    { kind: 'token', person, scopes: ['read'] },
    { kind: 'token', person: disabled, scopes: ['read', 'write'] },
    { kind: 'channel', channel: 'c', team: 'alpha', ceiling: 'restricted' },
  ]
  for (const viewer of never) if (law.permit(viewer, 'note.post', readAny).ok) yield `${viewer.kind} may act`
  if (!law.permit({ kind: 'token', person, scopes: ['write'] }, 'note.post', readAny).ok) yield 'a write token may not act'
  yield* aboutGrants(law, person)
  for (const [at, level] of LEVELS.entries()) for (const [than, other] of LEVELS.entries()) {
    if (law.isLowerLevel(level, other) !== at < than) yield `${level} lower than ${other}`
  }
  for (const [at, audience] of AUDIENCES.entries()) for (const [than, other] of AUDIENCES.entries()) {
    if (law.isWiderAudience(audience, other) !== at > than) yield `${audience} wider than ${other}`
  }
}

/** A grant says who, what, on which thing and which revision, and is good for nothing else. */
function* aboutGrants(law: Law, person: Person): Generator<string> {
  const standing = law.standingApart('note', { revision: 7 })
  const now = law.permit({ kind: 'person', person }, 'note.comment', standing)
  const seen = law.permit({ kind: 'person', person }, 'note.comment', standing, 3)
  if (!now.ok || !seen.ok) return yield 'nobody may comment'
  const { act, who, thing, revision } = now.grant
  if (act !== 'note.comment' || who !== person.id || thing !== 'note' || revision !== 7) yield 'the grant says something else'
  if (seen.grant.revision !== 3) yield 'the grant forgot the revision that was seen'
  for (const [of, refused] of [['note', false], ['another', true]] as const) {
    let threw = false
    try {
      law.granted(now.grant, of)
    } catch {
      threw = true
    }
    if (threw !== refused) yield `a grant used on ${of} is ${threw ? 'refused' : 'accepted'}`
  }
}

/** "if the directory is unreadable the answer is nothing" */
function* aboutDirectories(law: Law, planted: readonly Planted[]): Generator<string> {
  for (const principal of PRINCIPALS) {
    const sight = law.sightOf(viewerOf(principal), { people: PEOPLE, restricted: null }, TODAY)
    const shown = planted.find(({ note }) => law.noteAsSeen(note, sight) !== null)
    if (shown) yield `${principal.name} sees ${shown.facts.name} while the restricted customers are not known`
  }
  // A team that nobody is left in, and one that was closed, have no readers.
  for (const team of ['empty', 'closed']) {
    const sight = law.sightOf({ kind: 'channel', channel: team, team, ceiling: 'restricted' }, DIRECTORIES, TODAY)
    if (planted.some(({ note }) => law.noteAsSeen(note, sight) !== null)) yield `a channel of a team that is ${team} sees something`
  }
  // The deputy decides only while the curator is away.
  const deputy = PRINCIPALS.find((one) => one.name === 'deputy')
  if (!deputy) throw new Error('the oracle lost its deputy')
  for (const [day, away] of [['2026-02-28', false], ['2026-03-01', true], ['2026-03-08', true], ['2026-03-09', false]] as const) {
    const desk = law.deskSight(law.sightOf(viewerOf(deputy), DIRECTORIES, day))
    const curates = planted.some(({ note }) => law.sees(desk.visible, law.faceAccess(note)))
    if (curates !== away) yield `the deputy on ${day}: the law says ${curates}`
  }
}

/**
 * "comments written before a widening keep the strictest confidentiality and audience in force since they were
 * written": a comment with a floor is read as if the note were still as strict.
 */
function* aboutAdditions(law: Law, planted: readonly Planted[]): Generator<string> {
  const plain = planted.filter(({ facts }) => facts.state === 'published' && facts.confidence === 'validated' && facts.governance === 'publish_first')
  for (const principal of PRINCIPALS) {
    const sight = law.sightOf(viewerOf(principal), DIRECTORIES, TODAY)
    for (const { facts, note } of plain) {
      for (const audience of narrower(facts.audience)) for (const level of stricter(facts.level)) for (const named of [true, false]) {
        const floor = { audience, level, named: named ? NAMED_PARTIES : [], stewards: level === 'restricted' ? STEWARD_PARTIES : [] }
        const comment: Comment = { id: 'strict', by: 'sibling-department', at: note.createdAt, text: '', on: 1, floor }
        const seen = law.noteAsSeen({ ...note, comments: [comment] }, sight)
        const then = { ...facts, audience, level, texts: facts.texts.map((text) => ({ ...text, strictest: level })) }
        const isNamedReader = named || !readsOnlyByName(principal, then)
        const wrote = 'who' in principal && principal.who === comment.by
        const own = facts.texts.some((text) => 'who' in principal && text.by === principal.who && reads(principal, facts, text))
        const expected = reads(principal, facts, publishedText(facts)) && (wrote || own || (reads(principal, then, publishedText(then)) && isNamedReader))
        if ((seen?.comments.length === 1) !== expected) {
          yield `${principal.name} — ${facts.name}: a comment under ${audience} · ${level} · ${named ? '' : 'un'}named: the oracle says ${expected}`
        }
      }
    }
  }
}

/** Whether being named is the only thing that lets them read. */
function readsOnlyByName(principal: Principal, facts: Planted['facts']): boolean {
  if (!('who' in principal) || !reads(principal, facts, publishedText(facts))) return false
  // Nobody who is named stands in a department or team of these notes but by the widest audience.
  const named = ['named', 'named-without-clearance', 'named-through-team'].includes(principal.who)
  return named && !(facts.audience === 'enterprise' && facts.level !== 'restricted')
    && !(facts.audience === 'department' && facts.home === 'other department' && facts.level !== 'restricted' && principal.who !== 'named-through-team')
}

function narrower(audience: Audience): readonly Audience[] {
  return AUDIENCES.slice(0, AUDIENCES.indexOf(audience) + 1)
}

function stricter(level: Level): readonly Level[] {
  return LEVELS.slice(LEVELS.indexOf(level))
}
