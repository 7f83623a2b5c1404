import t from 'tap'
import { archiveNote, restoreNote } from '../notes/archive-note.js'
import { editNote } from '../notes/edit-note.js'
import { narrowNote } from '../notes/narrow-note.js'
import { published, type Note } from '../notes/note.js'
import { ABOUT_NOTHING } from '../notes/revision.js'
import { DIRECTORY, NOW, TODAY, VOCABULARY, around, grantFor, posted, writing } from '../notes/sample.js'
import { withdrawNote } from '../notes/withdraw-note.js'
import type { Outcome } from '../people/refusal.js'
import { acceptNote, type Acceptance } from './accept-note.js'
import { classifyNote } from './classify-note.js'
import { takeOverText } from './merge-note.js'

const acceptance: Acceptance = {
  about: { ...ABOUT_NOTHING, topic: 'pricing' }, ratings: { value: 4, correctness: 2, reliability: 'B', ease: 3 },
  rights: { audience: 'enterprise', level: 'internal', named: [], stewards: [] }, reviewOn: '2027-05-20', text: '', clearComments: false,
}
const room = { people: DIRECTORY, vocabulary: VOCABULARY, knownCustomers: new Set<string>(), now: NOW, today: TODAY }
const CLOSE = { audience: 'enterprise', level: 'internal', unname: [], stewards: [] } as const

function ok<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.refusals.map((r) => r.code).join())
  return outcome.value
}
const accept = (note: Note, by: string): Outcome<Note> => acceptNote(note, grantFor(by, 'note.decide', note), acceptance, 'd', room)
/** The teller's validated text, and beside it an edit by a curator that the same curator took back. */
function takenBack(): Note {
  const note = ok(accept(posted(), 'curator'))
  const edited = ok(editNote(note, grantFor('second', 'note.edit', note), writing({ title: 'Taken back', body: 'Never mind.' }), { item: 'i2', titleFromText: '' }, around('second')))
  return ok(withdrawNote(edited, grantFor('second', 'note.withdraw', edited), NOW))
}

t.test('a text that was taken back is never what waits for a decision, and nobody publishes their own by the way', async (t) => {
  const note = takenBack()
  const withheld = ok(narrowNote(note, grantFor('second', 'note.narrow', note), { ...CLOSE, withhold: true }, DIRECTORY, 'i3', NOW, TODAY))
  t.equal(withheld.item?.subject, 1, 'what was published waits')
  const decided = ok(accept(withheld, 'second'))
  t.equal(published(decided).by, 'teller')
  t.equal(published(decided).title, published(note).title)
})

t.test('what a writer closed stays closed when it is decided on again, though an edit was taken back since', async (t) => {
  const note = takenBack()
  const closed = ok(narrowNote(note, grantFor('teller', 'note.narrow', note), { ...CLOSE, audience: 'team', withhold: true }, DIRECTORY, 'i3', NOW, TODAY))
  const decided = ok(accept(closed, 'curator'))
  t.equal(decided.rights.audience, 'team', 'wider than its writer wants it')
  t.equal(decided.item?.widening?.rights.audience, 'enterprise', 'is offered, not done')
})

t.test('what is withheld waits for its decision whatever its writer takes back, archives and restores', async (t) => {
  const note = ok(accept(posted(), 'curator'))
  const withheld = ok(narrowNote(note, grantFor('curator', 'note.narrow', note), { ...CLOSE, withhold: true }, DIRECTORY, 'i3', NOW, TODAY))
  const back = ok(withdrawNote(withheld, grantFor('teller', 'note.withdraw', withheld), NOW))
  t.match(back.item, { state: 'open', subject: 1 })
  const archived = ok(archiveNote(withheld, grantFor('teller', 'note.archive', withheld), NOW))
  const restored = ok(restoreNote(archived, grantFor('teller', 'note.restore', archived), 'i4', NOW))
  t.match(restored.item, { id: 'i4', state: 'open', why: 'flagged', subject: 1 })
  t.equal(ok(accept(restored, 'second')).withheld, null)
})

