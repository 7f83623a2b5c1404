import type { NoteSeen } from '../../domain/notes/seen.js'
import type { Sight } from '../../domain/policy/readable.js'
import type { Viewer } from '../../domain/policy/viewer.js'
import { CUSTOMER_IDS, DIRECTORIES, TODAY, viewerOf } from './bank.js'
import { aboutRules } from './compare-acts.js'
import { aboutAdditions, aboutChangedNotes } from './compare-changes.js'
import { aboutDirectories, aboutFaces, aboutKnowers } from './compare-directories.js'
import type { Law } from './law.js'
import type { Planted } from './notes.js'
import type { Text } from './objects.js'
import { EMPLOYEES, PRINCIPALS, type Principal } from './principals.js'
import { publishedText, reads, readsAsCurator, readsAsReader, verdict, type Verdict } from './table.js'

/** Where law and oracle say different things, in words; lazily, because a variation is caught by the first. */
export function* disagreements(law: Law, planted: readonly Planted[]): Generator<string> {
  yield* aboutFaces(law)
  yield* aboutReading(law, planted)
  yield* aboutChangedNotes(law, planted)
  yield* aboutAdditions(law, planted)
  yield* aboutKnowers(law)
  yield* aboutDirectories(law, planted)
  yield* aboutRules(law)
  yield* aboutPages(law, planted)
}

/** What everybody reads, as reader and as curator, and may do. */
function* aboutReading(law: Law, planted: readonly Planted[]): Generator<string> {
  for (const { facts, note, principal, sight, say } of everyPair(law, planted)) {
    const seen = law.noteAsSeen(note, sight)
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
    const is = verdict(principal, facts)
    const can = verdictOf(law, viewerOf(principal), seen)
    if (is !== can) yield say('may', can, is)
  }
}

/** What a page is given of a note that is read. */
function* aboutPages(law: Law, planted: readonly Planted[]): Generator<string> {
  for (const { facts, note, principal, sight, say } of everyPair(law, planted)) {
    const seen = law.noteAsSeen(note, sight)
    if (seen) yield* aboutNote(principal, { facts, note }, seen, say)
  }
}

interface Pair extends Planted {
  readonly principal: Principal
  readonly sight: Sight
  readonly say: Say
}

/** Note by note, so that whatever is wrong for one principal is met soon. */
function* everyPair(law: Law, planted: readonly Planted[]): Generator<Pair> {
  const sights = PRINCIPALS.map((principal) => ({ principal, sight: law.sightOf(viewerOf(principal), DIRECTORIES, TODAY) }))
  for (const { facts, note } of planted) {
    for (const { principal, sight } of sights) {
      const say: Say = (what, law, oracle) => `${principal.name} — ${facts.name}: ${what}: the law says ${String(law)}, the oracle ${String(oracle)}`
      yield { facts, note, principal, sight, say }
    }
  }
}

type Say = (what: string, law: unknown, oracle: unknown) => string

function* aboutNote(principal: Principal, { facts, note }: Planted, seen: NoteSeen, say: Say): Generator<string> {
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
    for (const word of [decision.text, decision.code, decision.about?.tags[0]]) {
      expected.push(['words of a decision', String(word), inReview((item?.subject ?? 0) - 1)])
    }
  }
  for (const [what, word, expects] of expected) if (given.includes(JSON.stringify(word).slice(1, -1)) !== expects) yield say(what, !expects, expects)

  const hidden = facts.customer === 'restricted' && !knowsRestricted(principal)
  if (hidden && given.includes(CUSTOMER_IDS.restricted)) yield say('the restricted customer', 'named', 'hidden')
  const wroteOrCurates = facts.texts.some((text, at) => may(at) && inReview(at)) || (facts.texts[0]?.by === who && may(published))
  if ((given.includes('p:named') || given.includes('p:steward')) && !wroteOrCurates) yield say('who is named', 'told', 'hidden')
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
