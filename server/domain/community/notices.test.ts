import t from 'tap'
import { happened } from '../notes/change.js'
import type { Happening, Note } from '../notes/note.js'
import { DIRECTORY, NOW, PEOPLE, TODAY, posted } from '../notes/sample.js'
import { Directory } from '../people/directory.js'
import { NOTICES_KEPT, markedRead, noNotices, unreadIn, withNotices, type Notice } from './notice.js'
import { noticesOfNote } from './notices-of-note.js'

const LATER = '2026-11-22T08:00:00.000Z'
const told = (note: Note, directory = DIRECTORY, restricted: { id: string; team: string; curators: string[] }[] = []) =>
  noticesOfNote(note, { people: directory, restricted }, TODAY).map(({ person, notice }) => `${person}: ${notice.kind}`)
const and = (note: Note, what: string, by: string, more: Partial<Happening> = {}) => happened(note, { at: LATER, by, what, for: 'readers', on: 1, ...more })
/** as if a curator had accepted it */
const validated = (note: Note): Note => ({ ...and(note, 'accepted', 'curator'), confidence: 'validated', validated: 1 })

t.test('posting tells nobody; the queue shows it', async (t) => {
  t.same(told(posted()), [])
})

t.test('authors are told when their note is decided, returned, used or commented, and never of what they did themselves', async (t) => {
  t.same(told(validated(posted())), ['teller: accepted'])
  t.same(told(and(posted(), 'returned', 'curator', { for: 'curators', with: { code: 'needs_source' } })), ['teller: returned'])
  t.same(told(and(validated(posted()), 'reused', 'colleague', { with: { outcome: 'helped' } })).slice(1), ['teller: reused'])
  t.same(told(and(validated(posted()), 'commented', 'colleague')).slice(1), ['teller: commented'])
  t.same(told(and(validated(posted()), 'commented', 'teller')).slice(1), [])
  t.same(told(and(validated(posted()), 'due', '')).slice(1), ['teller: due'])
})

t.test('whoever held a claim is told that it was taken over', async (t) => {
  t.same(told(and(posted(), 'claim_taken_over', 'second', { for: 'curators', with: { from: 'curator' } })), ['curator: claim_taken_over'])
})

t.test('"says too much" tells the nearest curators; other flags wait in the queue', async (t) => {
  const flagged = (reason: string) => told(and(validated(posted()), 'flagged', 'colleague', { for: 'curators', with: { reason } })).slice(1)
  t.same(flagged('says_too_much').sort(), ['curator: says_too_much', 'plain-curator: says_too_much', 'second: says_too_much'])
  t.same(flagged('wrong'), [])
})

t.test('the curator who offered or returned hears the answer', async (t) => {
  const offered = and(validated(posted()), 'widening_offered', 'curator', { for: 'curators' })
  t.ok(told(offered).includes('teller: widening_offered'))
  t.ok(told(and(offered, 'widening_agreed', 'teller')).includes('curator: widening_agreed'))
  const returned = and(posted(), 'returned', 'second', { for: 'curators' })
  t.ok(told(and(returned, 'resubmitted', 'teller')).includes('second: resubmitted'))
})

t.test('somebody who may not read the note any more is told nothing of it', async (t) => {
  const claimed = and(posted(), 'claim_taken_over', 'second', { for: 'curators', with: { from: 'curator' } })
  const changed = (who: string, more: object) => new Directory(PEOPLE.map((one) => (one.id === who ? { ...one, ...more } : one)), [...DIRECTORY.departments.values()], [...DIRECTORY.teams.values()])
  t.same(told(claimed, changed('curator', { roles: ['employee'] })), [])
  t.same(told(claimed, changed('curator', { active: false })), [])
  const restricted: Note = { ...claimed, rights: { ...claimed.rights, level: 'restricted', stewards: ['p:second', 'p:other-curator'] } }
  t.same(told(restricted), [], 'not named as its curator')
})

t.test('a notice holds no word of the note', async (t) => {
  const note = and(validated(posted('teller', { title: 'Qwertyuiop', body: 'Asdfghjkl', })), 'reused', 'colleague', { with: { outcome: 'helped' } })
  t.notMatch(JSON.stringify(noticesOfNote(note, { people: DIRECTORY, restricted: [] }, TODAY)), /Qwertyuiop|Asdfghjkl/)
})

const notice = (n: number): Notice => ({
  id: `n/${n}/reused`, at: new Date(Date.parse(NOW) + n * 1000).toISOString(), kind: 'reused', about: { kind: 'note', id: 'n' }, by: 'x', with: {}, readAt: null,
})

t.test('telling the same twice adds nothing, and leaves what was read as read', async (t) => {
  const once = withNotices(noNotices('p'), [notice(1), notice(2)])
  t.equal(unreadIn(once), 2)
  const read = markedRead(once, [notice(1).id], LATER)
  t.equal(withNotices(read, [notice(1), notice(2)]), read)
  t.equal(unreadIn(read), 1)
  t.equal(unreadIn(markedRead(read, null, LATER)), 0)
  t.equal(markedRead(read, ['other'], LATER), read)
})

t.test('the last five hundred are kept, and an old one that fell away does not come back as new', async (t) => {
  const all = Array.from({ length: NOTICES_KEPT + 20 }, (_, i) => notice(i))
  const kept = withNotices(noNotices('p'), all)
  t.equal(kept.notices.length, NOTICES_KEPT)
  t.equal(kept.notices[0]?.id, notice(20).id)
  t.equal(withNotices(kept, all), kept)
})
