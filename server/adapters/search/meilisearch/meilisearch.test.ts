import t from 'tap'
import { searchContract } from '../contract.js'
import { depth } from '../contract/subject.js'
import { MEILISEARCH_MISSING, scratchMeilisearch, startMeilisearch } from './start-meilisearch.js'

const { MEILI_URL: url, MEILI_KEY: key = '' } = process.env

await t.test('meilisearch', { skip: url ? false : MEILISEARCH_MISSING }, async (t) => {
  const server = url ? { url, key } : await startMeilisearch(t)
  await searchContract(t, 'meilisearch', (t) => scratchMeilisearch(t, server), depth(5, 1))
})
