import fc from 'fast-check'
import t, { type Test } from 'tap'
import { LIST_FIELDS, NOTHING, SINGLE_FIELDS, type Access, type Party, type Values, type Visible } from '../../../domain/policy/access.js'
import { sees } from '../../../domain/policy/sees.js'
import { anAccess, lawSamples } from '../contract/law-samples.js'
import { depth } from '../lowdb/scratch-store.js'
import { Database } from './database.js'
import { piece } from './pieces.js'
import { scratchServer } from './scratch-postgres.js'
import { visibleSql } from './visible-sql.js'

/** Few values, so that they meet; and such as a person could type to break out of a query. */
const people = fc.constantFrom('ann', "o'neil", 'x" OR 1=1 --', '%', '', '招商', '\u0000', '{"a"}', '\ud83d\ude00', '\ud800', 'NULL', '\\', ',')
const { access, clause } = lawSamples(people)
const hide = fc.oneof(fc.array(people, { maxLength: 4 }), fc.array(people, { maxLength: 2 }).map((few) => [...few, ...Array.from({ length: 30 }, (_, n) => `hidden-${n}`)]))
const visible: fc.Arbitrary<Visible> = fc.record({ own: fc.array(clause, { maxLength: 2 }), any: fc.array(clause, { maxLength: 4 }), hide })

const server = await scratchServer()
const only = typeof server === 'string' ? { skip: server } : {}

t.test('the law as SQL lets through exactly what the law lets through, in PostgreSQL', only, async (t) => {
  const database = await opened(t)
  const seed = Number(process.env['TACIT_SEED'] ?? Date.now() % 2 ** 31)
  t.comment(`seed ${seed}`)
  let letThrough = 0
  await fc.assert(
    fc.asyncProperty(fc.array(access, { minLength: 1, maxLength: 5 }), visible, async (accesses, visible) => {
      const expected = accesses.flatMap((one, at) => (sees(visible, one) ? [at] : []))
      letThrough += expected.length
      return JSON.stringify(await seen(database, accesses, visible)) === JSON.stringify(expected)
    }),
    { numRuns: depth(1_000, 10_000), seed },
  )
  t.ok(letThrough > 100, `the pairs are not all refused (${letThrough} let through)`)
})

t.test('nobody sees anything through no clause at all, in PostgreSQL', only, async (t) => {
  const database = await opened(t)
  t.equal(visibleSql(NOTHING).sql, 'FALSE')
  t.same(await seen(database, [anAccess({})], NOTHING), [])
  t.same(await seen(database, [anAccess({})], { own: [], any: [], hide: ['nobody'] }), [])
})

t.test('a clause that could mean everything is refused before it reaches PostgreSQL', async (t) => {
  const bad = (clause: unknown) => ({ own: [], any: [clause], hide: [] }) as unknown as Visible
  t.throws(() => visibleSql(bad({})), /must name a field/)
  t.throws(() => visibleSql(bad({ reach: [] })), /no value/)
  t.throws(() => visibleSql(bad({ rech: ['all'] })), /unknown field/)
  t.throws(() => visibleSql({ own: [], any: [] } as unknown as Visible), /hide is required/)
})

t.test('somebody in 500 teams, with 10 000 hidden customers and 5 000 notes that name them, sees in PostgreSQL what the law says', only, async (t) => {
  const database = await opened(t)
  const teams = Array.from({ length: 500 }, (_, n): Party => `t:team-${n}`)
  const accesses = Array.from({ length: 6_000 }, (_, n) => anAccess({
    named: n < 5_000 ? ['p:ann'] : [],
    customers: n % 2 === 0 ? [] : [`customer-${n * 2}`],
    reach: n >= 5_000 && n % 3 === 0 ? `t:team-${n % 700}` : 'self',
  }))
  const visible: Visible = {
    own: [{ author: ['ann'] }],
    any: [{ named: ['p:ann', ...teams], level: ['internal'] }, { reach: ['all', ...teams] as unknown as Values, level: ['internal'] }],
    hide: Array.from({ length: 10_000 }, (_, n) => `customer-${n}`),
  }
  const expected = accesses.flatMap((one, at) => (sees(visible, one) ? [at] : []))
  t.ok(expected.length > 2_000 && expected.length < 6_000, `${expected.length} of 6000`)
  t.same(await seen(database, accesses, visible), expected)
})

t.test('every field of the law is in the table of faces', only, async (t) => {
  const database = await opened(t)
  const mine = anAccess({ author: 'a', named: ['p:n'], reach: 'all', desk: 'd', stewards: ['p:s'], level: 'restricted' })
  for (const field of [...SINGLE_FIELDS, ...LIST_FIELDS]) {
    const value = [mine[field]].flat()[0] as string
    t.same(await seen(database, [mine], { own: [], any: [{ [field]: [value] }], hide: [] }), [0], field)
    t.same(await seen(database, [mine], { own: [], any: [{ [field]: ['other'] }], hide: [] }), [], `another ${field}`)
  }
})

/** Which of the faces the predicate lets through, in a transaction that leaves nothing behind. */
async function seen(database: Database, accesses: readonly Access[], visible: Visible): Promise<readonly number[]> {
  const { value } = await database.transaction(async (tx) => {
    for (const [at, one] of accesses.entries()) {
      await tx.rows(piece(
        `WITH t AS (INSERT INTO thing (id, kind, version, seq, doc) VALUES (?, 'note', 1, 1, '{}') RETURNING id)
          INSERT INTO face (thing, kind, face, author, reach, desk, level, named, stewards, customers, tags, called, value, reused, item_urgent, item_flagged)
          SELECT id, 'note', 'published', ?, ?, ?, ?, ?::text[], ?::text[], ?::text[], '{}', '{}', 0, 0, 0, 0 FROM t`,
        String(at).padStart(6, '0'), one.author, one.reach, one.desk, one.level, one.named, one.stewards, one.customers,
      ))
    }
    const { sql, params } = visibleSql(visible)
    const rows = await tx.rows<{ thing: string }>(piece(`SELECT f.thing FROM face f WHERE ${sql} ORDER BY f.thing`, ...params))
    tx.drop()
    return rows.map(({ thing }) => Number(thing))
  })
  return value
}

async function opened(t: Test): Promise<Database> {
  if (typeof server === 'string') throw new Error(server)
  const database = Database.open({ url: await server.fresh() })
  t.teardown(() => database.close())
  return database
}
