import type { Everything } from './everything.js'
import type { Grant } from './grant.js'
import type { RecordEntry } from './record.js'

/** One file of staff: what a look at it said, whether it was taken, and how many have been told. Of its text it holds nothing. */
export interface StaffImport {
  readonly id: string
  /** who chose the file: nobody else takes it */
  readonly owner: string
  /** UTC: when it was chosen */
  readonly at: string
  readonly counts: StaffCounts
  /** a digest of what would come of it: another one when the bank changed meanwhile in something the file speaks of */
  readonly comesTo: string
  /** who took it, noted before a row is written: that it was written the people themselves say (`People.wasMade`) */
  readonly run: StaffRun | null
  /** of people to be told: those gone through, and all */
  readonly told: number
  readonly toTell: number
  /** when the last one had been told */
  readonly finishedAt: string | null
}

export interface StaffCounts {
  readonly added: number
  readonly changed: number
  readonly unchanged: number
  readonly refused: number
}

export interface StaffRun {
  readonly by: string
  readonly at: string
  readonly via: NonNullable<RecordEntry['via']>
  readonly request: string | null
}

/** The file as it was looked at, until it is taken; and the list of who is to be told of what. */
export const STAFF_PAPERS = ['file', 'telling'] as const
export type StaffPaper = (typeof STAFF_PAPERS)[number]

/** Files of staff that were looked at or taken, the newest first; few, and in memory in every process. */
export interface StaffImports {
  all(): readonly StaffImport[]
  get(id: string): StaffImport | undefined
  /** Durable when it resolves, and its file too. */
  add(grant: Grant<'people.administer'>, made: StaffImport, file: Uint8Array): Promise<void>
  /** Who takes it, and the list of who is to be told: durable when it resolves. */
  note(grant: Grant<'people.administer'>, next: StaffImport, telling: Uint8Array): Promise<void>
  /** By the clock: people were told. @throws Error when it is gone */
  goOn(pass: Everything, id: string, next: (now: StaffImport) => StaffImport): Promise<StaffImport>
  /** null when there is none any more */
  paper(id: string, paper: StaffPaper): Promise<Uint8Array | null>
  dropFile(id: string): Promise<void>
  /** Forgets it with its papers, unless `over` says otherwise of it as it is at that moment: somebody may just have taken it. */
  drop(id: string, over: (now: StaffImport) => boolean): Promise<void>
  /** Does not call `act` when another process has this one in hand. @returns whether it was called */
  alone(id: string, act: () => Promise<void>): Promise<boolean>
}

/** The name under which the people know that its rows were written. */
export function markOf(id: string): string {
  return `import:${id}`
}
