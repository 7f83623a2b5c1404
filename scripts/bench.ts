import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { asker, ratio, round, seconds, summary, times, together, tokenOf, noteForm, idsFrom, tokenIn, type Ask } from './bench/client.js'
import { closePortal, memoryOf, openPortal, type Portal } from './bench/portal.js'
import { READERS, inFiles, inPostgres, seed } from './bench/seed.js'
import { scratchMeilisearch, scratchPostgres, type ScratchServer } from './bench/servers.js'
import { manyPeople, severalPortals, whileImporting, type Note } from './bench/under-load.js'

/**
 * npm run bench -- --notes 10000,100000 [--store files|postgres] [--engine embedded|meili] [--import N] [--json FILE] [--keep] [--seeded]
 * Seeds scratch data, starts the portal in a process of its own, and measures what README.md promises, with the floors
 * of the same run. Nothing here asserts: it prints a table and JSON. `--seeded`: DATABASE_URL, MEILI_URL and MEILI_INDEX hold so many notes already, as an
 * earlier run left them; the index is not built again then, which takes most of an hour for a million.
 * `--import`: so many notes are imported while somebody posts and looks for it; a hundred thousand take an hour and a half at a million.
 */
const { values } = parseArgs({
  options: {
    notes: { type: 'string' }, sizes: { type: 'string', default: '10000,100000' }, store: { type: 'string', default: 'files' }, engine: { type: 'string', default: 'embedded' },
    json: { type: 'string' }, import: { type: 'string', default: '4000' }, keep: { type: 'boolean', default: false }, seeded: { type: 'boolean', default: false },
  },
})
if (!['files', 'postgres'].includes(values.store) || !['embedded', 'meili'].includes(values.engine)) {
  console.error('--store is files or postgres, --engine is embedded or meili.')
  process.exit(1)
}
const imported = Number(values.import)
if (!Number.isSafeInteger(imported) || imported < 1) {
  console.error('--import is how many notes are imported, 1 or more.')
  process.exit(1)
}

const all: Record<string, unknown>[] = []
for (const size of (values.notes ?? values.sizes).split(',').map(Number).filter((n) => Number.isSafeInteger(n) && n > 0)) all.push(await measured(size))
const machine = { node: process.version, cpus: cpus().length, model: cpus()[0]?.model }
const outcome = { machine, store: values.store, engine: values.engine, runs: all }
console.log(`\n${JSON.stringify(outcome)}`)
if (values.json) await writeFile(values.json, JSON.stringify(outcome, null, 2))

