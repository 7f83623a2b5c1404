import type { Gap, Gaps } from '../../../domain/insights/gap.js'
import type { Outcome } from '../../../domain/people/refusal.js'
import { trimmed } from '../trimmed-gaps.js'
import { Document } from './document.js'
import type { Keeping } from './keeping.js'

export async function openGaps(keeping: Keeping): Promise<Gaps> {
  const document = await Document.open<{ gaps: readonly Gap[] }>(keeping, { name: 'gaps', schema: { now: 1 }, empty: () => ({ gaps: [] }) })
  return {
    all: () => document.read().gaps,
    change: async (verb) => {
      let outcome: Outcome<readonly Gap[]> | undefined
      await document.change((now) => {
        outcome = verb(now.gaps)
        return outcome.ok && outcome.value !== now.gaps ? { gaps: trimmed(outcome.value) } : now
      })
      return outcome as unknown as Outcome<readonly Gap[]>
    },
  }
}
