import { Agent as PlainAgent, request as plainRequest, type IncomingMessage } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'

/** A connection that nobody used for so long is closed here, before the server closes it; milliseconds. */
const IDLE = 3_000

/** A server that answered, but not with what was asked for. */
export class Refused extends Error {
  /** @param code the server's own, or `status 502` */
  constructor(readonly code: string) {
    super(code)
  }
}

/**
 * Sends questions for the server's own client, over connections that stay open. `fetch` costs the portal more than
 * everything else about a small question (measured in content/decisions/0033).
 */
export function questions(): { send(...asked: Parameters<typeof fetch>): Promise<unknown>; close(): void } {
  const agents = { 'http:': new PlainAgent({ keepAlive: true, timeout: IDLE }), 'https:': new SecureAgent({ keepAlive: true, timeout: IDLE }) }
  const send = (url: URL, init: RequestInit, again: boolean): Promise<unknown> => {
    const secure = url.protocol === 'https:'
    return new Promise((resolve, reject) => {
      const sent = (secure ? secureRequest : plainRequest)(url, {
        agent: secure ? agents['https:'] : agents['http:'],
        method: init.method ?? 'GET',
        headers: Object.fromEntries(init.headers instanceof Headers ? init.headers : new Headers(init.headers)),
        ...(init.signal && { signal: init.signal }),
      })
      sent.once('error', (error: NodeJS.ErrnoException) => {
        // The server may close a connection in the moment in which it is used again. Asking changes nothing, so it is asked twice.
        if (again && sent.reusedSocket && error.code === 'ECONNRESET') resolve(send(url, init, false))
        else reject(error)
      })
      sent.once('response', (response) => void answered(response).then(resolve, reject))
      sent.end(init.body ?? undefined)
    })
  }
  return {
    send: (address, init = {}) => send(address instanceof URL ? address : new URL(String(address)), init, true),
    close: () => {
      for (const agent of Object.values(agents)) agent.destroy()
    },
  }
}

/** @throws Refused */
async function answered(response: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = []
  await new Promise<void>((resolve, reject) => {
    response.on('data', (part: Buffer) => parts.push(part))
    response.once('end', resolve)
    response.once('error', reject)
  })
  const status = response.statusCode ?? 0
  const answer = parsed(Buffer.concat(parts).toString('utf8'))
  if (status >= 200 && status < 300) return answer
  const code = (answer as { code?: unknown } | undefined)?.code
  throw new Refused(typeof code === 'string' ? code : `status ${status}`)
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
