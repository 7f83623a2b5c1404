import type { Notice } from './notice.js'

/** What people were told, each one's own. */
export interface Notices {
  /** Newest first. */
  of(person: string): Promise<readonly Notice[]>
  /** Asked on every page: in memory after the first time. */
  unread(person: string): Promise<number>
  /** Durable when it resolves; those already told are left as they are. @returns the new ones */
  add(person: string, notices: readonly Notice[]): Promise<readonly Notice[]>
  /** @param ids null for all */
  markRead(person: string, ids: readonly string[] | null, at: string): Promise<void>
}
