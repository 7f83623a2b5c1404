import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { STAFF, entry, find, ids, sightOf } from '../contract/subject.js'
import type { Embedder } from './embedder.js'
import { MEILISEARCH_MISSING, scratchMeilisearch, startMeilisearch } from './start-meilisearch.js'

await t.test('search by meaning', { skip: MEILISEARCH_MISSING }, async (t) => {
  const server = await startMeilisearch(t)
  const entries = [
    entry('cash', 'Cash withdrawal', { body: 'money from the machine' }),
    entry('atm', 'ATM', { body: 'teller at the wall', access: { reach: 'all' } }),
    entry('hidden', 'ATM again', { access: { reach: 'self' } }),
    entry('weather', 'Weather', { body: 'it rained' }),
  ]

  await t.test('an embedder finds what means the same in other words, under the same law', async (t) => {
    const { embedder, asked } = await startEmbedder(t)
    const engine = await scratchMeilisearch(t, server, { embedder })
    await engine.put(entries)
    t.ok(asked() > 0, 'premise: the embedder was asked when entries were indexed')
    t.same((await ids(engine, 'cash')).sort(), ['atm', 'cash'], 'though only one holds the word')
    t.equal((await find(engine, 'cash')).total, 2)
    t.equal((await ids(engine, 'cash'))[0], 'cash', 'and that one comes first')
    t.same(await ids(engine, 'cash', {}, sightOf({ any: [{ reach: ['t:nobody'] }] })), [])
    t.same(await ids(engine, 'cash', { hold: ['atm'] }, STAFF), ['cash'])
  })

  await t.test('what is put together with the large index keeps its meaning, and the embedder is not asked again', async (t) => {
    const { embedder, asked } = await startEmbedder(t)
    const engine = await scratchMeilisearch(t, server, { embedder, splitting: { from: 0, much: 1, announced: 0, overlap: 0 } })
    await engine.rebuild((async function* () { yield* entries.slice(3) })())
    await engine.put([entry('first', 'Weather', { body: 'it snowed' })])
    await engine.put(entries.slice(0, 3))
    t.same((await ids(engine, 'cash')).sort(), ['atm', 'cash'], 'premise: found in the small one')
    const before = asked()
    await engine.tidy(() => false)
    t.equal(asked(), before)
    t.same((await ids(engine, 'cash')).sort(), ['atm', 'cash'])
  })

  await t.test('turned on later, or off again, the index is built anew for it, and answers meanwhile', async (t) => {
    const { embedder } = await startEmbedder(t)
    const all = () => (async function* () { yield* entries })()
    const before = await scratchMeilisearch(t, server, { name: 'later' })
    await before.rebuild(all())
    await before.close()
    const engine = await scratchMeilisearch(t, server, { name: 'later', embedder })
    t.match(engine.status(), { state: 'ready', wantsRebuild: true })
    t.same(await ids(engine, 'cash'), ['cash'])
    await engine.rebuild(all())
    t.match(engine.status(), { state: 'ready', wantsRebuild: false })
    t.same((await ids(engine, 'cash')).sort(), ['atm', 'cash'])
    await engine.close()
    const off = await scratchMeilisearch(t, server, { name: 'later' })
    t.match(off.status(), { state: 'ready', wantsRebuild: true })
    t.same(await ids(off, 'cash'), ['cash'])
    await off.rebuild(all())
    t.same(await ids(off, 'cash'), ['cash'])
    t.match(off.status(), { state: 'ready', wantsRebuild: false })
  })

  await t.test('without one nothing of it happens', async (t) => {
    const { asked } = await startEmbedder(t)
    const engine = await scratchMeilisearch(t, server)
    await engine.put(entries)
    t.same(await ids(engine, 'cash'), ['cash'])
    t.equal(asked(), 0)
  })

  await t.test('an embedder that fails costs its part of the results, not the others', async (t) => {
    const { embedder, stop } = await startEmbedder(t)
    const engine = await scratchMeilisearch(t, server, { embedder })
    await engine.put(entries)
    await stop()
    t.same(await ids(engine, 'cash'), ['cash'])
  })
})

/** One direction for money, one for everything else. */
async function startEmbedder(t: Test): Promise<{ embedder: Embedder; asked: () => number; stop: () => Promise<void> }> {
  let count = 0
  const http = createServer((request, response) => {
    let body = ''
    request.on('data', (part: Buffer) => (body += part.toString()))
    request.on('end', () => {
      count++
      const { input } = JSON.parse(body) as { input: string[] }
      const data = input.map((text) => ({ embedding: /cash|money|teller|atm/i.test(text) ? [1, 0.1, 0] : [0, 0.1, 1] }))
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data }))
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const stop = async (): Promise<void> => {
    http.closeAllConnections()
    await new Promise((resolve) => http.close(resolve))
  }
  t.teardown(stop)
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/embed`
  const shape = { request: { input: ['{{text}}', '{{..}}'] }, response: { data: [{ embedding: '{{embedding}}' }, '{{..}}'] } }
  return { embedder: { source: 'rest', url, dimensions: 3, ratio: 0.4, ...shape }, asked: () => count, stop }
}