async function measured(size: number): Promise<Record<string, unknown>> {
  const root = await mkdtemp(join(tmpdir(), 'tacit-bench-'))
  const rows: Record<string, unknown> = { notes: size }
  const servers: ScratchServer[] = []
  const note: Note = (name, value) => {
    rows[name] = value
    console.log(`${name.padEnd(52)} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
  }
  try {
    const database = values.store === 'postgres' ? await scratchPostgres() : null
    if (database) servers.push(database)
    const engine = values.engine === 'meili' ? await scratchMeilisearch() : null
    if (engine) servers.push(engine)
    const env = { ...database?.env, ...engine?.env, ...(database && { DATABASE_CONNECTIONS: '20' }) }
    console.log(`\n${size} notes, ${values.store}, ${values.engine}${values.seeded ? '' : ': seeding'}`)
    const url = database?.env['DATABASE_URL']
    if (!values.seeded) await seed(url ? await inPostgres(url, join(root, 'seed')) : await inFiles(join(root, 'portal')), size, (done) => process.stderr.write(`\r${done}`))
    // The first start builds catalog and index; the second is the one a bank sees every morning.
    const first = await openPortal(join(root, 'portal'), env)
    note(values.seeded ? 'first start, s' : 'first start: catalog and index built, s', seconds(first.indexed))
    await closePortal(first)
    const portal = await openPortal(join(root, 'portal'), env)
    note('start to ready, s', seconds(portal.ready))
    note('memory after start, MB (RSS, workers included)', await memoryOf(portal))
    if (engine) note('memory of the engine, MB (RSS, mapped files included)', await engine.memory())
    await oneByOne(portal, note)
    const reader = asker([portal.origin], portal.cookies['reader-0'])
    const others = READERS.slice(1).map((login) => asker([portal.origin], portal.cookies[login]))
    await manyPeople([reader, ...others], note)
    if (database || engine) await whileImporting(reader, note, Math.min(size, imported))
    if (!values.seeded) note('index rebuild while serving', (await reader('/bench/rebuild', { method: 'POST', form: { _csrf: await tokenOf(reader) } })).json())
    note('memory at the end, MB (RSS)', await memoryOf(portal))
    await closePortal(portal)
    if (database) await severalPortals([1, 2, 3].map((n) => join(root, `portal-${n}`)), env, note)
  } finally {
    for (const server of servers.reverse()) await server.stop()
    if (!values.keep) await rm(root, { recursive: true, force: true })
  }
  return rows
}

/** Each act by itself, one person on a quiet portal. */
async function oneByOne(portal: Portal, note: Note): Promise<void> {
  const ask = asker([portal.origin], portal.cookies['reader-0'])
  const token = await tokenOf(ask)
  const durable = ((await ask('/bench/durable', { method: 'POST', form: { _csrf: token } })).json() as { ms: number[] }).ms
  const d = summary(durable)
  note('D: bare durable write, ms', d)
  const e = await times(300, () => ask('/bench/empty', { method: 'POST', form: { _csrf: token } }))
  note('E: empty POST with session and token, ms', e)
  const post = await times(200, (i) => ask('/notes', { method: 'POST', form: noteForm(token, i) }))
  note('post a note (durable), sequential, ms', post)
  note('post p50 against D + E', ratio(post.p50, d.p50 + e.p50))
  note('post, 64 in flight, ms', await together(640, 64, (i) => ask('/notes', { method: 'POST', form: noteForm(token, 1_000 + i) })))

  // What people post is indexed and told after the answer; it would stand in the way of what is measured next.
  const settling = performance.now()
  await ask('/bench/settled', { method: 'POST', form: { _csrf: token } })
  note('until all of it was indexed and told, s', seconds(performance.now() - settling))

  const h = await times(200, () => ask('/bench/page'))
  note('H: empty page with session, ms', h)
  const ids = await idsFrom(ask)
  if (values.store === 'postgres') note('raw SQL get, ms', await floor(ask, 200, (i) => `/bench/raw-get?id=${ids[i % ids.length]}`))
  const cold = await times(ids.length, (i) => ask(`/notes/${ids[i]}`), 0)
  note('note page, cold, ms', cold)
  const warm = await times(200, (i) => ask(`/notes/${ids[i % 5]}`))
  note('note page, warm, ms', warm)
  note('note page throughput against H', `${Math.round((h.p50 / warm.p50) * 100)} %`)

  for (const [name, q] of [['rare', '(4711)'], ['medium', 'collection agency'], ['common', 'account'], ['Chinese', '基金 净值'], ['none', '']] as const) {
    const query = `q=${encodeURIComponent(q)}&topic=pricing`
    const found = await floor(ask, 200, () => `/bench/engine?${query}`)
    note(`Q: engine, ${name}, filter and facets, ms`, found)
    if (values.engine === 'meili') note(`raw engine call, ${name}, ms`, await floor(ask, 200, () => '/bench/raw-engine'))
    const page = await times(200, () => ask(`/search?${query}`))
    note(`search page, ${name}, ms`, page)
    note(`search page p50 minus Q, ${name}, ms`, round(page.p50 - found.p50))
  }
  note('search page, common word, no filter, ms', await times(200, () => ask('/search?q=account')))
  note('suggestion while typing (partial), ms', await times(200, (i) => ask(`/search?q=${'certificate'.slice(0, 3 + (i % 6))}`, { partial: true })))
  const curator = asker([portal.origin], portal.cookies['curator-0'])
  note('queue page, ms', await times(200, () => curator('/queue')))
  // What everybody opens every day. The curator has decided more than they wrote, the reader wrote a fifth of all notes.
  for (const [page, path] of [['first page', '/'], ['form of a new note', '/notes/new'], ['my notes', '/notes']] as const) {
    note(`${page}: of a curator, and of the author of a fifth of all notes, ms`, [await times(20, () => curator(path)), await times(20, () => ask(path))])
  }
  const stranger = asker([portal.origin], portal.cookies['reader-1'])
  const closed = await closedNotes(ask, token)
  for (const id of closed) if ((await stranger(`/notes/${id}`)).status !== 404) throw new Error('a closed note is open')
  note('note nobody has (404), ms', await times(200, () => stranger('/notes/01900000-0000-7000-8000-00000000dead')))
  note('note of somebody else (404), ms', await times(200, (i) => stranger(`/notes/${closed[i % closed.length]}`)))
  const nobody = asker([portal.origin], undefined)
  const outside = tokenIn((await nobody('/sign-in')).text())
  for (const [name, login] of [['unknown name', 'nobody-of-that-name'], ['wrong password', 'reader-2']] as const) {
    note(`sign-in refused: ${name}, ms`, await times(8, () => nobody('/sign-in', { method: 'POST', form: { _csrf: outside, login, password: 'not the password' } }), 0))
  }
  note('digest of about 1 000 notes', (await ask('/bench/digest', { method: 'POST', form: { _csrf: token } })).json())

  const hostile = '['.repeat(50_000)
  const calm = await times(200, () => ask('/bench/page'))
  const storm = Promise.all([1, 2, 3].map(() => ask('/notes/preview', { method: 'POST', form: { _csrf: token, body: hostile, title: '' } })))
  note('other requests while hostile text renders, ms', { before: calm, during: await times(200, () => ask('/bench/page')) })
  await storm
}

/** What the portal measured by itself, without a page around it. */
async function floor(ask: Ask, n: number, path: (i: number) => string) {
  const found: number[] = []
  for (let i = 0; i < n; i++) found.push(((await ask(path(i))).json() as { ms: number }).ms)
  return summary(found)
}

/** Ids of new notes that only the first reader's department reads. */
async function closedNotes(ask: Ask, token: string): Promise<string[]> {
  const ids: string[] = []
  for (let i = 0; i < 10; i++) {
    const posted = await ask('/notes', { method: 'POST', form: { ...noteForm(token, 2_000 + i), audience: 'department' } })
    ids.push(posted.location.replace(/^.*\//, ''))
  }
  return ids
}
