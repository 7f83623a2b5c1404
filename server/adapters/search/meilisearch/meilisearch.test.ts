import t from 'tap'
import type { SearchEngine } from '../../../domain/search/port.js'
import { searchContract } from '../contract.js'
import { depth } from '../contract/subject.js'
import { MEILISEARCH_MISSING, scratchMeilisearch, startMeilisearch } from './start-meilisearch.js'

const { MEILI_URL: url, MEILI_KEY: key = '' } = process.env

await t.test('meilisearch', { skip: url ? false : MEILISEARCH_MISSING }, async (t) => {
  const server = url ? { url, key } : await startMeilisearch(t)
  await searchContract(t, 'meilisearch', (t) => scratchMeilisearch(t, server), depth(5, 1))
  // What was put first is in the large index, all else in the one for what is new.
  await searchContract(t, 'meilisearch in two', async (t) => inHalves(await scratchMeilisearch(t, server, { splitting: { from: 0, much: 1, announced: 0, overlap: 0 } })), depth(15, 3))
})

function inHalves(engine: SearchEngine): SearchEngine {
  const put: SearchEngine['put'] = async (entries) => {
    const half = Math.ceil(entries.length / 2)
    await engine.put(entries.slice(0, half))
    await engine.put(entries.slice(half))
  }
  return Object.assign(Object.create(engine) as SearchEngine, { put })
}
