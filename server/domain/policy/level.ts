import type { Clearance } from '../people/clearance.js'

/** Confidentiality 保密级别, least to most closed. A person's clearance is one of the last three. */
export const LEVELS = ['shareable', 'internal', 'confidential', 'restricted'] as const
export type Level = (typeof LEVELS)[number]

/** Audience 受众范围, narrowest to widest. */
export const AUDIENCES = ['private', 'team', 'department', 'enterprise'] as const
export type Audience = (typeof AUDIENCES)[number]

/** The levels a clearance opens: everything up to and including it. Never empty. */
export function levelsWithin(clearance: Clearance): [Level, ...Level[]] {
  return LEVELS.slice(0, LEVELS.indexOf(clearance) + 1) as [Level, ...Level[]]
}

export function stricterLevel(a: Level, b: Level): Level {
  return LEVELS.indexOf(a) >= LEVELS.indexOf(b) ? a : b
}

export function narrowerAudience(a: Audience, b: Audience): Audience {
  return AUDIENCES.indexOf(a) <= AUDIENCES.indexOf(b) ? a : b
}

export function isLowerLevel(a: Level, than: Level): boolean {
  return LEVELS.indexOf(a) < LEVELS.indexOf(than)
}

export function isWiderAudience(a: Audience, than: Audience): boolean {
  return AUDIENCES.indexOf(a) > AUDIENCES.indexOf(than)
}
