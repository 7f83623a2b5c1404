import fc from 'fast-check'
import t from 'tap'
import type { Clause } from '../../../domain/policy/access.js'
import { sees } from '../../../domain/policy/sees.js'
import { aVisible, anAccess } from '../contract/law.js'
import { depth, entry } from '../contract/subject.js'
import { documentOf } from './document.js'
import { encodeShort, encodeValue } from './encode.js'
import { compileLaw, compileMeiliFilter } from './filter.js'
import { MEILISEARCH_MISSING, openIndex, startMeilisearch } from './start-meilisearch.js'

t.test('the law as a filter of Meilisearch judges every pair of viewer and thing as the law itself', { skip: MEILISEARCH_MISSING }, async (t) => {
  const server = await startMeilisearch(t)
  const index = await openIndex(t, server)
  const things = fc.sample(anAccess, { numRuns: 200, seed: 20_250_601 }).map((access, i) => entry(`n${i}`, '', { access }))
  await index.add(things.map((thing) => documentOf(thing, false)))
  const tally = { shown: 0, hidden: 0, apart: 0 }
  await fc.assert(
    fc.asyncProperty(aVisible, async (visible) => {
      if (visible.own.length + visible.any.length === 0) return
      const expected = things.filter((thing) => sees(visible, thing.access)).map(({ id }) => id)
      const { plain, apart } = compileLaw(visible)
      const both = [...(await index.ids([...plain])), ...(apart ? await index.ids([...apart]) : [])]
      tally.shown += expected.length
      tally.hidden += things.length - expected.length
      tally.apart += apart ? (await index.ids([...apart])).length : 0
      const whole = await index.ids(compileMeiliFilter(visible))
      if (JSON.stringify(whole.sort()) !== JSON.stringify([...expected].sort())) throw new Error(`${whole.length} found, ${expected.length} may be seen`)
      if (JSON.stringify(both.sort()) !== JSON.stringify(whole)) throw new Error('the two parts are not the whole, each thing once')
    }),
    { numRuns: depth(50, 500), verbose: 1 },
  )
  for (const [name, pairs] of Object.entries(tally)) t.ok(pairs > 20, `premise: ${pairs} pairs ${name}`)
})

t.test('a law that shows nothing, or could be read as everything, never becomes a filter', async (t) => {
  t.throws(() => compileMeiliFilter({ own: [], any: [], hide: [] }))
  for (const clause of [{}, { author: [] }, { mood: ['all'] }]) {
    t.throws(() => compileMeiliFilter({ own: [], any: [clause as unknown as Clause], hide: [] }))
  }
  t.throws(() => compileMeiliFilter({ own: [], any: [{ reach: ['all'] }] } as never), 'and so is a law that forgets what to hide')
})

t.test('values that differ in case, accents or width stay different, and quotes in them are letters', async (t) => {
  const values = ['d:east', 'd:East', 'd:éast', 'd:ｅast', '" OR id EXISTS', "'", '\\', '~d:east', '] OR a_level IN ["internal"', '']
  t.equal(new Set(values.map(encodeValue)).size, values.length)
  for (const value of values) t.match(encodeValue(value), /^[a-z0-9:_~-]+$/, value)
  t.match(encodeShort('" OR'), /^k[a-z0-9]{1,13}$/)
  t.equal(compileMeiliFilter({ own: [], any: [{ author: ['" OR id EXISTS'] }], hide: [] }), `a_author IN ["${encodeValue('" OR id EXISTS')}"]`)
})
