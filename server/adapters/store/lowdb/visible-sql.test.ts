import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { LIST_FIELDS, NOTHING, SINGLE_FIELDS, type Access, type Party, type Values, type Visible } from '../../../domain/policy/access.js'
import { sees } from '../../../domain/policy/sees.js'
import { anAccess, lawSamples } from '../contract/law-samples.js'
import { Catalog } from './catalog.js'
import { realFiles } from './files.js'
import { depth } from './scratch-store.js'
import { visibleSql } from './visible-sql.js'

/** Few values, so that they meet; and such as a person could type to break out of a query. */
const people = fc.constantFrom('ann', "o'neil", 'x" OR 1=1 --', '%', '', '招商', '\u0000', '["a"]', '\ud83d\ude00')
const { access, clause } = lawSamples(people)
const visible: fc.Arbitrary<Visible> = fc.record({
  own: fc.array(clause, { maxLength: 2 }), any: fc.array(clause, { maxLength: 4 }), hide: fc.array(people, { maxLength: 4 }),
})

t.test('the law as SQL lets through exactly what the law lets through', async (t) => {
  const catalog = await opened(t)
  const seed = Number(process.env['TACIT_SEED'] ?? Date.now() % 2 ** 31)
  t.comment(`seed ${seed}`)
  let let_through = 0
  fc.assert(
    fc.property(fc.array(access, { minLength: 1, maxLength: 5 }), visible, (accesses, visible) => {
      fill(catalog, accesses)
      const expected = accesses.flatMap((one, at) => (sees(visible, one) ? [at] : []))
      let_through += expected.length
      return JSON.stringify(seen(catalog, visible)) === JSON.stringify(expected)
    }),
    { numRuns: depth(1_000, 10_000), seed },
  )
  t.ok(let_through > 100, `the pairs are not all refused (${let_through} let through)`)
})

t.test('nobody sees anything through no clause at all', async (t) => {
  const catalog = await opened(t)
  fill(catalog, [anAccess({})])
  t.equal(visibleSql(NOTHING).sql, '0')
  t.same(seen(catalog, NOTHING), [])
  t.same(seen(catalog, { own: [], any: [], hide: ['nobody'] }), [])
})

t.test('a clause that could mean everything is refused before it reaches the database', async (t) => {
  const bad = (clause: unknown) => ({ own: [], any: [clause], hide: [] }) as unknown as Visible
  t.throws(() => visibleSql(bad({})), /must name a field/)
  t.throws(() => visibleSql(bad({ reach: [] })), /no value/)
  t.throws(() => visibleSql(bad({ rech: ['all'] })), /unknown field/)
  t.throws(() => visibleSql({ own: [], any: [] } as unknown as Visible), /hide is required/)
})

t.test('somebody in 500 teams, with 10 000 hidden customers and 5 000 notes that name them, sees what the law says', async (t) => {
  const catalog = await opened(t)
  const teams = Array.from({ length: 500 }, (_, n): Party => `t:team-${n}`)
  const hidden = Array.from({ length: 10_000 }, (_, n) => `customer-${n}`)
  const accesses = Array.from({ length: 6_000 }, (_, n) => anAccess({
    named: n < 5_000 ? ['p:ann'] : [],
    customers: n % 2 === 0 ? [] : [`customer-${n * 2}`],
    reach: n >= 5_000 && n % 3 === 0 ? `t:team-${n % 700}` : 'self',
  }))
  fill(catalog, accesses)
  const visible: Visible = {
    own: [{ author: ['ann'] }],
    any: [{ named: ['p:ann', ...teams], level: ['internal'] }, { reach: ['all', ...teams] as unknown as Values, level: ['internal'] }],
    hide: hidden,
  }
  const expected = accesses.flatMap((one, at) => (sees(visible, one) ? [at] : []))
  t.ok(expected.length > 2_000 && expected.length < 6_000, `${expected.length} of 6000`)
  t.same(seen(catalog, visible), expected)
})

t.test('every field of the law is in the tables', async (t) => {
  const catalog = await opened(t)
  const mine = anAccess({ author: 'a', named: ['p:n'], reach: 'all', desk: 'd', stewards: ['p:s'], level: 'restricted' })
  fill(catalog, [mine])
  for (const field of [...SINGLE_FIELDS, ...LIST_FIELDS]) {
    const value = [mine[field]].flat()[0] as string
    t.same(seen(catalog, { own: [], any: [{ [field]: [value] }], hide: [] }), [0], field)
    t.same(seen(catalog, { own: [], any: [{ [field]: ['other'] }], hide: [] }), [], `another ${field}`)
  }
})

function fill(catalog: Catalog, accesses: readonly Access[]): void {
  catalog.forget(catalog.all<{ id: string }>({ sql: 'SELECT id FROM thing', params: [] }).map(({ id }) => id), 'note')
  catalog.put(accesses.map((access, at) => ({
    id: String(at).padStart(6, '0'), kind: 'note', version: 1, seq: 1, accessSeq: 0, bytes: 1, modified: 1,
    faces: [{ face: 'published', access, columns: {} }],
  })))
}

function seen(catalog: Catalog, visible: Visible): number[] {
  const { sql, params } = visibleSql(visible)
  return catalog.all<{ thing: string }>({ sql: `SELECT f.thing AS thing FROM face f WHERE ${sql} ORDER BY f.thing`, params }).map(({ thing }) => Number(thing))
}

async function opened(t: Test): Promise<Catalog> {
  const folder = await mkdtemp(join(tmpdir(), 'tacit-law-'))
  const catalog = await Catalog.open(realFiles, join(folder, 'catalog.sqlite'), { boot: null })
  t.teardown(async () => {
    catalog.close()
    await rm(folder, { recursive: true })
  })
  return catalog
}
