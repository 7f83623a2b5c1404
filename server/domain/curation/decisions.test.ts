import t from 'tap'
import type { Outcome } from '../people/refusal.js'
import { faceAccess } from '../notes/access.js'
import { archiveNote, restoreNote } from '../notes/archive-note.js'
import { editNote } from '../notes/edit-note.js'
import { narrowNote } from '../notes/narrow-note.js'
import { pending, published, type Note } from '../notes/note.js'
import { ABOUT_NOTHING } from '../notes/revision.js'
import { DIRECTORY, NOW, VOCABULARY, around, grantFor, posted, sightFor, writing } from '../notes/sample.js'
import { noteAsSeen } from '../notes/seen.js'
import { objections } from '../notes/writing.js'
import { withdrawNote } from '../notes/withdraw-note.js'
import { commentOn, flagNote } from '../community/add-to-note.js'
import { acceptNote, type Acceptance } from './accept-note.js'
import { claimItem } from './claim-item.js'
import { mergeAway } from './merge-note.js'
import { agreeToWidening, confirmLowering } from './opening.js'
import { declineNote, returnNote, stillTrue } from './return-note.js'
import { fallDue } from './fall-due.js'
import { rehomeNote } from './classify-note.js'

const LATER = '2026-11-21T09:00:00.000Z'
const room = { people: DIRECTORY, vocabulary: VOCABULARY, knownCustomers: new Set<string>(), now: LATER, today: LATER.slice(0, 10) }
const acceptance: Acceptance = {
  about: { ...ABOUT_NOTHING, topic: 'pricing' },
  ratings: { value: 4, correctness: 2, reliability: 'B', ease: 3 },
  rights: { audience: 'enterprise', level: 'internal', named: [], stewards: [] },
  reviewOn: '2027-05-20', text: '', clearComments: false,
}

function ok<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.refusals.map((r) => r.code).join())
  return outcome.value
}
const code = (outcome: Outcome<unknown>): string => (outcome.ok ? 'done' : (outcome.refusals[0]?.code ?? ''))
const accepted = (note: Note, by = 'curator', as: Partial<Acceptance> = {}): Note =>
  ok(acceptNote(note, grantFor(by, 'note.decide', note), { ...acceptance, ...as }, 'd1', room))
const reads = (who: string, note: Note): boolean => noteAsSeen(note, sightFor(who)) !== null

t.test('a posted note reaches its home team at once and nobody further', async (t) => {
  const note = posted()
  t.equal(note.confidence, 'not_validated')
  t.equal(faceAccess(note).reach, 't:counter')
  t.ok(reads('colleague', note))
  t.notOk(reads('lender', note), 'another team of the same branch waits for the decision')
  t.ok(reads('curator', note), 'the curator of the domain reads it')
  t.notOk(reads('other-curator', note))
  t.notOk(reads('admin', note), 'an admin is not a reader')
})

t.test('a confidential note, a sensitive topic and unmasked identifiers wait for a curator before anybody reads them', async (t) => {
  for (const note of [
    posted('teller', { proposed: { audience: 'team', level: 'confidential', named: ['p:colleague'], stewards: [] } }),
    posted('teller', { about: { ...ABOUT_NOTHING, topic: 'rumours' } }),
    posted('teller', {}, { identifiers: 1, identifiersKept: true }),
  ]) {
    t.equal(note.governance, 'review_first')
    t.notOk(reads('colleague', note))
    t.ok(reads('teller', note))
  }
})

t.test('a curator with too little clearance does not read a confidential note', async (t) => {
  const note = posted('teller', { proposed: { audience: 'team', level: 'confidential', named: [], stewards: [] } })
  t.notOk(reads('plain-curator', note))
})

t.test('accepting publishes to the audience both wanted', async (t) => {
  const note = accepted(posted())
  t.equal(note.confidence, 'validated')
  t.equal(faceAccess(note).reach, 'all')
  t.ok(reads('corporate', note))
  t.equal(note.item?.state, 'accepted')
})

t.test('a decision cannot widen beyond what the author proposed until the author agrees', async (t) => {
  const note = accepted(posted('teller', { proposed: { audience: 'team', level: 'internal', named: [], stewards: [] } }))
  t.equal(faceAccess(note).reach, 't:counter')
  t.notOk(reads('corporate', note))
  t.throws(() => grantFor('colleague', 'note.agree', note), 'a colleague cannot agree for the author')
  const agreed = ok(agreeToWidening(note, grantFor('teller', 'note.agree', note), true, LATER))
  t.ok(reads('corporate', agreed))
  const refused = ok(agreeToWidening(note, grantFor('teller', 'note.agree', note), false, LATER))
  t.notOk(reads('corporate', refused))
  t.equal(refused.item?.widening, null)
})

