import { getEventListeners } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { Meilisearch } from 'meilisearch'
import t from 'tap'
import type { SearchEngine } from '../../../domain/search/port.js'
import { parseQuery } from '../../../domain/search/query.js'
import { NOW, STAFF, collect, entry, find, ids } from '../contract/subject.js'
import { openMeilisearch } from './engine.js'
import { keysFor } from './keys.js'
import { settingsOf, settingsToChange } from './settings.js'
import { MEILISEARCH_MISSING, scratchMeilisearch, startMeilisearch } from './start-meilisearch.js'

const real = { skip: MEILISEARCH_MISSING }

async function* reading(...ids: string[]) {
  for (const id of ids) yield entry(id, 'passbook 存折')
}

async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600 && !(await done()); tries++) await pause(50)
}

t.test('a server that is away does not keep the portal from opening, and is found when it comes', real, async (t) => {
  const server = await startMeilisearch(t)
  await server.stop()
  const told: string[] = []
  const engine = await scratchMeilisearch(t, server, { told: (sentence) => told.push(sentence) })
  t.equal(engine.status().state, 'down')
  await t.rejects(find(engine, 'passbook'), { name: 'SearchUnavailable' })
  await t.rejects(engine.put([entry('a', 'passbook')]), { name: 'SearchUnavailable' })
  await server.start()
  await until(() => engine.status().state === 'ready')
  await engine.rebuild(reading('a'))
  t.same(await ids(engine, 'passbook'), ['a'])
  t.equal(engine.status().restarts, 1)
  t.equal(told.length, 2, 'told once that it was away, once that it is back')
  await server.stop()
  await t.rejects(find(engine, 'passbook'), { name: 'SearchUnavailable' })
  await until(() => engine.status().state === 'down')
  await server.start()
  await until(() => engine.status().state === 'ready')
  t.same(await ids(engine, 'passbook'), ['a'], 'with all it held')
})

t.test('a server that hangs is given up in time, and answers again when it goes on', real, async (t) => {
  const server = await startMeilisearch(t)
  const engine = await scratchMeilisearch(t, server, { told: () => {}, patience: 1_500 })
  await engine.put([entry('a', 'passbook')])
  server.pause()
  const gaveUp = find(engine, 'passbook').then(() => 'answered', (error: Error) => error.name)
  t.equal(await Promise.race([gaveUp, pause(10_000, 'still waiting')]), 'SearchUnavailable')
  server.resume()
  await until(async () => engine.status().state === 'ready' && (await ids(engine, 'passbook').catch(() => [])).length === 1)
  t.same(await ids(engine, 'passbook'), ['a'])
})

t.test('a search under way ends when the engine is closed, or whoever asked is gone; neither is waited for afterwards', real, async (t) => {
  const server = await startMeilisearch(t)
  const engine = await scratchMeilisearch(t, server, { told: () => {}, patience: 60_000 })
  await engine.put([entry('a', 'passbook')])
  const leaver = new AbortController()
  const asked = (): Promise<string> => engine.search(parseQuery('passbook'), STAFF, { now: NOW }, leaver.signal).then(({ hits }) => hits[0]?.id ?? 'nothing', (error: Error) => error.message)
  t.equal(await asked(), 'a')
  t.equal(getEventListeners(leaver.signal, 'abort').length, 0)
  server.pause()
  const [left, closed] = [asked(), find(engine, 'passbook').then(() => 'answered', (error: Error) => error.name)]
  leaver.abort(new Error('gone away'))
  t.equal(await left, 'gone away')
  await engine.close()
  t.equal(await closed, 'SearchUnavailable')
  server.resume()
})

