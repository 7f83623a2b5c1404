import type { Gap } from '../../domain/insights/gap.js'

const KEPT = 5_000

/** Old settled gaps give way; open ones stay until a curator settles them. */
export function trimmed(gaps: readonly Gap[]): readonly Gap[] {
  if (gaps.length <= KEPT) return gaps
  const spare = gaps.length - KEPT
  let dropped = 0
  return gaps.filter((gap) => gap.settled === null || dropped++ >= spare)
}
