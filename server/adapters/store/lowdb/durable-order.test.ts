import t from 'tap'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const BUSY = fileURLToPath(new URL('./busy-process.ts', import.meta.url))
const CALLS = 'trace=openat,fsync,fdatasync,rename,renameat,renameat2,write,pwrite64,ftruncate'

interface Call {
  readonly name: string
  /** path of the file, or both of a rename */
  readonly on: readonly string[]
  readonly text: string
  began: number
  ended: number
}

const strace = spawnSync('strace', ['-e', 'trace=none', process.execPath, '--version'])
const skip = strace.status === 0 ? false : 'strace is not there or may not trace: the order of system calls was not checked (SAFETY F2)'

t.test('the kernel saw fsync, rename and fsync of the directory, in this order, before each answer', { skip }, async (t) => {
  const root = t.testdir()
  const trace = join(root, 'trace.txt')
  const data = join(root, 'data')
  const { status, stderr } = spawnSync(
    'strace',
    ['-f', '-y', '-s', '200', '-o', trace, '-e', CALLS, process.execPath, '--import=@tapjs/typescript/import', BUSY, data, 'steady'],
    { encoding: 'utf8', timeout: 60_000, env: { ...process.env, UV_USE_IO_URING: '0', TSIMP_DIAG: 'ignore' } },
  )
  t.equal(status, 0, stderr.slice(-500))
  const calls = callsOf(readFileSync(trace, 'utf8'))
  const answers = calls.filter(({ name, text }) => name === 'write' && /^"(page|count|record) /.test(text))
  t.equal(answers.length, 20, 'four kinds of answers, five times')

  let after = 0
  for (const answer of answers) {
    const [, kind, id] = /^"(\w+) ([\w-]+)/.exec(answer.text) ?? []
    const within = calls.filter(({ began, ended }) => began > after && ended < answer.began)
    if (kind === 'record') {
      const written = within.find(({ name, on }) => name === 'pwrite64' && on[0]?.endsWith('.ndjson'))
      const synced = within.find(({ name, on, began }) => name === 'fsync' && on[0] === written?.on[0] && began > (written?.ended ?? Infinity))
      t.ok(written && synced, `record ${id}: written, fsynced, answered`)
    } else {
      const file = kind === 'page' ? `${id}.json` : 'counts.json'
      const renamed = within.find(({ name, on }) => name.startsWith('rename') && basename(on[1] ?? '') === file)
      const written = within.find(({ name, on, ended }) => name === 'pwrite64' && on[0] === renamed?.on[0] && ended < (renamed?.began ?? 0))
      const synced = within.find(({ name, on, began, ended }) => name === 'fsync' && on[0] === renamed?.on[0] && began > (written?.ended ?? Infinity) && ended < (renamed?.began ?? 0))
      const folder = within.find(({ name, on, began }) => name === 'fsync' && on[0] === dirname(renamed?.on[1] ?? '') && began > (renamed?.ended ?? Infinity))
      t.ok(written && synced && renamed && folder, `${kind} ${id}: written, fsynced, renamed, directory fsynced, answered`)
    }
    after = answer.ended
  }
})

/** strace's lines; a call that other threads interrupted is put together again, with both of its places. */
function callsOf(trace: string): Call[] {
  const calls: Call[] = []
  const open = new Map<string, Call>()
  for (const [at, line] of trace.split('\n').entries()) {
    const [, pid = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? []
    const resumed = /^<\.\.\. \w+ resumed>/.test(rest)
    const call = resumed ? open.get(pid) : begun(rest, at)
    if (!call) continue
    call.ended = at
    open.delete(pid)
    if (rest.includes('<unfinished ...>')) open.set(pid, Object.assign(call, { ended: Infinity }))
    if (!resumed) calls.push(call)
  }
  return calls
}

function begun(rest: string, at: number): Call | null {
  const [, name, args = ''] = /^(\w+)\((.*)$/.exec(rest) ?? []
  if (!name) return null
  const on = name.startsWith('rename') ? [...args.matchAll(/"([^"]*)"/g)].map((found) => found[1] ?? '') : [/^\d+<([^>]*)>/.exec(args)?.[1] ?? '']
  return { name, on, text: args.replace(/^\d+<[^>]*>, /, ''), began: at, ended: at }
}
