import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { mkdtemp, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Signer } from '@fastify/cookie'
import { Meilisearch } from 'meilisearch'
import { readConfig } from '../../server/config.js'
import { build } from '../../server/app.js'
import { digestOfThousand } from './digest.js'
import { importNotes } from './import.js'
import { READERS } from './seed.js'
import { parseQuery } from '../../server/domain/search/query.js'
import { PAGE_SIZE, facetsShown, searchIn } from '../../server/http/present/find.js'
import { cookieName, sessionFor } from '../../server/http/session.js'
import { openHouse } from '../../server/wire.js'

/**
 * The portal itself in a process of its own, with the floors beside it: E an empty POST with session and token, H an
 * empty page with session, D a bare durable write, Q the engine's own call.
 */
const started = performance.now()
const raw = rememberQuestions()
const config = readConfig()
const house = await openHouse(config, { told: (line) => console.error(line) })
const app = await build(house)
let pool: import('pg').Pool | null = null
const delay = monitorEventLoopDelay({ resolution: 5 })

app.post('/bench/empty', { config: { allow: 'signed-in' } }, async (_request, reply) => reply.code(204).send())
app.get('/bench/page', { config: { allow: 'signed-in' } }, async (request, reply) => reply.page('bench/empty', { title: request.say('search.title') }))
app.post('/bench/durable', { config: { allow: 'signed-in' } }, async () => ({ ms: await bareWrites(200) }))
app.get<{ Querystring: Readonly<Record<string, string>> }>('/bench/engine', { config: { allow: 'signed-in' } }, async (request) => {
  raw.asked = []
  const search = searchIn(request.query)
  const at = performance.now()
  const { total } = await house.finder.search(parseQuery(search.q), request.sight(), {
    now: house.clock.now(), kinds: ['note'], page: 1, size: PAGE_SIZE, filters: search.filters, facets: facetsShown(search),
  })
  return { ms: performance.now() - at, total }
})
// The engine alone: the very questions that the call above sent to a server elsewhere, once more and nothing around them.
app.get('/bench/raw-engine', { config: { allow: 'signed-in' } }, async () => ({ ms: await timed(() => raw.again()) }))
app.get<{ Querystring: { id: string } }>('/bench/raw-get', { config: { allow: 'signed-in' } }, async (request) => ({ ms: await rawGet(request.query.id) }))
app.post('/bench/rebuild', { config: { allow: 'signed-in' } }, async () => {
  delay.reset()
  delay.enable()
  const at = performance.now()
  await house.rebuildIndex()
  delay.disable()
  return { ms: performance.now() - at, delayP99: delay.percentile(99) / 1e6, delayMax: delay.max / 1e6 }
})
app.post('/bench/digest', { config: { allow: 'signed-in' } }, async () => digestOfThousand(house))
const written = { files: 0, rows: 0, ms: 0 }
app.post<{ Querystring: { file: string } }>('/bench/import', { config: { allow: 'signed-in' } }, async (request, reply) => {
  const at = performance.now()
  void importNotes(house, request.query.file).then((rows) => {
    written.files += 1
    written.rows += rows
    written.ms += performance.now() - at
  })
  return reply.code(204).send()
})
app.get('/bench/imported', { config: { allow: 'signed-in' } }, async () => written)
app.post('/bench/settled', { config: { allow: 'signed-in' } }, async (_request, reply) => {
  await house.caughtUp()
  return reply.code(204).send()
})

await app.listen({ host: '127.0.0.1', port: config.port })
await house.started()
const ready = performance.now() - started
await house.caughtUp()
const indexed = performance.now() - started
const cookies: Record<string, string> = {}
for (const login of [...READERS, 'curator-0']) {
  const person = house.people.directory().personByLogin(login)
  if (!person) throw new Error('the data directory was not seeded')
  const id = house.passwords.newToken()
  await house.sessions.keep(id, sessionFor(house, person, { agent: 'bench', address: '127.0.0.1' }))
  cookies[login] = `${cookieName(house, 'tacit')}=${encodeURIComponent(new Signer(house.secret).sign(id))}`
}
console.log(JSON.stringify({ origin: app.listeningOrigin, ready, indexed, cookies, notes: (await house.finder.engines())[0]?.entries }))
process.once('SIGTERM', () => void app.close().then(() => pool?.end()).then(() => house.close()).then(() => process.exit(0)))

/** The questions to a search server that one search leads to are kept, to be asked again one after the other with nothing around them. */
function rememberQuestions(): { asked: { client: Meilisearch; question: Parameters<Meilisearch['multiSearch']>[0] }[]; again(): Promise<void> } {
  const send = Meilisearch.prototype.multiSearch as (this: Meilisearch, ...given: unknown[]) => Promise<never>
  const kept: ReturnType<typeof rememberQuestions> = {
    asked: [],
    again: async () => {
      for (const { client, question } of [...kept.asked]) await send.call(client, question)
    },
  }
  Meilisearch.prototype.multiSearch = function (this: Meilisearch, question: never, extra: never) {
    kept.asked.push({ client: this, question })
    return send.call(this, question, extra)
  } as typeof Meilisearch.prototype.multiSearch
  return kept
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const at = performance.now()
  await act()
  return performance.now() - at
}

/** A document by its key, with the database's own driver and nothing around it; null over files. */
async function rawGet(id: string): Promise<number | null> {
  if (!config.database) return null
  if (!pool) {
    const { default: pg } = await import('pg')
    pool = new pg.Pool({ connectionString: config.database.url, max: 2 })
  }
  return timed(() => (pool as NonNullable<typeof pool>).query({ name: 'raw', text: 'SELECT doc::text FROM thing WHERE id = $1', values: [id] }))
}

/** write, fsync, rename, fsync of the directory; milliseconds each. */
async function bareWrites(times: number): Promise<number[]> {
  const folder = await mkdtemp(join(config.dataDir, 'bare-'))
  const bytes = Buffer.alloc(3_000, 'x')
  const found: number[] = []
  for (let i = 0; i < times; i++) {
    const at = performance.now()
    const file = await open(join(folder, `${i}.tmp`), 'wx')
    await file.writeFile(bytes)
    await file.sync()
    await file.close()
    await rename(join(folder, `${i}.tmp`), join(folder, `${i}.json`))
    const directory = await open(folder, 'r')
    await directory.sync()
    await directory.close()
    found.push(performance.now() - at)
  }
  await rm(folder, { recursive: true })
  return found
}
