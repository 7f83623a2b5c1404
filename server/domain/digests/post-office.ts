import { DateTime } from 'luxon'
import type { Directories } from '../policy/readable.js'
import type { AuditRecord } from '../policy/record.js'
import type { Notes } from '../notes/port.js'
import type { Vocabulary } from '../notes/taxonomy.js'
import type { Notices } from '../community/notice-port.js'
import type { Channels, Mailer, MailSettings, Outbox, PauseLinks, Stationery } from './port.js'

/** Everything that planning, composing and sending stand on. */
export interface PostOffice {
  readonly channels: Channels
  readonly outbox: Outbox
  readonly notes: Notes
  readonly notices: Notices
  readonly record: Pick<AuditRecord, 'append'>
  readonly mailer: Mailer
  readonly stationery: Stationery
  readonly pauseLinks: PauseLinks
  readonly settings: MailSettings
  /** resolves when no list misses anything: a digest composed before would leave out for good what it missed */
  readonly ready: Promise<void>
  /** the live directories the law is computed from, read anew for every letter */
  directories(): Directories
  vocabulary(): Vocabulary
}

/** `YYYY-MM-DD` at the bank at this instant. */
export function dayAt(now: string, timeZone: string): string {
  return DateTime.fromMillis(Date.parse(now), { zone: timeZone }).toISODate() as string
}

/** The moment at which a day (`YYYY-MM-DD`) begins at the bank, UTC ISO-8601 with ms. */
export function startOfDay(day: string, timeZone: string): string {
  return DateTime.fromISO(day, { zone: timeZone }).startOf('day').toUTC().toISO() as string
}
