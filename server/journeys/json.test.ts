import t from 'tap'
import { takesJson } from '../http/json.js'
import { openBank } from './bank.js'

t.test('a scope that takes JSON takes it, refuses what reaches into objects, and leaves the rest of the portal alone', async (t) => {
  const got: unknown[] = []
  const bank = await openBank(t, {
    plant: (app) => {
      void app.register(async (scope) => {
        takesJson(scope)
        scope.post('/api/planted', { config: { allow: 'public', tokenless: 'one-click' } }, async (request) => {
          got.push(request.body)
          return { ok: true }
        })
      })
    },
  })
  const browser = bank.stranger()
  const post = async (url: string, payload: string, type = 'application/json'): Promise<number> =>
    (await browser.request({ method: 'POST', url, payload, headers: { 'content-type': type } })).status
  t.equal(await post('/api/planted', '{"title":"x"}'), 200)
  t.same(got, [{ title: 'x' }])
  for (const body of ['{"__proto__":{"a":1}}', '{"constructor":{"prototype":{"a":1}}}', '{"broken', '']) t.equal(await post('/api/planted', body), 400, body)
  t.equal(await post('/api/planted', '{}', 'text/plain'), 415)
  t.equal(await post('/sign-in', '{"login":"li.na"}'), 415)
  t.equal(await post('/api/planted', JSON.stringify({ title: 'x'.repeat(600_000) })), 413)
  t.equal(got.length, 1)
  t.equal(({} as Record<string, unknown>)['a'], undefined)
})
