import type { Test } from 'tap'
import type { Credential } from '../../../domain/people/credential.js'
import type { Person } from '../../../domain/people/person.js'
import type { Session } from '../../../domain/people/session.js'
import type { Token } from '../../../domain/policy/token.js'
import { LATER, NOW, type OpensKept } from './open-kept.js'

const LI: Person = {
  id: 'li', login: 'li.na', name: 'Li Na', email: 'li@bank.example', title: '', department: 'head', teams: [], roles: ['employee'], domain: [], clearance: 'internal',
  language: 'en', active: true, absence: null, nameEn: '', settings: { shortcuts: true, theme: 'auto' },
}
const HEAD = { id: 'head', name: 'Head', nameZh: '总行', parent: null }
const TEAM = { id: 'counter', name: 'Counter', nameZh: '柜面', department: 'head', email: 'counter@bank.example' }
const SESSION: Session = { person: 'li', rights: 1, password: 0, startedAt: NOW, until: '2026-03-04T11:00:00.000Z', agent: 'x', address: '127.0.0.1' }
const token = (n: number, facts: Partial<Token> = {}): Token => ({
  id: `token-${n}`, owner: 'li', name: `script ${n}`, scopes: ['read'], digest: `${n}`.repeat(64), createdAt: `2026-03-04T01:00:0${n}.000Z`, until: '2027-01-01T00:00:00.000Z', revokedAt: null, ...facts,
})

