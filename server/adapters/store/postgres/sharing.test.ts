import t from 'tap'
import { read, written } from './documents.js'
import { sharing } from './sharing.js'

interface Clerk {
  readonly name: string
  readonly desk: { readonly floor: string; readonly seats: readonly string[] }
  readonly roles: readonly string[]
}
const clerk = (n: number): Clerk => ({ name: `clerk ${n}`, desk: { floor: `floor ${n % 3}`, seats: [`a${n % 2}`] }, roles: ['employee', 'curator'] })

t.test('what many documents say alike is one object in memory, and each still says what it said', async (t) => {
  const schema = sharing<Clerk>({ now: 1 })
  const clerks = Array.from({ length: 12 }, (_, n) => read(schema, written(schema, clerk(n)), `clerk ${n}`))
  t.same(clerks, clerks.map((_, n) => clerk(n)))
  t.equal(clerks[0]?.roles, clerks[7]?.roles)
  t.equal(clerks[0]?.desk, clerks[6]?.desk)
  t.not(clerks[0]?.desk, clerks[1]?.desk)
  t.equal(clerks[0]?.desk.seats, clerks[4]?.desk.seats)
  t.throws(() => (clerks[3]?.roles as string[]).push('admin'), TypeError, 'nobody changes it for all')
})

t.test('documents that are alike altogether are one, and lists are no texts', async (t) => {
  const schema = sharing<{ readonly count: number; readonly of?: unknown }>({ now: 1, check: (stored) => ({ count: Number(stored['count']), ...('of' in stored && { of: stored['of'] }) }) })
  const [one, other, list, text] = ['{"schema":1,"count":1}', '{"schema":1,"count":"1"}', '{"schema":1,"count":1,"of":["a"]}', '{"schema":1,"count":1,"of":"[\\"a\\"]"}'].map((json) => read(schema, json, 'x'))
  t.equal(one, other)
  t.same(list, { count: 1, of: ['a'] })
  t.same(text, { count: 1, of: '["a"]' })
})

t.test('a field of which every document says something else is given up, and read all the same', async (t) => {
  const schema = sharing<Clerk>({ now: 1 })
  const last = 9_000
  let found: Clerk | undefined
  for (let n = 0; n <= last; n += 1) found = read(schema, written(schema, { ...clerk(n), desk: { floor: `${n}`, seats: [`${n}`] } }), 'x')
  t.same(found, { ...clerk(last), desk: { floor: `${last}`, seats: [`${last}`] } })
})
