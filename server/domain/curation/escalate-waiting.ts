import type { Directories } from '../policy/readable.js'
import type { Everything } from '../policy/everything.js'
import type { Note } from '../notes/note.js'
import type { AllNotes } from '../notes/port.js'
import { chunks } from '../people/some-at-once.js'
import { desksOf, escalate, escalatesTo, nobodyCanDecide } from './escalate.js'

export interface WaitingRoom {
  readonly notes: Pick<AllNotes, 'read' | 'readSome' | 'waiting' | 'changeByClock'>
  /** what waits is looked through for everybody: no viewer is there to ask */
  readonly pass: Everything
  directories(): Directories
  /** `YYYY-MM-DD` at the bank at this instant */
  dayAt(now: string): string
  /** one note that cannot be read or written does not hold up the others */
  troubled(note: string, error: unknown): void
}

/** Sends every item that has waited too long, or that nobody near may decide, one department up. Run it any number of times. */
export async function escalateWaiting(room: WaitingRoom, now: string, stopped: () => boolean): Promise<void> {
  const desks = desksOf(room.directories(), room.dayAt(now))
  for await (const note of waitingIn(room)) {
    if (stopped()) return
    try {
      if (escalatesTo(note, desks, now) !== null) await room.notes.changeByClock(note.id, room.pass, (present) => escalate(present, desks, now))
    } catch (error) {
      room.troubled(note.id, error)
    }
  }
}

/** How many items nobody at all may decide today: a number, never which. */
export async function countUndecidable(room: WaitingRoom, now: string): Promise<number> {
  const desks = desksOf(room.directories(), room.dayAt(now))
  let count = 0
  for await (const note of waitingIn(room)) if (nobodyCanDecide(note, desks)) count += 1
  return count
}

const AT_ONCE = 100

async function* waitingIn(room: WaitingRoom): AsyncIterable<Note> {
  for await (const ids of chunks(room.notes.waiting(room.pass), AT_ONCE)) yield* await readIn(room, ids)
}

/** Where one of them cannot be read, the others are read by themselves. */
async function readIn({ notes, pass, troubled }: WaitingRoom, ids: readonly string[]): Promise<readonly Note[]> {
  try {
    return await notes.readSome(ids, pass)
  } catch {
    const found: Note[] = []
    for (const id of ids) {
      const note = await notes.read(id, pass).catch((error: unknown) => troubled(id, error))
      if (note) found.push(note)
    }
    return found
  }
}
