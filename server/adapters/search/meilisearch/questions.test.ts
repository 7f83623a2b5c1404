import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import t, { type Test } from 'tap'
import { Refused, questions } from './questions.js'

async function serving(t: Test, answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/multi-search`
}

t.test('a question whose connection was closed in the moment it was used again is asked once more', async (t) => {
  const asked = new Map<Socket, number>()
  const url = await serving(t, ({ socket }, response) => {
    asked.set(socket, (asked.get(socket) ?? 0) + 1)
    if (asked.get(socket) === 2) socket.resetAndDestroy()
    else response.end('{"hits":[]}')
  })
  const line = questions()
  t.teardown(() => line.close())
  t.same(await line.send(url, { method: 'POST', body: '{}' }), { hits: [] })
  t.same(await line.send(url, { method: 'POST', body: '{}' }), { hits: [] })
  t.same([...asked.values()], [2, 1], 'premise: the first connection was used twice')
})

t.test('a server that closes every connection is not asked for ever', async (t) => {
  let asked = 0
  const url = await serving(t, ({ socket }) => {
    asked += 1
    socket.resetAndDestroy()
  })
  const line = questions()
  t.teardown(() => line.close())
  await t.rejects(line.send(url), { code: 'ECONNRESET' })
  t.equal(asked, 1)
})

t.test('a refusal is known by its code, and nothing else of what was said is kept', async (t) => {
  const url = await serving(t, (request, response) => {
    if (request.headers.authorization) return void response.writeHead(400, { 'content-type': 'application/json' }).end('{"message":"words of a query","code":"invalid_search_filter"}')
    response.writeHead(502).end('<html>words of a query</html>')
  })
  const line = questions()
  t.teardown(() => line.close())
  const refused = await line.send(url, { headers: { authorization: 'Bearer key' } }).catch((error: unknown) => error)
  t.ok(refused instanceof Refused)
  t.match(refused, { code: 'invalid_search_filter', message: 'invalid_search_filter' })
  t.match(await line.send(url).catch((error: unknown) => error), { code: 'status 502' })
})

t.test('whoever has gone away is not waited for', async (t) => {
  const url = await serving(t, () => {})
  const line = questions()
  t.teardown(() => line.close())
  const leaving = new AbortController()
  const waits = line.send(url, { signal: leaving.signal })
  leaving.abort()
  await t.rejects(waits, { name: 'AbortError' })
})
