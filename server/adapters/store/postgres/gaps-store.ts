import type { Gap, Gaps } from '../../../domain/insights/gap.js'
import type { Outcome } from '../../../domain/people/refusal.js'
import { trimmed } from '../trimmed-gaps.js'
import type { Around } from './around.js'
import type { Database } from './database.js'
import { Room, type View } from './room.js'

/** One row a gap, in memory in every process, the oldest first. */
export async function openGaps(database: Database, around: Around): Promise<Gaps> {
  let known: readonly Gap[] | null = null
  const room = await around.open(new Room<Gap>(database, 'gaps', { now: 1 }, () => { known = null }))
  const all = (): readonly Gap[] => (known ??= inOrder(room))

  return {
    all,
    change: async (verb) => {
      let outcome: Outcome<readonly Gap[]> | undefined
      await room.change(() => {
        const now = all()
        outcome = verb(now)
        return outcome.ok && outcome.value !== now ? differences(now, trimmed(outcome.value)) : new Map()
      })
      return outcome as unknown as Outcome<readonly Gap[]>
    },
  }
}

function inOrder(room: View<Gap>): readonly Gap[] {
  return [...room.all().values()].sort((a, b) => a.at.localeCompare(b.at) || a.id.localeCompare(b.id))
}

function differences(before: readonly Gap[], after: readonly Gap[]): ReadonlyMap<string, Gap | null> {
  const changes = new Map<string, Gap | null>(before.map(({ id }) => [id, null]))
  const same = new Set(before)
  for (const gap of after) {
    if (same.has(gap)) changes.delete(gap.id)
    else changes.set(gap.id, gap)
  }
  return changes
}
