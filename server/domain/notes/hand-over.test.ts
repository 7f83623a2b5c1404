import t from 'tap'
import { permit, type Grant } from '../policy/grant.js'
import { standingApart } from '../policy/rules.js'
import type { Outcome } from '../people/refusal.js'
import { answersFor, handOverNote } from './hand-over.js'
import { writersSinceDecision, type Note } from './note.js'
import { NOW, person_, posted, sightFor } from './sample.js'
import { noteAsSeen, standingTo } from './seen.js'

function asAdmin(id = 'n1'): Grant<'people.administer'> {
  const permission = permit({ kind: 'person', person: person_('admin') }, 'people.administer', standingApart(id, { admin: true }))
  if (!permission.ok) throw new Error('not permitted')
  return permission.grant
}
const over = (note: Note, to: string, from = 'teller') => handOverNote(note, asAdmin(), from, sightFor(to), NOW)
const codes = (outcome: Outcome<unknown>) => (outcome.ok ? [] : outcome.refusals.map(({ code }) => code))
function given(note: Note, to: string): Note {
  const outcome = over(note, to)
  if (!outcome.ok) throw new Error(codes(outcome).join())
  return outcome.value
}

t.test('a colleague who reads the note answers for it; its author stays its author', async (t) => {
  const note = given(posted(), 'colleague')
  t.equal(note.author, 'teller')
  t.equal(note.revisions[0].by, 'teller')
  t.equal(answersFor(note), 'colleague')
  t.match(standingTo(note, 'colleague', false), { author: true, wroteLatest: true })
  t.match(note.timeline.at(-1), { what: 'handed_over', by: 'admin', with: { from: 'teller', to: 'colleague' } })
})

t.test('nobody reads more by a handover: what the successor may not read is refused', async (t) => {
  t.same(codes(over(posted(), 'corporate')), ['handover.not_readable'], 'another department')
  const closed = posted('teller', { proposed: { audience: 'enterprise', level: 'confidential', named: [], stewards: [] } })
  t.same(codes(over(closed, 'colleague')), ['handover.not_readable'], 'a note that only its author and curators read')
  t.equal(noteAsSeen({ ...closed, caretaker: 'colleague' }, sightFor('colleague')), null, 'and the name on it alone opens nothing')
})

t.test('whoever took over may not decide: they would agree to their own proposals', async (t) => {
  t.ok(writersSinceDecision(given(posted(), 'second')).includes('second'))
  t.notOk(writersSinceDecision(posted()).includes('second'), 'premise')
})

t.test('what is not theirs any more, or is decided, is not handed over', async (t) => {
  t.same(codes(over(given(posted(), 'colleague'), 'curator')), ['handover.not_theirs'])
  t.same(codes(over({ ...posted(), item: null }, 'colleague')), ['curation.not_open'])
  t.throws(() => handOverNote(posted(), asAdmin('other'), 'teller', sightFor('colleague'), NOW), /was used on n1/)
})

t.test('a successor hands on to the next, and back to the writer it is the writer\'s again', async (t) => {
  const first = given(posted(), 'colleague')
  const next = over(first, 'curator', 'colleague')
  t.equal(next.ok && answersFor(next.value), 'curator')
  const back = over(first, 'teller', 'colleague')
  t.equal(back.ok && back.value.caretaker, null)
})
