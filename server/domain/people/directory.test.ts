import t from 'tap'
import { Directory } from './directory.js'
import type { Department, Person } from './person.js'

const TODAY = '2026-11-22'
const ROLES: readonly Person['roles'][] = [['employee'], ['employee', 'curator'], ['employee', 'admin']]

t.test('who decides on a department is found as by asking everybody one after the other, deputies and broken trees too', async (t) => {
  let [deputies, nobody] = [0, 0]
  for (let seed = 1; seed <= 200; seed++) {
    const { persons, departments } = bankOf(seed)
    const directory = new Directory(persons, departments, [])
    for (const { id } of departments) {
      const found = directory.curatorsOf(id, TODAY)
      t.same(found.map((one) => one.id), persons.filter((one) => one.active && domainAskingEverybody(one, persons, directory).includes(id)).map((one) => one.id), `seed ${seed}, ${id}`)
      deputies += found.filter(({ roles }) => !roles.includes('curator')).length
      nobody += found.length === 0 ? 1 : 0
    }
    for (const one of persons) t.same(directory.domainOf(one, TODAY), domainAskingEverybody(one, persons, directory), `seed ${seed}, ${one.id}`)
  }
  t.ok(deputies > 0 && nobody > 0, 'somebody stood in for somebody, and some departments had nobody')
})

/** PRODUCT.md §2, cover, word for word. */
function domainAskingEverybody(person: Person, persons: readonly Person[], directory: Directory): readonly string[] {
  const roots = person.roles.includes('curator') ? [...person.domain] : []
  for (const { absence, active, roles, domain } of persons) {
    if (absence?.deputy === person.id && active && roles.includes('curator') && absence.from <= TODAY && TODAY <= absence.until) roots.push(...domain)
  }
  return directory.within(roots)
}

function bankOf(seed: number): { readonly persons: readonly Person[]; readonly departments: readonly Department[] } {
  let state = seed
  const below = (n: number) => (state = (state * 48_271) % 2_147_483_647) % n
  // Now and then a department stands below itself, or below one there is not.
  const departments = Array.from({ length: 7 }, (_, n): Department => ({ id: `d${n}`, name: `D${n}`, nameZh: `部${n}`, parent: n === 0 ? null : `d${below(9)}` }))
  const persons = Array.from({ length: 9 }, (_, n): Person => ({
    id: `p${n}`, login: `p${n}`, name: `P${n}`, nameEn: '', email: `p${n}@bank.example`, title: '', department: `d${below(7)}`, teams: [], roles: ROLES[below(3)] ?? [],
    domain: Array.from({ length: below(3) }, () => `d${below(8)}`), clearance: 'internal', language: 'en', active: below(5) > 0,
    absence: below(2) === 0 ? null : { from: `2026-11-2${below(5)}`, until: `2026-11-2${below(5)}`, deputy: `p${below(10)}` }, settings: { shortcuts: true, theme: 'auto' },
  }))
  return { persons, departments }
}