t.test('a curator cannot decide on text they wrote since the last decision', async (t) => {
  const note = posted('curator')
  t.throws(() => grantFor('curator', 'note.decide', note))
  const edited = ok(editNote(posted(), grantFor('curator', 'note.edit', posted()), writing({ body: 'Sharper.' }), { item: 'i2', titleFromText: '' }, around('curator')))
  t.throws(() => grantFor('curator', 'note.decide', edited), 'changing the body makes the curator its author')
  t.equal(accepted(edited, 'second').confidence, 'validated')
})

t.test('a grant to decide is tested again on the note as it is inside the mutex', async (t) => {
  const before = posted()
  const grant = grantFor('curator', 'note.decide', before)
  const meanwhile = ok(editNote(before, grantFor('teller', 'note.edit', before), writing({ body: 'More.' }), { item: 'i2', titleFromText: '' }, around('teller')))
  t.equal(code(acceptNote(meanwhile, grant, acceptance, 'd1', room)), 'notes.changed')
  t.equal(code(returnNote(meanwhile, grant, { code: 'needs_source', text: 'who?' }, 'd1', VOCABULARY, LATER)), 'notes.changed')
})

t.test('a claim keeps others from deciding, runs out after four hours, and is taken over only when said', async (t) => {
  const claimed = ok(claimItem(posted(), grantFor('curator', 'note.claim', posted()), false, NOW))
  t.equal(claimed.item?.claim?.until, '2026-11-21T12:00:00.000Z')
  const second = grantFor('second', 'note.claim', claimed)
  t.equal(code(claimItem(claimed, second, false, LATER)), 'curation.held_by_other')
  t.equal(code(acceptNote(claimed, grantFor('second', 'note.decide', claimed), acceptance, 'd', room)), 'curation.held_by_other')
  const taken = ok(claimItem(claimed, second, true, LATER))
  t.equal(taken.item?.claim?.by, 'second')
  t.match(taken.timeline.at(-1), { what: 'claim_taken_over', with: { from: 'curator' } })
  t.equal(code(claimItem(claimed, second, false, '2026-11-21T12:00:00.001Z')), 'done', 'run out')
})

t.test('a returned note is edited and the same item, thread and all, goes on', async (t) => {
  const returned = ok(returnNote(posted(), grantFor('curator', 'note.decide', posted()), { code: 'needs_source', text: 'Who said so?' }, 'd1', VOCABULARY, LATER))
  t.match(returned.item, { state: 'returned', id: 'i1' })
  t.ok(reads('colleague', returned), 'the home team goes on reading it')
  const again = ok(editNote(returned, grantFor('teller', 'note.edit', returned), writing({ body: 'The customer said so.' }), { item: 'i2', titleFromText: '' }, around('teller')))
  t.match(again.item, { state: 'open', id: 'i1', subject: 2 })
})

t.test('returned as "says too much", only writer and curators read it until it is accepted', async (t) => {
  const returned = ok(returnNote(posted(), grantFor('curator', 'note.decide', posted()), { code: 'says_too_much', text: 'Leave out the illness.' }, 'd1', VOCABULARY, LATER))
  t.notOk(reads('colleague', returned))
  const again = ok(editNote(returned, grantFor('teller', 'note.edit', returned), writing({ body: 'Shorter.' }), { item: 'i2', titleFromText: '' }, around('teller')))
  t.notOk(reads('colleague', again), 'resubmitting does not open it')
  t.ok(reads('colleague', accepted(again)))
})

t.test('declined and withdrawn notes go back to their writer; the posted text stays with the curators', async (t) => {
  const declined = ok(declineNote(posted(), grantFor('curator', 'note.decide', posted()), { code: 'not_true', text: 'I asked.' }, 'd1', VOCABULARY, LATER))
  const withdrawn = ok(withdrawNote(posted(), grantFor('teller', 'note.withdraw', posted()), LATER))
  for (const note of [declined, withdrawn]) {
    t.equal(note.confidence, 'wip')
    t.ok(reads('teller', note))
    t.ok(reads('curator', note))
    t.notOk(reads('colleague', note))
  }
})

t.test('an edit of a validated note waits beside it: readers keep the published text', async (t) => {
  const note = accepted(posted())
  const edited = ok(editNote(note, grantFor('teller', 'note.edit', note), writing({ body: 'Everything changed.' }), { item: 'i2', titleFromText: '' }, around('teller')))
  t.equal(published(edited).body, 'Nobody called before the rate reset.')
  t.equal(pending(edited)?.body, 'Everything changed.')
  t.equal(noteAsSeen(edited, sightFor('corporate'))?.pending, null)
  t.same(noteAsSeen(edited, sightFor('corporate'))?.revisions.map((r) => r.number), [1])
  t.match(noteAsSeen(edited, sightFor('curator'))?.pending, { number: 3 }, 'classifying counted as revision 2')
  const dropped = ok(declineNote(edited, grantFor('curator', 'note.decide', edited), { code: 'not_true', text: 'No.' }, 'd2', VOCABULARY, LATER))
  t.equal(dropped.confidence, 'validated')
  t.equal(pending(dropped), null)
  t.ok(reads('corporate', dropped))
})