export async function peopleContract(t: Test, open: OpensKept): Promise<void> {
  await t.test('people are there after a restart, and the directory is the one of now', async (t) => {
    const first = await open(t)
    const { people } = first.kept
    t.equal(people.directory().persons.size, 0)
    const changed = await people.change(() => ({ persons: [LI], departments: [HEAD], teams: [TEAM] }))
    t.equal(changed.personByLogin(' LI.NA '), people.directory().person('li'))
    const again = (await first.reopen()).kept.people
    t.same(again.directory().person('li'), LI)
    t.same(again.directory().department('head'), HEAD)
    t.same(again.directory().team('counter'), TEAM)
    await again.change((now) => ({ ...now, persons: [] }))
    t.equal((again.directory()).person('li'), undefined)
    t.same(again.directory().team('counter'), TEAM, 'whatever was not changed stays')
  })

  await t.test('changes made at the same time all count', async (t) => {
    const first = await open(t)
    const { people } = first.kept
    await people.change(() => ({ persons: [], departments: [HEAD], teams: [] }))
    await Promise.all(Array.from({ length: 20 }, (_, i) => people.change((now) => ({ ...now, persons: [...now.persons, { ...LI, id: `p${i}`, login: `p${i}` }] }))))
    t.equal(people.directory().persons.size, 20)
    t.equal((await first.reopen()).kept.people.directory().persons.size, 20)
  })

  await t.test('what must be written first and cannot be keeps people as they are', async (t) => {
    const first = await open(t)
    const { people } = first.kept
    await people.change(() => ({ persons: [LI], departments: [HEAD], teams: [] }))
    const seen: unknown[] = []
    const raise = (firstly: () => Promise<void>) => people.change((now) => ({ ...now, persons: now.persons.map((one) => ({ ...one, clearance: 'restricted' as const })) }), async (before, after) => {
      seen.push([before.persons[0]?.clearance, after.persons[0]?.clearance, people.directory().person('li')?.clearance])
      await firstly()
    })
    await t.rejects(raise(() => Promise.reject(new Error('no record'))), /no record/)
    t.equal(people.directory().person('li')?.clearance, 'internal')
    t.equal(people.rightsEpoch('li'), 1)
    t.equal((await first.reopen()).kept.people.directory().person('li')?.clearance, 'internal')
    t.same(seen, [['internal', 'restricted', 'internal']], 'asked before it is so')
  })

  await t.test('who must be asked first is asked when something changes, and not when nothing does', async (t) => {
    const { people } = (await open(t)).kept
    await people.change(() => ({ persons: [LI], departments: [HEAD], teams: [] }))
    let asked = 0
    await people.change((now) => ({ ...now, persons: now.persons.map((one) => ({ ...one, title: 'Teller' })) }), async () => void asked++)
    t.equal(asked, 1)
    await people.change((now) => now, async () => void asked++)
    t.equal(asked, 1)
    t.equal(people.directory().person('li')?.title, 'Teller')
  })

  await t.test('a change that is refused leaves everybody as they were', async (t) => {
    const { people } = (await open(t)).kept
    await t.rejects(people.change(() => { throw new Error('no') }), /no/)
    t.equal(people.directory().persons.size, 0)
  })

  await t.test('each change of rights is counted, whoever makes it, and no other change is', async (t) => {
    const first = await open(t)
    const { people } = first.kept
    const change = (part: Partial<Person>): Promise<unknown> => people.change((now) => ({ ...now, persons: now.persons.map((one) => ({ ...one, ...part })) }))
    await people.change(() => ({ persons: [LI], departments: [HEAD], teams: [] }))
    const start = people.rightsEpoch('li')
    await change({ language: 'zh' })
    t.equal(people.rightsEpoch('li'), start)
    await change({ clearance: 'confidential' })
    await change({ clearance: 'internal' })
    t.equal(people.rightsEpoch('li'), start + 2, 'there and back again is two changes')
    await people.change((now) => ({ ...now, persons: [] }))
    await people.change((now) => ({ ...now, persons: [LI] }))
    t.equal(people.rightsEpoch('li'), start + 4, 'gone and back is never the old count')
    t.equal((await first.reopen()).kept.people.rightsEpoch('li'), start + 4)
  })

  await t.test('a named change was made when it was written, and not before', async (t) => {
    const first = await open(t)
    const { people } = first.kept
    t.notOk(people.wasMade('import:1'))
    await t.rejects(people.change(() => { throw new Error('no') }, undefined, 'import:1'))
    t.notOk(people.wasMade('import:1'), 'it was refused')
    await people.change(() => ({ persons: [LI], departments: [HEAD], teams: [] }), undefined, 'import:1')
    t.ok(people.wasMade('import:1'))
    const again = (await first.reopen()).kept.people
    t.ok(again.wasMade('import:1'))
    t.notOk(again.wasMade('import:2'))
  })

  await t.test('passwords are kept, counted and found by their link', async (t) => {
    const first = await open(t)
    const { credentials } = first.kept
    t.same(await credentials.of('li'), { person: 'li', hash: null, changes: 0, changedAt: null, link: null })
    const link = { digest: 'd', until: LATER }
    const after = await credentials.change('li', (now) => ({ ...now, hash: '$argon2id$x', changes: now.changes + 1, changedAt: NOW, link }))
    t.equal(after.hash, '$argon2id$x')
    t.equal((await credentials.byLink('d'))?.person, 'li')
    t.equal(await credentials.byLink('other'), undefined)
    await credentials.changeAll(['li', 'wang'], (now) => ({ ...now, changes: now.changes + 1, places: ['here'] }))
    const expected: Credential = { person: 'li', hash: '$argon2id$x', changes: 2, changedAt: NOW, link, places: ['here'] }
    const again = (await first.reopen()).kept.credentials
    t.same(await again.of('li'), expected)
    t.same([again.changes('li'), again.changes('wang'), again.changes('nobody')], [2, 1, 0])
    t.equal((await again.byLink('d'))?.person, 'li')
    await again.change('li', (now) => ({ ...now, link: null }))
    t.equal(await again.byLink('d'), undefined, 'a link that was used opens nothing')
  })

  await t.test('passwords changed at the same time lose no change', async (t) => {
    const { credentials } = (await open(t)).kept
    await Promise.all(Array.from({ length: 20 }, () => credentials.change('li', (now) => ({ ...now, changes: now.changes + 1 }))))
    t.equal((await credentials.of('li')).changes, 20)
  })

  await t.test('a session lives until it is ended or its day is over, and after a restart too', async (t) => {
    const first = await open(t)
    const { sessions } = first.kept
    await sessions.keep('id-1', SESSION)
    await sessions.keep('id-2', { ...SESSION, until: LATER })
    await sessions.keep('id-3', { ...SESSION, person: 'wang' })
    await sessions.keep('id-4', { ...SESSION, until: NOW })
    t.same(sessions.find('id-1'), SESSION)
    t.equal(sessions.find('id-9'), undefined)
    t.equal(sessions.openOf('li').length, 3)
    t.notOk(sessions.openOf('li').some(({ key }) => key.includes('id-1')), 'the id itself is in the cookie alone')
    sessions.seen('id-1', '2026-03-04T01:30:00.000Z')
    t.ok(sessions.openOf('li').some(({ seenAt }) => seenAt === '2026-03-04T01:30:00.000Z'))

    const again = (await first.reopen()).kept.sessions
    t.same(again.find('id-1'), SESSION)
    t.equal(again.find('id-4'), undefined, 'its day was over at the start')
    t.equal(await again.sweep(LATER), 1)
    t.equal(again.find('id-2'), undefined)
    t.equal(await again.endOf('li', 'id-1'), 0)
    await again.keep('id-5', SESSION)
    t.equal(await again.endOf('li', 'id-1'), 1, 'all but the one to keep')
    await again.end('id-3')
    t.same([again.find('id-1'), again.find('id-3'), again.find('id-5')], [SESSION, undefined, undefined])
    t.equal(await again.endOf('li'), 1)
    t.equal(again.find('id-1'), undefined)
  })

  await t.test('ended sessions stay ended after a restart', async (t) => {
    const first = await open(t)
    for (const id of ['id-1', 'id-2']) await first.kept.sessions.keep(id, SESSION)
    await first.kept.sessions.end('id-1')
    const second = await first.reopen()
    t.same([second.kept.sessions.find('id-1'), second.kept.sessions.find('id-2')], [undefined, SESSION])
    await second.kept.sessions.endOf('li')
    t.same((await second.reopen()).kept.sessions.openOf('li'), [])
  })

  await t.test('tokens are their owner\'s, newest first, and one that was revoked stays so', async (t) => {
    const first = await open(t)
    const { tokens } = first.kept
    for (const one of [token(1), token(3), token(2), token(4, { owner: 'wang' })]) await tokens.add(one)
    t.same(tokens.of('li').map(({ id }) => id), ['token-3', 'token-2', 'token-1'])
    t.equal(await tokens.revoke('token-4', 'li', LATER), false, 'of somebody else')
    t.equal(await tokens.revoke('token-2', 'li', LATER), true)
    t.equal(await tokens.revoke('token-2', 'li', NOW), false, 'once')
    t.equal(tokens.usedAt('token-1'), null)
    tokens.used('token-1', NOW)
    t.equal(tokens.usedAt('token-1'), NOW)
    const again = (await first.reopen()).kept.tokens
    t.same(again.byDigest('1'.repeat(64)), token(1))
    t.same(again.byDigest('2'.repeat(64)), token(2, { revokedAt: LATER }))
    t.equal(again.byDigest('9'.repeat(64)), undefined)
    t.same(again.of('wang'), [token(4, { owner: 'wang' })])
  })
}
