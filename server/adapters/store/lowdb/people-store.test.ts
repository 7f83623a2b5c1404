import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Person } from '../../../domain/people/person.js'
import { openCredentials } from './credential-store.js'
import { DataFolder } from './data-folder.js'
import { openPeople } from './people-store.js'
import { openSessions } from './session-store.js'

const LI: Person = {
  id: 'li', login: 'li.na', name: 'Li Na', email: 'li@bank.example', title: '', department: 'head', teams: [], roles: ['employee'], domain: [], clearance: 'internal',
  language: 'en', active: true, absence: null, nameEn: '', settings: { shortcuts: true, theme: 'auto' },
}
const HEAD = { id: 'head', name: 'Head', nameZh: '总行', parent: null }
const NOW = '2026-03-03T01:00:00.000Z'
const SESSION = { person: 'li', rights: 1, password: 0, startedAt: NOW, until: '2026-03-03T11:00:00.000Z', agent: 'x', address: '127.0.0.1' }

async function open(root: string): Promise<DataFolder> {
  return DataFolder.open({ root, clock: () => NOW, reserveBytes: 4_096 })
}

t.test('people are there after a restart, and the directory is the one of now', async (t) => {
  const root = t.testdir()
  const data = await open(root)
  const people = await openPeople(data)
  t.equal(people.directory().persons.size, 0)
  const changed = await people.change(() => ({ persons: [LI], departments: [HEAD], teams: [] }))
  t.equal(changed.personByLogin(' LI.NA '), people.directory().person('li'))
  await data.close()
  const again = await open(root)
  t.equal((await openPeople(again)).directory().person('li')?.name, 'Li Na')
  await again.close()
})

t.test('people kept by an earlier release are there, without a second name', async (t) => {
  const { nameEn: _, ...li } = LI
  const schema1 = { schema: 1, persons: [{ ...li, name: '李娜' }], departments: [HEAD], teams: [], rights: { li: 3 } }
  const root = t.testdir()
  const before = await open(root)
  await before.close()
  writeFileSync(join(root, 'people.json'), JSON.stringify(schema1))
  const data = await open(root)
  const people = await openPeople(data)
  t.same(people.directory().person('li'), { ...LI, name: '李娜', nameEn: '' })
  t.equal(people.rightsEpoch('li'), 3)
  await people.change((roster) => ({ ...roster, persons: roster.persons.map((person) => ({ ...person, nameEn: 'Li Na' })) }))
  await data.close()
  const again = await open(root)
  t.equal((await openPeople(again)).directory().person('li')?.nameEn, 'Li Na')
  await again.close()
})

t.test('changes made at the same time all count', async (t) => {
  const data = await open(t.testdir())
  const people = await openPeople(data)
  await Promise.all(
    Array.from({ length: 20 }, (_, i) => people.change((now) => ({ ...now, persons: [...now.persons, { ...LI, id: `p${i}`, login: `p${i}` }] }))),
  )
  t.equal(people.directory().persons.size, 20)
  await data.close()
})

t.test('what must be written first and cannot be keeps people as they are', async (t) => {
  const root = t.testdir()
  const data = await open(root)
  const people = await openPeople(data)
  await people.change(() => ({ persons: [LI], departments: [HEAD], teams: [] }))
  const seen: unknown[] = []
  const raise = (firstly: () => Promise<void>) => people.change((now) => ({ ...now, persons: now.persons.map((one) => ({ ...one, clearance: 'restricted' as const })) }), async (before, after) => {
    seen.push([before.persons[0]?.clearance, after.persons[0]?.clearance, people.directory().person('li')?.clearance])
    await firstly()
  })
  await t.rejects(raise(() => Promise.reject(new Error('no record'))), /no record/)
  t.equal(people.directory().person('li')?.clearance, 'internal')
  t.equal(people.rightsEpoch('li'), 1)
  t.notMatch(readFileSync(join(root, 'people.json'), 'utf8'), 'restricted')
  await raise(async () => {})
  t.equal(people.directory().person('li')?.clearance, 'restricted')
  await people.change((now) => now, () => { throw new Error('asked for nothing') })
  t.same(seen, [['internal', 'restricted', 'internal'], ['internal', 'restricted', 'internal']], 'asked before it is so')
  await data.close()
})

t.test('each change of rights is counted, whoever makes it, and no other change is', async (t) => {
  const root = t.testdir()
  const data = await open(root)
  const people = await openPeople(data)
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
  await data.close()
  const again = await open(root)
  t.equal((await openPeople(again)).rightsEpoch('li'), start + 4)
  await again.close()
})

t.test('a change that is refused leaves everybody as they were', async (t) => {
  const data = await open(t.testdir())
  const people = await openPeople(data)
  await t.rejects(people.change(() => { throw new Error('no') }))
  t.equal(people.directory().persons.size, 0)
  await data.close()
})

t.test('passwords stand apart from people', async (t) => {
  const root = t.testdir()
  const data = await open(root)
  const people = await openPeople(data)
  const credentials = await openCredentials(data)
  await people.change(() => ({ persons: [LI], departments: [HEAD], teams: [] }))
  t.equal((await credentials.of('li')).hash, null)
  await credentials.change('li', (it) => ({ ...it, hash: '$argon2id$canary', link: { digest: 'd', until: NOW } }))
  t.equal((await credentials.byLink('d'))?.person, 'li')
  t.equal(await credentials.byLink('other'), undefined)
  t.match(readFileSync(join(root, 'credentials.json'), 'utf8'), 'canary')
  t.notMatch(readFileSync(join(root, 'people.json'), 'utf8'), 'canary')
  await data.close()
})

t.test('a session is one document until it ends, and the day ends it even while nobody looks', async (t) => {
  const root = t.testdir()
  const data = await open(root)
  const sessions = await openSessions(data, NOW)
  await sessions.keep('id-1', SESSION)
  await sessions.keep('id-2', { ...SESSION, until: '2026-03-03T02:00:00.000Z' })
  await sessions.keep('id-3', { ...SESSION, person: 'wang' })
  t.equal(sessions.find('id-1')?.person, 'li')
  t.equal(sessions.find('id-9'), undefined)
  t.equal(sessions.openOf('li').length, 2)
  sessions.seen('id-1', '2026-03-03T01:30:00.000Z')
  t.ok(sessions.openOf('li').some(({ seenAt }) => seenAt === '2026-03-03T01:30:00.000Z'))
  await data.close()

  const later = await open(root)
  const again = await openSessions(later, '2026-03-03T05:00:00.000Z')
  t.ok(again.find('id-1'))
  t.equal(again.find('id-2'), undefined, 'its day was over')
  t.equal(await again.endOf('li', 'id-1'), 0)
  t.equal(await again.endOf('li'), 1)
  t.equal(again.find('id-1'), undefined)
  t.ok(again.find('id-3'))
  t.equal(await again.sweep('2026-03-03T11:00:00.000Z'), 1)
  t.equal(again.find('id-3'), undefined)
  await later.close()
  t.ok(statSync(join(root, 'sessions')).isDirectory())
})
