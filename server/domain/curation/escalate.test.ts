import t from 'tap'
import { noticesOfNote } from '../community/notices-of-note.js'
import { narrowNote } from '../notes/narrow-note.js'
import type { Note } from '../notes/note.js'
import { DIRECTORY, NOW, PEOPLE, TODAY, VOCABULARY, grantFor, posted } from '../notes/sample.js'
import { Directory } from '../people/directory.js'
import type { Person } from '../people/person.js'
import type { Outcome } from '../people/refusal.js'
import { curatorsAt, departmentsWithoutTwo, desksOf, escalate, escalatesTo, nobodyCanDecide } from './escalate.js'
import { returnNote } from './return-note.js'

const after = (days: number, from = NOW) => new Date(Date.parse(from) + days * 86_400_000).toISOString()

/** The sample bank with a curator of the branch, one for the whole bank, and whatever a test changes. */
function bank(more: readonly Partial<Person>[] = []): Directory {
  const base = PEOPLE.find((person) => person.id === 'teller') as Person
  const curator = (id: string, department: string): Person => ({ ...base, id, login: id, name: id, department, teams: [], roles: ['employee', 'curator'], domain: [department], clearance: 'restricted' })
  const persons = new Map([...PEOPLE, curator('near', 'branch'), curator('lead', 'head')].map((person) => [person.id, person]))
  for (const change of more) {
    const known = persons.get(change.id as string) ?? curator(change.id as string, 'branch')
    persons.set(known.id, { ...known, ...change })
  }
  return new Directory(persons.values(), DIRECTORY.departments.values(), DIRECTORY.teams.values())
}
const desks = (people: Directory, today = TODAY) => desksOf({ people, restricted: [] }, today)
const ok = (outcome: Outcome<Note>): Note => {
  if (!outcome.ok) throw new Error(outcome.refusals[0]?.code)
  return outcome.value
}

t.test('an item climbs one department each two days, and stops at head office', async (t) => {
  const people = bank()
  const note = posted()
  t.equal(escalatesTo(note, desks(people), after(1.99)), null)
  t.equal(escalatesTo(note, desks(people), after(2)), 'retail')
  const once = ok(escalate(note, desks(people), after(2)))
  t.match(once.timeline.at(-1), { what: 'escalated', by: '', with: { department: 'retail' }, for: 'curators' })
  t.equal(escalate(once, desks(people), after(2)).ok, false, 'a second round changes nothing')
  t.equal(escalatesTo(once, desks(people), after(3.9)), null)
  t.equal(escalatesTo(once, desks(people), after(4)), 'head')
  const twice = ok(escalate(once, desks(people), after(4)))
  t.equal(escalatesTo(twice, desks(people), after(40)), null)
})

t.test('what the only curator nearby wrote goes up at once', async (t) => {
  const people = bank()
  const note: Note = { ...posted(), revisions: [{ ...posted().revisions[0], by: 'near' }] }
  t.equal(escalatesTo(note, desks(people), NOW), 'retail')
  const told = ok(escalate(note, desks(people), NOW))
  t.equal(escalatesTo(told, desks(people), NOW), null, 'there somebody may decide')
})

t.test('a department without any curator counts on the next one above', async (t) => {
  const people = bank([{ id: 'near', active: false }])
  t.same(curatorsAt('branch', people, TODAY), [])
  t.equal(escalatesTo(posted(), desks(people), after(1)), null)
  t.equal(escalatesTo(posted(), desks(people), after(2)), 'head', 'the curators of retail had it from the beginning')
})

t.test('only who is cleared for it counts as somebody who may decide', async (t) => {
  const people = bank([{ id: 'near', clearance: 'internal' }])
  const note = posted('teller', { proposed: { audience: 'team', level: 'confidential', named: [], stewards: [] } })
  t.equal(escalatesTo(note, desks(people), NOW), 'retail')
})

t.test('a deputy counts for the days of the cover, with their own clearance', async (t) => {
  const absence = { from: '2026-11-20', until: '2026-11-25', deputy: 'lender' }
  const people = bank([{ id: 'near', absence }])
  t.same(curatorsAt('branch', people, TODAY).map((person) => person.id), ['lender', 'near'])
  t.same(curatorsAt('branch', people, '2026-11-26').map((person) => person.id), ['near'])
  const wrote: Note = { ...posted(), revisions: [{ ...posted().revisions[0], by: 'near' }] }
  t.equal(escalatesTo(wrote, desks(people), NOW), null, 'the deputy may decide on it')
})

t.test('a returned note waits for its writer and a decided one for nobody', async (t) => {
  const people = bank()
  const returned = ok(returnNote(posted(), grantFor('curator', 'note.decide', posted()), { code: 'needs_source', text: 'Who?' }, 'd1', VOCABULARY, NOW))
  t.equal(escalatesTo(returned, desks(people), after(30)), null)
  t.notOk(nobodyCanDecide(returned, desks(people)))
})

t.test('an item that nobody in the bank may decide is counted, and its restricted curators are those named', async (t) => {
  const people = bank()
  const note = posted()
  t.notOk(nobodyCanDecide(note, desks(people)))
  const shut = ok(narrowNote(note, grantFor('curator', 'note.narrow', note), { audience: 'team', level: 'restricted', unname: [], withhold: false, stewards: ['p:curator', 'p:second'] }, DIRECTORY, 'i2', NOW, NOW.slice(0, 10)))
  t.notOk(nobodyCanDecide(shut, desks(people)), 'premise: those named may')
  const gone = bank([{ id: 'curator', active: false }, { id: 'second', clearance: 'confidential' }])
  t.ok(nobodyCanDecide(shut, desks(gone)))
  t.equal(escalatesTo(shut, desks(gone), after(9)), null, 'there is nobody to send it to')
})

t.test('those it went to are told, and nobody who may not read it', async (t) => {
  const people = bank([{ id: 'plain', domain: ['retail'], department: 'retail', clearance: 'internal' }])
  const note = ok(escalate(posted('teller', { proposed: { audience: 'team', level: 'confidential', named: [], stewards: [] } }), desks(people), after(2)))
  const told = noticesOfNote(note, { people, restricted: [] }, TODAY).filter(({ notice }) => notice.kind === 'escalated').map(({ person }) => person).sort()
  t.same(told, ['curator', 'second'])
})

t.test('departments with fewer than two curators at hand are listed', async (t) => {
  const listed = (people: Directory, today = TODAY) => departmentsWithoutTwo(people, today).map(({ department }) => department)
  t.same(listed(bank()), ['head'], 'corporate has its own and the lead')
  t.same(listed(bank([{ id: 'other-curator', absence: { from: TODAY, until: TODAY, deputy: 'teller' } }])), ['head'], 'a deputy counts')
  t.same(listed(bank([{ id: 'other-curator', active: false }])), ['head', 'corporate'])
})
