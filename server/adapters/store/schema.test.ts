import t from 'tap'
import fc from 'fast-check'
import { decode, encode, settled, type Schema } from './schema.js'
import { StoreDamaged } from './store-errors.js'

interface Kept {
  readonly of: Readonly<Record<string, { readonly places: readonly string[]; readonly seat?: number }>>
  readonly list: readonly { readonly name: string }[]
}
const SCHEMA: Schema<Kept> = {
  now: 1,
  check: (stored) => {
    if (!Array.isArray(stored['list'])) throw new Error('no list')
    return stored as unknown as Kept
  },
}
const read = <T extends object>(schema: Schema<T>, document: T): T => decode(schema, encode(schema, document), 'file')
const BEFORE = read(SCHEMA, { of: { ada: { places: ['a'] }, li: { places: [] } }, list: [{ name: 'one' }, { name: 'two' }] })

t.test('what did not change is the very same object, what did is a copy that nobody can change', async (t) => {
  const mine = { places: ['b'] }
  const after = settled(SCHEMA, { ...BEFORE, of: { ...BEFORE.of, ada: mine } }, BEFORE, 'file')
  t.same(after, { of: { ada: { places: ['b'] }, li: { places: [] } }, list: BEFORE.list })
  t.equal(after.of['li'], BEFORE.of['li'])
  t.equal(after.list, BEFORE.list)
  mine.places.push('c')
  t.same(after.of['ada']?.places, ['b'])
  for (const part of [after, after.of, after.of['ada'], after.of['ada']?.places]) t.ok(Object.isFrozen(part))
  const longer = settled(SCHEMA, { ...after, list: [{ name: 'zero' }, ...after.list] }, after, 'file')
  t.equal(longer.list[2], BEFORE.list[1], 'also when it stands at another place')
  t.ok(Object.isFrozen(longer.list) && Object.isFrozen(longer.list[0]))
})

t.test('what could not be read back is refused', async (t) => {
  t.throws(() => settled(SCHEMA, { ...BEFORE, list: undefined } as unknown as Kept, BEFORE, 'file'), StoreDamaged)
})

t.test('whatever is changed, it is what would be read from the disk', async (t) => {
  const any: Schema<object> = { now: 3 }
  const part = fc.oneof(fc.jsonValue(), fc.constant(undefined), fc.constant(Number.NaN), fc.array(fc.option(fc.jsonValue(), { nil: undefined })))
  const documents = fc.dictionary(fc.string(), part)
  fc.assert(fc.property(documents, documents, (first, change) => {
    const before = read(any, first)
    const next = { ...before, ...change }
    t.strictSame(settled(any, next, before, 'file'), read(any, next))
  }), { numRuns: 300 })
})
