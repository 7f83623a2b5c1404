import type { FastifyRequest } from 'fastify'

export interface SessionRow {
  readonly device: string
  readonly address: string
  readonly startedAt: string
  readonly seenAt: string
  readonly here: boolean
}

/** Where somebody is signed in, this device first, then the one seen last. */
export function presentSessions(request: FastifyRequest, person: string): readonly SessionRow[] {
  const { sessions } = request.house
  const here = sessions.find(request.session.sessionId)
  return sessions
    .openOf(person)
    .map(({ session, seenAt }) => ({
      device: deviceOf(session.agent) ?? request.say('me.sessions.unknown'),
      address: session.address,
      startedAt: session.startedAt,
      seenAt,
      here: session === here,
    }))
    .sort((a, b) => Number(b.here) - Number(a.here) || b.seenAt.localeCompare(a.seenAt))
}

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/Edg\//, 'Edge'], [/MicroMessenger\//, 'WeChat'], [/Firefox\//, 'Firefox'], [/Chrome\//, 'Chrome'], [/Safari\//, 'Safari'],
]
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/HarmonyOS/, 'HarmonyOS'], [/Android/, 'Android'], [/iPhone|iPad/, 'iOS'], [/Windows/, 'Windows'], [/Mac OS/, 'macOS'], [/Linux/, 'Linux'],
]

/** Enough to recognise one's own devices; the rest of the header is nobody's business. */
function deviceOf(agent: string): string | null {
  const browser = BROWSERS.find(([sign]) => sign.test(agent))?.[1]
  const system = SYSTEMS.find(([sign]) => sign.test(agent))?.[1]
  return [browser, system].filter(Boolean).join(' · ') || null
}
