import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Person } from '../../../domain/people/person.js'
import { openCredentials } from './credential-store.js'
import { DataFolder } from './data-folder.js'
import { openPeople } from './people-store.js'

const LI: Person = {
  id: 'li', login: 'li.na', name: 'Li Na', email: 'li@bank.example', title: '', department: 'head', teams: [], roles: ['employee'], domain: [], clearance: 'internal',
  language: 'en', active: true, absence: null, nameEn: '', settings: { shortcuts: true, theme: 'auto' },
}
const HEAD = { id: 'head', name: 'Head', nameZh: '总行', parent: null }
const NOW = '2026-03-03T01:00:00.000Z'

async function open(root: string): Promise<DataFolder> {
  return DataFolder.open({ root, clock: () => NOW, reserveBytes: 4_096 })
}

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