t.test('an edit that waited waits again when its note comes back from the archive', async (t) => {
  const note = ok(accept(posted(), 'curator'))
  const edited = ok(editNote(note, grantFor('teller', 'note.edit', note), writing({ title: 'Newer', body: 'More is known.' }), { item: 'i2', titleFromText: '' }, around('teller')))
  const subject = edited.item?.subject
  const archived = ok(archiveNote(edited, grantFor('teller', 'note.archive', edited), NOW))
  t.match(archived.item, { state: 'withdrawn' })
  const restored = ok(restoreNote(archived, grantFor('teller', 'note.restore', archived), 'i4', NOW))
  t.match(restored.item, { id: 'i4', state: 'open', why: 'edited', subject })
  t.equal(published(restored).title, published(note).title, 'readers go on reading what was validated')
  t.equal(published(ok(accept(restored, 'second'))).title, 'Newer')
})

t.test('new keys go to the text that is read, not to one that was taken back', async (t) => {
  const note = takenBack()
  const tagged = ok(classifyNote(note, grantFor('curator', 'note.classify', note), { addTags: ['seen'] }, VOCABULARY, NOW))
  t.same(published(tagged).about.tags, [...published(note).about.tags, 'seen'])
  t.same(tagged.revisions.at(-1)?.about, note.revisions.at(-1)?.about)
})

t.test('text that is taken over stands on what is read, not on what was taken back', async (t) => {
  const note = ok(accept(posted(), 'curator'))
  const about = { ...ABOUT_NOTHING, topic: 'rumours' }
  const edited = ok(editNote(note, grantFor('second', 'note.edit', note), writing({ about }), { item: 'i2', titleFromText: '' }, around('second')))
  const back = ok(withdrawNote(edited, grantFor('second', 'note.withdraw', edited), NOW))
  const over = ok(takeOverText(back, grantFor('curator', 'note.edit', back), { rights: back.rights, customers: [] }, { title: 'Both', body: 'Both.' }, 'i3', NOW))
  t.equal(over.revisions.at(-1)?.about.topic, published(note).about.topic)
})

t.test('a restricted note keeps its curators when its writer would rather it were not restricted', async (t) => {
  const stewards = ['p:curator', 'p:second'] as const
  const note = posted('teller', { proposed: { audience: 'team', level: 'restricted', named: [], stewards } })
  for (const wish of [{ level: 'internal', stewards: [] }, { level: 'internal', stewards: ['p:other-curator'] }] as const) {
    const edited = ok(editNote(note, grantFor('teller', 'note.edit', note), writing({ proposed: { audience: 'team', named: [], ...wish } }), { item: 'i2', titleFromText: '' }, around('teller')))
    t.equal(edited.rights.level, 'restricted', 'opening needs a decision')
    t.same(edited.rights.stewards, stewards, 'which somebody must be able to make')
    t.same(edited.revisions.at(-1)?.floor.stewards, stewards)
  }
})

t.test('a reader who suggests an edit has no say in what others read: not to close it, nor to archive it', async (t) => {
  const note = ok(accept(posted(), 'curator'))
  const suggested = ok(editNote(note, grantFor('corporate', 'note.suggest', note), writing({ title: 'Better', body: 'Better.' }), { item: 'i2', titleFromText: '' }, around('corporate')))
  for (const act of ['note.narrow', 'note.archive', 'note.agree'] as const) t.throws(() => grantFor('corporate', act, suggested), /writers/, act)
  for (const act of ['note.edit', 'note.withdraw', 'note.reply'] as const) t.ok(grantFor('corporate', act, suggested), `${act}: their own suggestion is theirs`)
  for (const act of ['note.narrow', 'note.archive'] as const) t.ok(grantFor('teller', act, suggested), `the writer goes on to ${act}`)
  const own = ok(accept(suggested, 'curator'))
  t.ok(grantFor('corporate', 'note.narrow', own), 'once it is what is read, they are its writer')
})
