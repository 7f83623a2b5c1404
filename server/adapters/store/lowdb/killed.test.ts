import t from 'tap'
import { spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { PAGES, chance, depth, openReal, pageId, textOf, type Page } from './scratch-store.js'

const BUSY = fileURLToPath(new URL('./busy-process.ts', import.meta.url))
const KILLS = depth(20, 200)
const SEED = Number(process.env['TACIT_SEED'] ?? Date.now() % 100_000)

interface Answered {
  readonly pages: Map<string, number>
  count: number
  readonly requests: Set<string>
}

t.test(`killed ${KILLS} times in the middle of writing, the store keeps every answered write and nothing half`, { timeout: KILLS * 10_000 }, async (t) => {
  t.comment(`TACIT_SEED=${SEED}`)
  const random = chance(SEED)
  const root = t.testdir()
  const answered: Answered = { pages: new Map(), count: 0, requests: new Set() }
  let answers = 0
  for (let kill = 1; kill <= KILLS; kill += 1) {
    answers += await writeUntilKilled(root, SEED + kill, 5 + random() * 120, answered)
    const wrong = await wrongIn(root, answered)
    if (wrong.length > 0) t.fail(`kill ${kill}: ${wrong.slice(0, 5).join('; ')}`)
  }
  t.ok(answers > KILLS * 5, `${answers} writes were answered before the kills`)
  t.ok(answered.pages.size > 10 && answered.count > 0 && answered.requests.size > 0, 'of every kind')
})

/** @param ms from the first answer to the kill */
async function writeUntilKilled(root: string, seed: number, ms: number, answered: Answered): Promise<number> {
  const child = spawn(process.execPath, ['--import=@tapjs/typescript/import', BUSY, root, 'load', String(seed)], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, TSIMP_DIAG: 'ignore' } })
  const ended = new Promise((resolve) => child.on('close', resolve))
  let said = ''
  const writing = new Promise<void>((resolve) => {
    child.stdout.on('data', (text) => {
      said += text
      if (said.includes('\npage ')) resolve()
    })
  })
  await Promise.race([writing, ended])
  await pause(ms)
  child.kill('SIGKILL')
  await ended
  // The last line may be cut: then its writer did not get the answer.
  const lines = said.split('\n').slice(0, -1).filter((line) => !line.startsWith('open'))
  for (const line of lines) {
    const [kind, what = '', version] = line.split(' ')
    if (kind === 'page') answered.pages.set(what, Math.max(answered.pages.get(what) ?? 0, Number(version)))
    else if (kind === 'count') answered.count = Math.max(answered.count, Number(what))
    else answered.requests.add(what)
  }
  return lines.length
}

async function wrongIn(root: string, answered: Answered): Promise<string[]> {
  const wrong: string[] = []
  const data = await openReal(root)
  const pages = await data.folder<Page>(PAGES)
  const there = new Set((await pages.list()).map(({ id }) => id))
  for (const id of new Set([...there, ...answered.pages.keys()])) {
    const found = await pages.read(id)
    const version = answered.pages.get(id) ?? 0
    if ((found?.version ?? 0) < version) wrong.push(`page ${id}: answered ${version}, found ${found?.version}`)
    if (found && found.text !== textOf(id, found.version)) wrong.push(`page ${id} is not whole`)
  }
  const counts = await data.document({ name: 'counts', schema: { now: 1 }, empty: () => ({ total: 0, text: '' }) })
  const { total, text } = counts.read()
  if (total < answered.count) wrong.push(`count: answered ${answered.count}, found ${total}`)
  if (total > 0 && text !== textOf(pageId(0), total)) wrong.push('the count is not whole')
  const record = await data.record()
  const onRecord = new Set<string | undefined>()
  for await (const { request } of record.newestFirst({})) onRecord.add(request)
  for (const request of answered.requests) if (!onRecord.has(request)) wrong.push(`${request} is not on record`)
  const verdict = await record.verify()
  if (!verdict.whole) wrong.push(`record: ${JSON.stringify(verdict.problems)}`)
  for (const notice of data.health.notices) if (notice.kind !== 'record_repaired') wrong.push(`${notice.kind} was told`)
  await data.close()
  return wrong
}