t.test('closing is immediate on every revision, and never opens anything', async (t) => {
  const note = accepted(posted())
  const close = { audience: 'team', level: 'confidential', unname: [], withhold: false, stewards: [] } as const
  const closed = ok(narrowNote(note, grantFor('teller', 'note.narrow', note), close, DIRECTORY, 'i9', LATER, LATER.slice(0, 10)))
  t.notOk(reads('corporate', closed))
  t.notOk(reads('colleague', closed), 'the team lacks the clearance')
  t.equal(closed.revisions[0].floor.level, 'confidential')
  t.equal(code(narrowNote(closed, grantFor('teller', 'note.narrow', closed), { ...close, audience: 'enterprise' }, DIRECTORY, 'i9', LATER, LATER.slice(0, 10))), 'notes.narrow.would_open')
  t.equal(code(narrowNote(closed, grantFor('teller', 'note.narrow', closed), { ...close, level: 'internal' }, DIRECTORY, 'i9', LATER, LATER.slice(0, 10))), 'notes.narrow.would_open')
})

t.test('an author cannot reopen by editing what a curator closed', async (t) => {
  const note = posted()
  const closed = ok(narrowNote(note, grantFor('curator', 'note.narrow', note), { audience: 'private', level: 'internal', unname: [], withhold: false, stewards: [] }, DIRECTORY, 'i9', LATER, LATER.slice(0, 10)))
  t.notOk(reads('colleague', closed))
  const edited = ok(editNote(closed, grantFor('teller', 'note.edit', closed), writing(), { item: 'i2', titleFromText: '' }, around('teller')))
  t.notOk(reads('colleague', edited))
  t.ok(reads('colleague', accepted(edited)), 'a decision opens it again')
})

t.test('a writer cannot take a restricted customer off the note by editing', async (t) => {
  const about = { ...ABOUT_NOTHING, customers: ['vip'] }
  const note = posted('teller', { about }, { knownCustomers: new Set(['vip']), restricted: new Set(['vip']) })
  const edited = ok(editNote(note, grantFor('teller', 'note.edit', note), writing({ about: ABOUT_NOTHING }), { item: 'i2', titleFromText: '' }, around('teller', { restricted: new Set(['vip']) })))
  t.same(published(edited).about.customers, ['vip'])
})

t.test('a restricted note needs two able curators named, and lowering it needs a second one', async (t) => {
  const bare = { audience: 'enterprise', level: 'restricted', named: ['p:corporate'], stewards: [] } as const
  t.throws(() => posted('teller', { proposed: bare }), /two_needed/)
  t.throws(() => posted('teller', { proposed: { ...bare, stewards: ['p:curator', 'p:plain-curator'] } }), /two_needed/)
  const note = posted('teller', { proposed: { ...bare, stewards: ['p:curator', 'p:second'] } })
  t.notOk(reads('corporate', note), 'named, but undecided')
  const restricted = accepted(note, 'curator', { rights: { ...bare, stewards: ['p:curator', 'p:second'] } })
  t.ok(reads('corporate', restricted))
  t.notOk(reads('colleague', restricted))
  const due = ok(fallDue(restricted, 'i2', '2027-06-01T00:00:00.000Z', '2027-06-01'))
  const asked = ok(acceptNote(due, grantFor('curator', 'note.decide', due), { ...acceptance, reviewOn: '2028-01-01' }, 'd2', { ...room, now: '2027-06-01T00:00:00.000Z' }))
  t.equal(asked.rights.level, 'restricted', 'one curator alone does not lower it')
  t.equal(code(confirmLowering(asked, grantFor('curator', 'note.curate', asked), true, LATER)), 'curation.second_curator_needed')
  const lowered = ok(confirmLowering(asked, grantFor('second', 'note.curate', asked), true, LATER))
  t.equal(lowered.rights.level, 'internal')
})

