import t from 'tap'
import { openBank } from './bank.js'
import type { Browser, Fields } from './browser.js'

const bank = await openBank(t)
const RATED: Fields = { correctness: '2', reliability: 'B', value: '4', ease: '3', topic: 'pricing', verb: 'accept' }

async function post(who: Browser, fields: Fields): Promise<string> {
  const answer = await who.submit((await who.get('/notes/new')).form('/notes'), fields)
  if (answer.status !== 303) throw new Error(`posting answered ${answer.status}: ${answer.text.slice(0, 400)}`)
  return answer.location.split('/')[2] as string
}

async function decide(who: Browser, id: string, fields: Fields): Promise<void> {
  const answer = await who.submit((await who.get(`/queue/${id}`)).form(`/notes/${id}/decision`), fields)
  if (answer.status !== 303) throw new Error(`deciding answered ${answer.status}: ${answer.text.slice(0, 600)}`)
  await bank.house.caughtUp()
}

const unread = (body: string) => /class="tally new" aria-hidden="true">(\d+)</.exec(body)?.[1] ?? '0'

t.test('an author is told that her note was returned and why, opens it from there, and it counts as read', async (t) => {
  const [li, zhao] = [await bank.signIn('li.na'), await bank.signIn('zhao.min')]
  const id = await post(li, { title: 'Why the Chens left', body: 'Nobody called before the rate reset.' })
  await decide(zhao, id, { ...RATED, verb: 'return', returnCode: 'needs_source', returnText: 'Who said so?' })
  const page = await li.get('/notices')
  t.equal(page.status, 200)
  t.match(page.text, /Zhao Min returned your note: .* Why the Chens left/)
  t.equal(unread(page.body), '1')
  t.equal((await li.get('/notices')).body.includes('is-unread'), true, 'looking at the list marks nothing')
  const answer = await li.submit(page.form('/notices/reads'))
  t.equal(answer.location, '/notices', 'the first form is "mark all"')
  t.equal(unread((await li.get('/notices')).body), '0')
})

t.test('following a notice marks that one alone, and leads to the note', async (t) => {
  const [li, zhao] = [await bank.signIn('li.na'), await bank.signIn('zhao.min')]
  const [one, two] = [await post(li, { title: 'One', body: 'First.' }), await post(li, { title: 'Two', body: 'Second.' })]
  await decide(zhao, one, RATED)
  await decide(zhao, two, RATED)
  const told = await bank.house.post.notices.of('li-na')
  const about = told.find((notice) => notice.about.id === two && notice.kind === 'accepted')
  t.ok(about, 'premise: she was told')
  const answer = await li.post('/notices/reads', { notice: about?.id ?? '', open: 'yes' }, { from: '/notices' })
  t.equal(answer.location, `/notes/${two}`)
  const after = await bank.house.post.notices.of('li-na')
  t.same(after.filter(({ readAt }) => readAt === null).map((notice) => notice.about.id).includes(two), false)
  t.ok(after.some((notice) => notice.about.id === one && notice.readAt === null))
  t.match((await li.get('/notices?show=unread')).text, /One/)
  t.notMatch((await li.get('/notices?show=unread')).text, /Two/)
})

t.test('nobody marks or opens what somebody else was told', async (t) => {
  const wang = await bank.signIn('wang.wei')
  const notice = (await bank.house.post.notices.of('li-na')).find(({ readAt }) => readAt === null)
  t.ok(notice, 'premise')
  const answer = await wang.post('/notices/reads', { notice: notice?.id ?? '', open: 'yes' }, { from: '/notices' })
  t.equal(answer.location, '/notices', 'it leads nowhere')
  t.equal((await bank.house.post.notices.of('li-na')).find(({ id }) => id === notice?.id)?.readAt, null)
  t.equal((await (await bank.signIn('li.na')).post('/notices/reads', { notice: '' }, { token: 'foreign' })).status, 403)
})

t.test('a notice about a note that one may not read any more says nothing of it', async (t) => {
  const [li, zhao, wang] = [await bank.signIn('li.na'), await bank.signIn('zhao.min'), await bank.signIn('wang.wei')]
  const id = await post(li, { title: 'Quillwort account', body: 'She calls it that.' })
  await wang.post(`/notes/${id}/flags`, { reason: 'says_too_much', text: '' }, { from: `/notes/${id}` })
  await bank.house.caughtUp()
  t.match((await zhao.get('/notices')).text, /王伟 thinks that this note says too much .*Quillwort account/)
  await bank.house.people.change((roster) => ({ ...roster, persons: roster.persons.map((p) => (p.id === 'zhao-min' ? { ...p, roles: ['employee'], domain: [] } : p)) }))
  const demoted = await bank.signIn('zhao.min')
  const page = await demoted.get('/notices')
  t.notMatch(page.body, /Quillwort|says too much/)
  t.notMatch(page.body, new RegExp(id.replaceAll('-', '\\-') + '"'), 'and leads nowhere')
  t.match(page.text, /Something happened to a note that you cannot read any more/)
  await bank.house.people.change((roster) => ({ ...roster, persons: roster.persons.map((p) => (p.id === 'zhao-min' ? { ...p, roles: ['employee', 'curator'], domain: ['retail'] } : p)) }))
})