t.test('a server that was emptied, or holds what others put there, wants a rebuild and shows nothing foreign', real, async (t) => {
  const server = await startMeilisearch(t)
  const engine = await scratchMeilisearch(t, server, { told: () => {}, name: 'kept' })
  t.equal(engine.status().wantsRebuild, true, 'a new one has nothing')
  await engine.rebuild(reading('a', 'b'))
  t.equal(engine.status().wantsRebuild, false)
  const client = new Meilisearch({ host: server.url, apiKey: server.key, defaultWaitOptions: { timeout: 60_000 } })
  const stranger = { id: 'stranger', w_title: 'passbook', a_reach: 'all', a_level: 'internal', kind: 'note', archived: 'no' }
  await client.index('kept').addDocuments([stranger, { ...stranger, id: 'other', stamp: 'another release' }]).waitTask()
  t.same((await ids(engine, 'passbook')).sort(), ['a', 'b'])
  t.equal((await find(engine, 'passbook')).total, 2)
  t.same((await collect(engine.versions())).map((hit) => hit.id).sort(), ['a', 'b'])
  const again = await scratchMeilisearch(t, server, { name: 'kept' })
  t.equal(again.status().wantsRebuild, false, 'premise: another process finds it built')
  await again.close()
  await server.start({ empty: true })
  await until(() => engine.status().state === 'ready' && engine.status().wantsRebuild)
  t.equal(engine.status().wantsRebuild, true)
  await engine.rebuild(reading('c'))
  t.same(await ids(engine, 'passbook'), ['c'])
})

t.test('an engine that answers nonsense or an error is unavailable, and nothing it says is passed on', async (t) => {
  for (const [status, body] of [[500, '{"message":"passbook of Mr Wu","code":"internal"}'], [200, 'passbook'], [200, '{"status":"available"}']] as const) {
    const fake: Server = createServer((request, response) => {
      response.writeHead(request.url === '/health' ? 200 : status, { 'content-type': 'application/json' })
      response.end(request.url === '/health' ? '{"status":"available"}' : body)
    })
    await new Promise<void>((resolve) => fake.listen(0, '127.0.0.1', resolve))
    const told: string[] = []
    const engine: SearchEngine = await openMeilisearch({ url: `http://127.0.0.1:${(fake.address() as AddressInfo).port}`, key: 'k', told: (sentence) => told.push(sentence) })
    await t.rejects(find(engine, 'passbook'), { name: 'SearchUnavailable' })
    t.notOk(told.join().includes('Wu'))
    await engine.close()
    fake.closeAllConnections()
    fake.close()
  }
})

t.test('the master key makes two keys that may do less, once; a key that may not is used as it is', real, async (t) => {
  const server = await startMeilisearch(t)
  const client = new Meilisearch({ host: server.url, apiKey: server.key })
  const first = await keysFor(client, server.key, ['tacit', 'tacit-next'])
  const again = await keysFor(client, server.key, ['tacit', 'tacit-next'])
  t.same(again, first)
  t.not(first.searching, server.key)
  t.not(first.writing, server.key)
  const searching = new Meilisearch({ host: server.url, apiKey: first.searching })
  await t.rejects(searching.index('tacit').addDocuments([{ id: 1 }]), 'who searches cannot write')
  await t.rejects(new Meilisearch({ host: server.url, apiKey: first.writing }).index('elsewhere').getDocuments(), 'who writes sees no other index')
  t.same(await keysFor(new Meilisearch({ host: server.url, apiKey: first.writing }), first.writing, ['tacit']), { searching: first.writing, writing: first.writing })
})

t.test('settings that are as they should be are left alone, and one that is not is changed alone', real, async (t) => {
  const server = await startMeilisearch(t)
  const index = new Meilisearch({ host: server.url, apiKey: server.key, defaultWaitOptions: { timeout: 60_000 } }).index('settings')
  await index.updateSettings(settingsOf()).waitTask()
  t.same(settingsToChange(await index.getSettings(), settingsOf()), {})
  await index.updateStopWords(['the']).waitTask()
  t.same(settingsToChange(await index.getSettings(), settingsOf()), { stopWords: [] })
})

t.test('what was redacted is in no file of the engine after a scrub', real, async (t) => {
  const server = await startMeilisearch(t)
  const engine = await scratchMeilisearch(t, server)
  await engine.put([entry('a', 'Visit', { body: 'the code is qvxzkwpbtrlm' }), ...Array.from({ length: 50 }, (_, i) => entry(`n${i}`, 'ledgerbook'))])
  t.ok(await server.holds('qvxzkwpbtrlm'), 'premise: words stand in its files as they are')
  await engine.put([entry('a', 'Visit', { version: 2, body: 'the code is gone' })])
  await engine.scrub()
  t.ok(await server.holds('ledgerbook'), 'premise: the rest is there')
  t.notOk(await server.holds('qvxzkwpbtrlm'))
  t.same(await ids(engine, 'gone', {}, STAFF), ['a'])
})
