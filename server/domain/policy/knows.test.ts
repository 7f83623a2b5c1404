import fc from 'fast-check'
import t from 'tap'
import { PEOPLE, principal, viewerOf } from '../../house/oracle/bank.js'
import { PRINCIPALS, TEAMS } from '../../house/oracle/principals.js'
import { knowersOf, readable, type RestrictedCustomer } from './readable.js'

const TODAY = '2026-03-02'
const teams = Object.keys(TEAMS)
const restricted: fc.Arbitrary<RestrictedCustomer[]> = fc.uniqueArray(
  fc.record({
    id: fc.integer({ min: 1, max: 99 }).map((n) => `c${n}`), team: fc.constantFrom(...teams),
    curators: fc.uniqueArray(fc.constantFrom(...PEOPLE.persons.keys()), { maxLength: 3 }),
  }),
  { selector: ({ id }) => id, maxLength: 30 },
)

t.test('by whom somebody knows of restricted customers says the same as the list of those hidden from them', async (t) => {
  let [hidden, known] = [0, 0]
  fc.assert(fc.property(fc.constantFrom(...PRINCIPALS), restricted, ({ name }, restricted) => {
    const visible = readable(viewerOf(principal(name)), { people: PEOPLE, restricted }, TODAY)
    if (visible.own.length + visible.any.length === 0) return
    for (const customer of restricted) {
      const knows = knowersOf(customer).some((party) => visible.knows?.includes(party))
      if (knows === visible.hide.includes(customer.id)) throw new Error(`${name} ${knows ? 'knows' : 'does not know'} of ${JSON.stringify(customer)}`)
      if (knows) known += 1
      else hidden += 1
    }
  }), { numRuns: 2_000 })
  t.ok(hidden > 100 && known > 100, `premise: ${hidden} hidden, ${known} known`)
})

t.test('while the document of a customer is missing, nobody is told by whom they know of others', async (t) => {
  const viewer = viewerOf(principal('relationship-member'))
  const known = { id: 'c1', team: 'relationship', curators: [] }
  t.same(readable(viewer, { people: PEOPLE, restricted: [known] }, TODAY).knows, ['t:relationship'])
  const { hide, knows } = readable(viewer, { people: PEOPLE, restricted: [known, { id: 'c2', team: '', curators: [] }] }, TODAY)
  t.same([hide, knows], [['c2'], undefined])
})
