import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { ROOT } from '../../../root.js'

/** For tests: the built portal in a process of its own, as `npm start` runs it. */
export interface RunningPortal {
  readonly port: number
  readonly said: readonly string[]
  /** As a service manager asks it. @returns the exit code */
  stop(): Promise<number | null>
  kill(): void
}

/** Resolves when it listens. @throws Error with what it said, when it ends instead */
export async function startPortal(env: Readonly<Record<string, string>>): Promise<RunningPortal> {
  const child: ChildProcess = spawn(process.execPath, ['dist/server/main.js'], {
    cwd: ROOT, env: { PATH: process.env['PATH'], DEMO: 'false', LOG_LEVEL: 'warn', ...env }, stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said: string[] = []
  const ended = once(child, 'exit') as Promise<[number | null]>
  child.stderr?.setEncoding('utf8').on('data', (text: string) => said.push(text))
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  const port = await new Promise<number>((resolve, reject) => {
    lines.on('line', (line) => {
      said.push(line)
      const origin = /ready at (http:\S+)/.exec(line)?.[1]
      if (origin) resolve(Number(new URL(origin).port))
    })
    child.once('close', () => reject(new Error(`the portal did not start: ${said.join('\n')}`)))
  })
  return {
    port, said,
    stop: async () => {
      child.kill('SIGTERM')
      return (await ended)[0]
    },
    kill: () => void child.kill('SIGKILL'),
  }
}
