import fc from 'fast-check'
import t from 'tap'
import type { Clause } from '../../../domain/policy/access.js'
import { sees } from '../../../domain/policy/sees.js'
import { aVisible, anAccess } from '../contract/law.js'
import { depth, entry } from '../contract/subject.js'
import { Columns } from './columns.js'
import { APART, SEEN, UNSEEN, compileLaw } from './law.js'

t.test('the law compiled to columns judges every pair of viewer and thing as the law itself', async (t) => {
  const tally = new Map<number, number>()
  fc.assert(
    fc.property(fc.array(anAccess, { minLength: 10, maxLength: 10 }), aVisible, (all, visible) => {
      const columns = new Columns()
      all.forEach((access, i) => columns.set(i + 1, { ...entry(`n${i}`, ''), access, length: 0 }))
      const law = compileLaw(visible, columns)
      return all.every((access, i) => {
        const seeing = law(i + 1)
        tally.set(seeing, (tally.get(seeing) ?? 0) + 1)
        const hidden = access.customers.some((customer) => visible.hide.includes(customer))
        const apart = sees({ ...visible, any: [] }, access) && hidden
        return (seeing !== UNSEEN) === sees(visible, access) && (seeing === APART) === apart
      })
    }),
    { numRuns: depth(1_000, 10_000), verbose: 1 },
  )
  for (const seeing of [UNSEEN, SEEN, APART]) t.ok((tally.get(seeing) ?? 0) > 20, `premise: ${tally.get(seeing)} pairs judged ${seeing}`)
})

t.test('a row that was given to another entry is judged by the new one alone', async (t) => {
  const columns = new Columns()
  columns.set(1, { ...entry('old', '', { access: { reach: 'all', named: ['p:me', 't:east'], customers: ['c1', 'c2'] } }), length: 0 })
  columns.drop(1)
  t.equal(columns.rowFor('new'), 1, 'premise: the place is used again')
  columns.set(1, { ...entry('new', '', { access: { reach: 'self' } }), length: 0 })
  const law = compileLaw({ own: [], any: [{ reach: ['all'] }, { named: ['p:me'] }], hide: [] }, columns)
  t.equal(law(1), UNSEEN)
})

t.test('a clause without a field, without a value or with an unknown field is refused', async (t) => {
  for (const clause of [{}, { author: [] }, { mood: ['all'] }]) {
    t.throws(() => compileLaw({ own: [], any: [clause as unknown as Clause], hide: [] }, new Columns()))
  }
  t.throws(() => compileLaw({ own: [], any: [] } as never, new Columns()), 'and so is a law that forgets what to hide')
})
