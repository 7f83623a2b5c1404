import t from 'tap'
import { fork, spawn, type ChildProcess } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FaultyFiles } from './faulty-files.js'
import { realFiles } from './files.js'
import { Lock } from './lock.js'
import { openReal, ticking } from './scratch-store.js'
import { AlreadyOpen } from '../store-errors.js'

const BUSY = fileURLToPath(new URL('./busy-process.ts', import.meta.url))

/** A portal's data directory held by a process of its own. */
function holder(root: string): { child: ChildProcess; said: Promise<string>; ended: Promise<{ code: number | null; errors: string }> } {
  const child = spawn(process.execPath, ['--import=@tapjs/typescript/import', BUSY, root, 'hold'], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, TSIMP_DIAG: 'ignore' } })
  let errors = ''
  child.stderr?.on('data', (text) => (errors += text))
  const ended = new Promise<{ code: number | null; errors: string }>((resolve) => child.on('close', (code) => resolve({ code, errors })))
  const said = new Promise<string>((resolve) => child.stdout?.once('data', (text) => resolve(String(text))))
  return { child, said: Promise.race([said, ended.then(({ errors }) => errors)]), ended }
}

t.test('a second server on the same data directory ends and names the first; after kill -9 the next one takes over at once', async (t) => {
  const root = t.testdir()
  const first = holder(root)
  t.equal(await first.said, `open ${first.child.pid}\n`)

  const second = holder(root)
  const { code, errors } = await second.ended
  t.equal(code, 3)
  t.match(errors, new RegExp(`already in use by process ${first.child.pid} on ${hostname()} since \\d{4}-`))
  t.match(errors, /DATA_DIR/, 'and says what to do')
  await t.rejects(openReal(root), { name: 'AlreadyOpen', pid: first.child.pid, host: hostname() })

  first.child.kill('SIGKILL')
  await first.ended
  const third = await openReal(root)
  t.match(JSON.parse(await readFile(join(root, 'lock.holder'), 'utf8')), { pid: process.pid })
  await third.close()
})

t.test('also within one process a data directory is held once, and free again when closed', async (t) => {
  const root = t.testdir()
  const data = await openReal(root)
  await t.rejects(openReal(root), { name: 'AlreadyOpen', pid: process.pid })
  await data.close()
  await (await openReal(root)).close()
})

t.test('the lock is held although its name could not be written, and names nobody wrong', async (t) => {
  const root = t.testdir({ 'lock.holder': '{"pid":1,"host":"another","since":"2020-01-01T00:00:00.000Z"}' })
  const lock = await Lock.take(new FaultyFiles(realFiles, { at: 2, code: 'ENOSPC' }), root, ticking())
  await t.rejects(Lock.take(realFiles, root, ticking()), { name: 'AlreadyOpen', pid: null, message: /\(unknown\)/ })
  await lock.release()
  await (await Lock.take(realFiles, root, ticking())).release()
})

t.test('a name left behind by a dead process is not given as the holder', async (t) => {
  const gone = fork(fileURLToPath(new URL('./clock.ts', import.meta.url)), { execArgv: ['--version'], stdio: 'ignore' })
  await new Promise((resolve) => gone.on('close', resolve))
  const root = t.testdir()
  const lock = await Lock.take(realFiles, root, ticking())
  await writeFile(join(root, 'lock.holder'), JSON.stringify({ pid: gone.pid, host: hostname(), since: 'x' }))
  const error: unknown = await Lock.take(realFiles, root, ticking()).catch((error: unknown) => error)
  t.ok(error instanceof AlreadyOpen && error.pid === null)
  await lock.release()
})
