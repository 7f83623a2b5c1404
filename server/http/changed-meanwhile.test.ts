import t from 'tap'
import { asShown, merged } from './changed-meanwhile.js'

const shown = { name: 'Li Na', roles: ['curator', 'admin'], level: 'internal' }
const form = { shown: asShown(shown) }

t.test('what only one of two changed is kept from both', async (t) => {
  const typed = { ...shown, roles: ['admin', 'curator'], name: 'Li Na-Mei' }
  const now = { ...shown, level: 'shareable' }
  t.same(merged(typed, now, form), { entry: { ...now, name: 'Li Na-Mei' }, clashes: [] }, 'a list in another order is the same list')
  t.same(merged({ ...typed, roles: ['admin'] }, { ...now, name: 'Li Na-Mei' }, form), { entry: { name: 'Li Na-Mei', roles: ['admin'], level: 'shareable' }, clashes: [] }, 'both the same is no clash')
})

t.test('what both changed is asked about', async (t) => {
  t.same(merged({ ...shown, level: 'confidential' }, { ...shown, level: 'shareable' }, form), { entry: { ...shown, level: 'confidential' }, clashes: ['level'] })
})

t.test('a form that does not say what it showed is taken as it is', async (t) => {
  const typed = { ...shown, level: 'confidential' }
  for (const said of ['', '{', '7', 'null', '[]', '{"__proto__":{"level":"internal"}}']) t.same(merged(typed, { ...shown, level: 'shareable' }, { shown: said }), { entry: typed, clashes: [] }, said)
})
