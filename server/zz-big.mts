import { mkdirSync, writeFileSync, existsSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { DataFolder } from './adapters/store/lowdb/data-folder.js'
import { openStore } from './adapters/store/lowdb/store.js'
import { encode } from './adapters/store/lowdb/schema.js'
import { NOTE_FILE } from './adapters/store/lowdb/notes-store.js'
import { allNotes } from './house/oracle/objects.js'
import { noteOf } from './house/oracle/notes.js'
import { Canaries } from './house/oracle/canaries.js'
import { PEOPLE, principal, sightFor } from './house/oracle/bank.js'
import { post, addOracleCustomers } from './adapters/store/contract/subject.js'
const root = '/tmp/probe/big', N = Number(process.argv[2] ?? 100000)
const clock = () => new Date().toISOString()
const log = { warn: console.log, error: console.log }
if (!existsSync(root)) {
  let data = await DataFolder.open({ root, clock }); let store = await openStore(data, { log }); await store.ready; await addOracleCustomers(store); await store.close(); await data.close()
  const facts = allNotes(); const c = new Canaries(5)
  for (let i = 0; i < 256; i++) mkdirSync(`${root}/notes/${i.toString(16).padStart(2,'0')}`, { recursive: true })
  for (let i = 0; i < N; i++) {
    const n = noteOf(facts[(i * 31) % facts.length]!, i, c)
    const body = n.revisions.map(r => ({ ...r, body: r.body + ' lorem ipsum 客户投诉处理'.repeat(30) }))
    writeFileSync(`${root}/notes/${n.id.slice(-2)}/${n.id}.json`, encode(NOTE_FILE, { ...n, revisions: body, seq: i + 1, accessSeq: 0, older: null } as any))
  }
  console.log('made')
}
for (const what of ['rebuild or start', 'start']) {
  const t0 = performance.now()
  const h = monitorEventLoopDelay({ resolution: 5 }); h.enable()
  const data = await DataFolder.open({ root, clock })
  const store = await openStore(data, { log })
  const t1 = performance.now()
  await store.ready
  h.disable()
  console.log(what, 'open', Math.round(t1 - t0), 'ready', Math.round(performance.now() - t0), store.progress(), 'loop p99', Math.round(h.percentile(99) / 1e6), 'max', Math.round(h.max/1e6), 'rss', Math.round(process.memoryUsage().rss / 1e6))
  if (what === 'start') {
    for (const who of ['colleague-in-alpha', 'curator-of-all', 'second-steward', 'author']) {
      const s = sightFor(principal(who), { people: PEOPLE, restricted: store.customers.restricted() })
      const time = async (name: string, f: () => Promise<any>) => { const ts: number[] = []; let r; for (let i = 0; i < 5; i++) { const a = performance.now(); r = await f(); ts.push(performance.now() - a) } ts.sort((a, b) => a - b); console.log(who, name, 'median', ts[2]!.toFixed(1), 'first-max', ts[4]!.toFixed(1), JSON.stringify(r)?.slice(0, 60)) }
      await time('list newest', async () => (await store.notes.list({ order: 'newest', page: 1, size: 30 }, s)).total)
      await time('list trust customer', async () => (await store.notes.list({ order: 'trust', page: 1, size: 30, customer: '0198c0de-0001-7000-8000-00000000000a' }, s)).total)
      await time('value', async () => (await store.notes.list({ order: 'value', page: 1, size: 30 }, s)).total)
      await time('count topic', async () => store.notes.count({ order: 'newest', page: 1, size: 30, topics: ['x'] }, s))
      await time('mine', async () => (await store.notes.list({ order: 'newest', page: 1, size: 30, writer: s.by }, s)).total)
      await time('queue', async () => (await store.notes.queue({ tab: 'open', me: s.by, now: clock(), page: 1, size: 30 }, s)).total)
      await time('queueCounts', async () => store.notes.queueCounts({ me: s.by, now: clock() }, s))
      await time('queue text', async () => (await store.notes.queue({ tab: 'open', me: s.by, now: clock(), page: 1, size: 30, text: '投诉' }, s)).total)
      await time('get unknown', async () => store.notes.get('0198c0de-0002-7000-8000-ffffffffffff', s))
    }
    const facts = allNotes(); const c = new Canaries(99)
    const a = performance.now(); for (let i = 0; i < 100; i++) await post(store, noteOf(facts[i]!, N + i + 200000 + Math.floor(Math.random()*1e6), c)); console.log('post', ((performance.now() - a) / 100).toFixed(2), 'ms')
    console.log('rss', Math.round(process.memoryUsage().rss / 1e6))
  }
  await store.close(); await data.close()
}
