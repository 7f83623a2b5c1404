import t from 'tap'
import { openMetrics } from './metrics.js'

const measures = { type: 'text/plain; version=0.0.4', text: async () => 'tacit_ready 1\n' }
const TOKEN = 'right'.repeat(8)

t.test('the numbers are given to whoever presents the token, and to nobody else', async (t) => {
  const door = await openMetrics(measures, { host: '127.0.0.1', port: 0, token: TOKEN })
  t.teardown(() => door.close())
  const ask = (authorization?: string) => fetch(`${door.origin}/metrics`, { headers: authorization === undefined ? {} : { authorization } })
  const answer = await ask(`Bearer ${TOKEN}`)
  t.equal(answer.status, 200)
  t.equal(await answer.text(), 'tacit_ready 1\n')
  t.match(answer.headers.get('content-type'), /^text\/plain/)
  for (const wrong of [undefined, '', 'Bearer', `Bearer ${TOKEN.slice(1)}`, `Bearer ${TOKEN}x`, `Basic ${TOKEN}`, TOKEN]) {
    const refused = await ask(wrong)
    t.equal(refused.status, 401, wrong ?? 'no header')
    t.equal(await refused.text(), '')
  }
})

t.test('nothing else is behind that door', async (t) => {
  const door = await openMetrics(measures, { host: '127.0.0.1', port: 0, token: null })
  t.teardown(() => door.close())
  t.equal((await fetch(`${door.origin}/metrics`)).status, 200, 'premise')
  for (const path of ['/', '/healthz', '/metrics/', '/notes', '/%6detrics%2f']) t.equal((await fetch(door.origin + path)).status, 404, path)
  t.equal((await fetch(`${door.origin}/metrics`, { method: 'POST' })).status, 404)
})

t.test('a fault of what is counted says nothing of itself', async (t) => {
  const door = await openMetrics({ type: 'text/plain', text: async () => { throw new Error('secret') } }, { host: '127.0.0.1', port: 0, token: null })
  t.teardown(() => door.close())
  const answer = await fetch(`${door.origin}/metrics`)
  t.equal(answer.status, 500)
  t.equal(await answer.text(), '')
})
