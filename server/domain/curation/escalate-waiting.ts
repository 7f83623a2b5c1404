import type { Directories } from '../policy/readable.js'
import type { Everything } from '../policy/everything.js'
import type { AllNotes } from '../notes/port.js'
import { desksOf, escalate, escalatesTo, nobodyCanDecide } from './escalate.js'

export interface WaitingRoom {
  readonly notes: Pick<AllNotes, 'read' | 'waitingSince' | 'changeByClock'>
  /** what waits is looked through for everybody: no viewer is there to ask */
  readonly pass: Everything
  directories(): Directories
  /** `YYYY-MM-DD` at the bank at this instant */
  dayAt(now: string): string
  /** one note that cannot be read or written does not hold up the others */
  troubled(note: string, error: unknown): void
}

const ALL = 1_000_000
/** Later than anything was opened: what came this very moment may already be nobody's to decide. */
const EVER = '9999-12-31T23:59:59.999Z'

/** Sends every item that has waited too long, or that nobody near may decide, one department up. Run it any number of times. */
export async function escalateWaiting(room: WaitingRoom, now: string, stopped: () => boolean): Promise<void> {
  const desks = desksOf(room.directories(), room.dayAt(now))
  for (const id of await room.notes.waitingSince(EVER, ALL, room.pass)) {
    if (stopped()) return
    try {
      const note = await room.notes.read(id, room.pass)
      if (note && escalatesTo(note, desks, now) !== null) await room.notes.changeByClock(id, room.pass, (present) => escalate(present, desks, now))
    } catch (error) {
      room.troubled(id, error)
    }
  }
}

/** How many items nobody at all may decide today: a number, never which. */
export async function countUndecidable(room: WaitingRoom, now: string): Promise<number> {
  const desks = desksOf(room.directories(), room.dayAt(now))
  let count = 0
  for (const id of await room.notes.waitingSince(EVER, ALL, room.pass)) {
    try {
      const note = await room.notes.read(id, room.pass)
      if (note && nobodyCanDecide(note, desks)) count += 1
    } catch (error) {
      room.troubled(id, error)
    }
  }
  return count
}
