import t from 'tap'
import { searchContract } from '../contract.js'
import { MEILISEARCH_MISSING, scratchMeilisearch, startMeilisearch } from './start-meilisearch.js'

await t.test('meilisearch', { skip: MEILISEARCH_MISSING }, async (t) => {
  const server = process.env['MEILI_URL'] ? { url: process.env['MEILI_URL'], key: process.env['MEILI_KEY'] ?? '' } : await startMeilisearch(t)
  await searchContract(t, 'meilisearch', (t) => scratchMeilisearch(t, server))
})
