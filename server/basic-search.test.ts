import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import type { Sight } from './domain/policy/readable.js'
import { EMPTY_QUERY } from './domain/search/query.js'
import { openBasicSearch, type BasicParts } from './basic-search.js'

const SIGHT = { by: 'somebody', visible: { own: [], any: [], hide: [] } } as unknown as Sight

t.test('those who look through the store at once share the time, so that nobody waits for all the others', async (t) => {
  // A hundred at a time that have no published face: looked at, and nothing to find.
  const list = async () => (await pause(30), { rows: Array.from({ length: 100 }, () => ({ published: null })), total: 1_000_000 })
  const parts = { notes: { list }, customers: { some: async () => new Map() }, vocabularies: { vocabulary: () => ({}) }, dayOf: (at: string) => at, patience: 4_000, most: 500 }
  const basic = openBasicSearch(parts as unknown as BasicParts)
  const looked = async () => (await basic(EMPTY_QUERY, SIGHT, { now: '2026-03-03T08:00:00.000Z' })).basic?.looked
  t.equal(await looked(), 500, 'alone one looks as far as one may')
  const all = await Promise.all(Array.from({ length: 400 }, looked))
  t.equal(all[0], 500)
  t.equal(all.at(-1), 100, 'of four hundred the last looks once')
  t.equal(await looked(), 500, 'and afterwards as before')
})
