import { once } from 'node:events'
import { Agent, createServer, get, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * For tests: a plain round-robin proxy. It asks every portal's `/readyz`, keeps connections open, and tries nothing
 * twice: whatever a portal does to a connection, somebody's browser would see.
 */
export class ScratchProxy {
  private readonly portals: { readonly port: number; readonly agent: Agent; up: boolean }[]
  private turn = 0
  private readonly server = createServer((asked, answer) => this.forward(asked, answer))
  private readonly checks: NodeJS.Timeout
  /** what went wrong between here and a portal */
  readonly troubles: string[] = []

  constructor(ports: readonly number[], everyMs = 200) {
    this.portals = ports.map((port) => ({ port, agent: new Agent({ keepAlive: true, maxSockets: 64 }), up: false }))
    this.checks = setInterval(() => void this.check(), everyMs)
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  /** Resolves when exactly these are sent people. */
  async sees(ports: readonly number[]): Promise<void> {
    while (this.portals.some(({ port, up }) => up !== ports.includes(port))) await new Promise((resolve) => setTimeout(resolve, 20))
  }

  async close(): Promise<void> {
    clearInterval(this.checks)
    for (const { agent } of this.portals) agent.destroy()
    this.server.close()
    this.server.closeAllConnections()
    await once(this.server, 'close')
  }

  private async check(): Promise<void> {
    await Promise.all(this.portals.map(async (portal) => {
      portal.up = await new Promise<boolean>((resolve) => {
        const asked = get({ port: portal.port, host: '127.0.0.1', path: '/readyz', agent: false, timeout: 2_000 }, (answer) => {
          answer.resume()
          resolve(answer.statusCode === 200)
        })
        asked.once('error', () => resolve(false)).once('timeout', () => asked.destroy())
      })
    }))
  }

  private forward(asked: IncomingMessage, answer: ServerResponse): void {
    const up = this.portals.filter((portal) => portal.up)
    const portal = up[this.turn++ % Math.max(1, up.length)]
    if (!portal) return this.fail(answer, 'no portal is up')
    const { connection: _, ...headers } = asked.headers
    const onward = request({ port: portal.port, host: '127.0.0.1', agent: portal.agent, method: asked.method, path: asked.url, headers }, (from) => {
      const { connection: _connection, 'keep-alive': _keep, ...rest } = from.headers
      answer.writeHead(from.statusCode ?? 502, rest)
      from.pipe(answer)
      from.once('error', (error) => { this.troubles.push(`${portal.port}: ${error.message}`); answer.destroy() })
    })
    onward.once('error', (error) => this.fail(answer, `${portal.port}: ${error.message}`))
    asked.pipe(onward)
  }

  private fail(answer: ServerResponse, why: string): void {
    this.troubles.push(why)
    if (answer.headersSent) answer.destroy()
    else answer.writeHead(502).end()
  }
}
