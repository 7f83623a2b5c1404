import t from 'tap'
import { openBank } from './bank.js'

const bank = await openBank(t)
const han = await bank.signIn('han.bing')
const at = '/admin/departments'

t.test('a refused form of a department or team comes back open, as it was filled in, and says what is wrong beside the field', async (t) => {
  const [root] = [...bank.house.people.directory().departments.values()].filter(({ parent }) => parent === null)
  const team = await han.post('/admin/teams', { name: 'Harbour desk', nameZh: '港口组', department: root?.id ?? '', email: 'not an address' }, { from: at })
  t.equal(team.status, 422)
  t.match(team.body, /<details class="fold" open>.*value="Harbour desk".*value="港口组"/s)
  t.match(team.body, /id="team-email"[^>]*value="not an address"[^>]*aria-invalid="true"/)
  t.match(team.body, 'href="#team-email"', 'and the list above leads there')
  t.notOk([...bank.house.people.directory().teams.values()].some(({ name }) => name === 'Harbour desk'))

  const department = bank.house.people.directory().department(bank.person('li.na').department)
  const parent = bank.house.people.directory().department('corporate')?.id ?? ''
  const refused = await han.post(at, { id: department?.id ?? '', name: '', nameZh: '新的名字', parent }, { from: at })
  t.equal(refused.status, 422)
  t.match(refused.body, new RegExp(`<details class="fold" id="edit" open>.*id="department-name-${department?.id}"[^>]*aria-invalid="true".*value="新的名字".*<option value="${parent}" selected>`, 's'))
  t.equal(refused.body.match(/value="新的名字"/g)?.length, 1, 'in that form alone')
  t.same(bank.house.people.directory().department(department?.id ?? ''), department)
})

t.test('departments and teams are found by their names in both languages, and stand as one counts', async (t) => {
  for (const n of [10, 2, 1]) await han.post(at, { name: `Quay branch ${n}`, nameZh: `码头支行${n}`, parent: 'corporate' }, { from: at })
  await han.post('/admin/teams', { name: 'Quay lenders', nameZh: '码头信贷组', department: 'corporate', email: '' }, { from: at })
  const listed = (body: string): string[] => [...body.matchAll(/<span class="fold-name">([^<]*)<\/span>/g)].map(([, label]) => label ?? '')
  for (const q of ['quay', '码头']) {
    const found = listed((await han.get(`${at}?q=${encodeURIComponent(q)}`)).body)
    t.match(found.map((label) => label.replace(/^.* › /, '')), [/1$/, /2$/, /10$/, /lenders|信贷组/])
    t.equal(found.length, 4)
  }
  t.equal(listed((await han.get(`${at}?q=branch+quay+10`)).body).length, 1, 'words in any order')
  const none = await han.get(`${at}?q=nowhere-at-all`)
  t.equal(listed(none.body).length, 0)
  t.match(none.text, /没有叫这个名字的部门|No department is called so/)
  t.match(none.body, 'value="nowhere-at-all"')
})