t.test('a sensitive title among the notices is a read, and on record', async (t) => {
  const [li, zhao] = [await bank.signIn('chen.mei'), await bank.signIn('zhao.min')]
  const id = await post(li, { title: 'Hushed', body: 'Not for everybody.', level: 'confidential' })
  await decide(zhao, id, { ...RATED, verb: 'return', returnCode: 'needs_source', returnText: 'Source?' })
  const reads = async () => (await bank.house.record.page({ who: 'chen-mei', kind: 'note', id, did: ['thing.read'] })).entries.length
  const before = await reads()
  t.match((await li.get('/notices')).text, /Hushed/)
  t.equal(await reads(), before + 1)
})

t.test('every kind of notice has its sentence in both languages', async (t) => {
  const { NOTICE_KINDS } = await import('../domain/community/notice.js')
  const at = bank.clock.now()
  const id = (await bank.house.post.notices.of('li-na'))[0]?.about.id ?? ''
  const values = { before: 'retail', above: 'head', audience: 'team', level: 'internal', code: 'needs_source', outcome: 'helped', department: 'retail', from: 'qian-yu', changes: 'roles,clearance', reason: 'wrong', joined: 3, changed: 2, admins: 1 }
  const abouts: Readonly<Record<string, 'person' | 'channel' | 'import'>> = { rights_changed: 'person', department_moved: 'person', channel_paused: 'channel', staff_imported: 'import' }
  await bank.house.post.notices.add('li-na', [
    ...NOTICE_KINDS.map((kind) => ({ id: `all/${kind}`, at, kind, about: { kind: abouts[kind] ?? ('note' as const), id: kind === 'rights_changed' ? 'li-na' : id }, by: 'zhao-min', with: values, readAt: null })),
    { id: 'all/other-rights', at, kind: 'rights_changed', about: { kind: 'person', id: 'wang-wei' }, by: 'han-bing', with: { changes: 'teams' }, readAt: null },
    { id: 'all/customers', at, kind: 'handed_over', about: { kind: 'person', id: 'jiang-bo' }, by: 'han-bing', with: { count: 2, to: 'li-na' }, readAt: null },
    { id: 'all/customers-other', at, kind: 'handed_over', about: { kind: 'person', id: 'jiang-bo' }, by: 'han-bing', with: { count: 1, to: 'qian-yu' }, readAt: null },
  ])
  const li = await bank.signIn('li.na')
  for (const language of ['en', 'zh'] as const) {
    await li.post('/me/language', { language, next: '/' }, { from: '/me' })
    for (const path of ['/notices', '/notices?page=2']) {
      const page = await li.get(path)
      t.equal(page.status, 200, `${language} ${path}`)
      t.notMatch(page.text, /notices\.kind|\{\w+\}/)
    }
  }
  await li.post('/me/language', { language: 'en', next: '/' }, { from: '/me' })
})

t.test('mail is listed for an administrator, and its words are for the recipient alone', async (t) => {
  const [han, li, wang] = [await bank.signIn('han.bing'), await bank.signIn('li.na'), await bank.signIn('wang.wei')]
  await han.post('/admin/people/li-na/password-link', {}, { from: '/admin/people/li-na' })
  await bank.house.runJobs('outbox')
  const list = await han.get('/admin/mail?q=li.na')
  t.match(list.text, /Password link Li Na li\.na@bank\.example .* Sent/)
  t.notMatch(list.body, /\/password\//, 'no link of anybody\'s')
  const letter = (await bank.house.post.outbox.list({ person: 'li-na', kind: 'password_link', page: 1, size: 1 })).rows[0]
  t.equal(letter?.state, 'sent', 'premise: it went to a file')
  const path = `/mail/${letter?.id}`
  t.equal((await han.get(path)).status, 404)
  t.equal((await wang.get(path)).body, (await wang.get('/mail/01900000-0000-7000-8000-000000000001')).body, 'as if it never was')
  const own = await li.get(path)
  t.equal(own.status, 200)
  t.match(own.body, /href="\/password\/[^"]+"/, 'the link works from here')
  t.match((await li.get('/me/mail')).text, /Password link/)
  t.notMatch((await wang.get('/me/mail')).text, /li\.na@/)
  t.equal((await li.get('/admin/mail')).status, 403)
})
