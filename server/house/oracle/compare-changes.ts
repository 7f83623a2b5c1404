import type { Comment, Note } from '../../domain/notes/note.js'
import type { Revision } from '../../domain/notes/revision.js'
import type { Rights } from '../../domain/notes/rights.js'
import { CUSTOMER_IDS, DIRECTORIES, NAMED_PARTIES, STEWARD_PARTIES, TODAY, viewerOf } from './bank.js'
import type { Law } from './law.js'
import type { Planted } from './notes.js'
import { AUDIENCES, LEVELS, type Audience, type Level } from './objects.js'
import { PRINCIPALS, type Principal } from './principals.js'
import { publishedText, reads } from './table.js'

/** Notes whose curators or customers changed between two texts, and one without a team. */
export function* aboutChangedNotes(law: Law, planted: readonly Planted[]): Generator<string> {
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
    // Whoever only reads their own old text is not told how closed or open the published one is by now.
    const opened: Note = { ...note, rights: { ...note.rights, audience: 'enterprise' }, revisions: [{ ...old, floor: { ...old.floor, audience: 'private' } }, now] }
    const writer = law.noteAsSeen(opened, sightFor(old.by))
    const told = writer && (writer.published ? 'enterprise' : 'private')
    if (writer && writer.rights.audience !== told) yield `${old.by} is told the rights of a text that is closed to them`
    if (law.additionAccess(note, old, old.floor).reach !== 'self') yield 'what was added to old text has an audience'
    const closed = law.additionAccess(note, now, { ...note.rights, level: 'restricted' })
    if (closed.reach !== 'self') yield 'what was added to a restricted note has an audience'
    const alone: Note = { ...note, home: { ...note.home, team: null }, rights: { ...note.rights, audience: 'team' } }
    if (law.faceAccess(alone).reach !== 'self') yield 'a note without a team is read by a team'
  }
}

/**
 * "comments written before a widening keep the strictest confidentiality and audience in force since they were
 * written": a comment with a floor is read as if the note were still as strict.
 */
export function* aboutAdditions(law: Law, planted: readonly Planted[]): Generator<string> {
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