t.test('a review date comes with the day of the bank, not of Greenwich', async (t) => {
  const note = accepted(posted('teller'), 'curator', { reviewOn: '2027-06-01' })
  t.equal(note.reviewOn, '2027-06-01', 'premise')
  // Half past midnight in Shanghai, yet May in UTC; eight in the evening of May in New York, yet June in UTC.
  ok(fallDue(note, 'i2', '2027-05-31T16:30:00.000Z', '2027-06-01'))
  t.equal(code(fallDue(note, 'i2', '2027-06-01T00:30:00.000Z', '2027-05-31')), 'curation.not_due')
  const shanghai = { ...room, now: '2026-11-21T17:00:00.000Z', today: '2026-11-22' }
  const waiting = posted('teller')
  t.equal(code(acceptNote(waiting, grantFor('curator', 'note.decide', waiting), { ...acceptance, reviewOn: '2026-11-22' }, 'd1', shanghai)), 'curation.review_on.in_past')
  ok(acceptNote(waiting, grantFor('curator', 'note.decide', waiting), { ...acceptance, reviewOn: '2026-11-23' }, 'd1', shanghai))
})

t.test('what was observed today at the bank is no matter of the future', async (t) => {
  const seenOn = (observedOn: string) => writing({ source: { ...writing().source, observedOn } })
  const shanghai = around('teller', { now: '2026-11-21T17:00:00.000Z', today: '2026-11-22' })
  t.equal(objections(seenOn('2026-11-22'), shanghai, 'branch'), null)
  t.match(objections(seenOn('2026-11-23'), shanghai, 'branch'), { refusals: [{ at: 'observedOn', code: 'notes.observed.in_future' }] })
})

t.test('comments written before a widening stay with those they were written for', async (t) => {
  const note = posted('teller', { proposed: { audience: 'team', level: 'internal', named: [], stewards: [] } })
  const commented = ok(commentOn(note, grantFor('colleague', 'note.comment', note), { id: 'c1', text: 'Between us', at: NOW, key: 'k' }))
  t.equal(ok(commentOn(commented, grantFor('colleague', 'note.comment', commented), { id: 'c2', text: 'Between us', at: NOW, key: 'k' })).comments.length, 1, 'the same key twice')
  const wide = ok(agreeToWidening(accepted(commented), grantFor('teller', 'note.agree', accepted(commented)), true, LATER))
  t.ok(reads('corporate', wide))
  t.same(noteAsSeen(wide, sightFor('corporate'))?.comments, [])
  t.equal(noteAsSeen(wide, sightFor('colleague'))?.comments.length, 1)
  t.equal(noteAsSeen(wide, sightFor('teller'))?.comments.length, 1, 'the author of the note reads it')
})

t.test('a reader who flags "says too much" sends it to the top of the queue, and one click keeps it true', async (t) => {
  const note = accepted(posted())
  const flagged = ok(flagNote(note, grantFor('corporate', 'note.flag', note), { id: 'f1', item: 'i5', reason: 'says_too_much', text: '', at: LATER, key: null }))
  t.match(flagged.item, { state: 'open', urgent: true, why: 'flagged', subject: 1 })
  t.ok(reads('corporate', flagged), 'it stays readable')
  t.equal(code(declineNote(flagged, grantFor('curator', 'note.decide', flagged), { code: 'not_true', text: 'x' }, 'd', VOCABULARY, LATER)), 'curation.nothing_to_decline')
  const kept = ok(stillTrue(flagged, grantFor('curator', 'note.decide', flagged), '2027-08-01', 'd3', LATER))
  t.match(kept, { reviewOn: '2027-08-01', item: { state: 'accepted' } })
  t.ok(kept.flags[0]?.settled)
})

t.test('an archived note reads as before, and restoring an undecided one queues it again', async (t) => {
  const note = posted()
  const archived = ok(archiveNote(note, grantFor('teller', 'note.archive', note), LATER))
  t.ok(reads('colleague', archived))
  t.notOk(reads('corporate', archived))
  const back = ok(restoreNote(archived, grantFor('teller', 'note.restore', archived), 'i7', LATER))
  t.match(back, { confidence: 'not_validated', item: { state: 'open', id: 'i7' } })
})

t.test('merging away keeps the note with its own rights and does not name the other one', async (t) => {
  const note = posted()
  const merged = ok(mergeAway(note, grantFor('curator', 'note.merge', note), 'n2', '', 'd1', LATER))
  t.match(merged, { confidence: 'archived', mergedInto: 'n2', archivedFrom: 'not_validated' })
  t.notOk(JSON.stringify(merged.timeline).includes('n2'))
  t.notOk(reads('corporate', merged))
})

t.test('moving a note to another home leaves what was said before with those who heard it', async (t) => {
  const note = posted()
  const commented = ok(commentOn(note, grantFor('colleague', 'note.comment', note), { id: 'c1', text: 'Between us', at: NOW, key: null }))
  const moved = ok(rehomeNote(commented, grantFor('curator', 'note.rehome', commented), { department: 'branch', team: 'loans' }, LATER))
  t.ok(reads('lender', moved))
  t.same(noteAsSeen(moved, sightFor('lender'))?.comments, [])
})
