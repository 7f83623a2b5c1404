/**
 * The record 审计记录: who did what, when, to which thing. It never holds text, a title or a customer's name, so an
 * auditor may read all of it. Values are codes: keys, ids, levels, numbers.
 */

/** What can be done that must be on record. Add to it freely; never rename or remove one. */
export const ACTS = [
  'session.signed_in',
  'session.refused',
  'session.signed_out',
  'session.ended',
  'access.refused',
  'thing.read',
  'thing.printed',
  'thing.exported',
  'record.read',
  'record.repaired',
  'record.doubted',
  'note.posted',
  'note.edited',
  'note.withdrawn',
  'note.claimed',
  'note.taken_over',
  'note.accepted',
  'note.returned',
  'note.declined',
  'note.merged',
  'note.reverified',
  'note.reclassified',
  'note.audience_changed',
  'note.readers_changed',
  'note.withheld',
  'note.moved',
  'note.archived',
  'note.restored',
  'note.cleared',
  'note.handed_over',
  'redaction.proposed',
  'redaction.refused',
  'redaction.done',
  'import.done',
  'import.accepted',
  'customer.created',
  'customer.changed',
  'customer.restricted_changed',
  'person.created',
  'person.rights_changed',
  'person.clearance_changed',
  'person.login_changed',
  'person.address_changed',
  'person.address_confirmed',
  'person.change_failed',
  'person.moved',
  'person.disabled',
  'person.enabled',
  'person.absence_changed',
  'person.handed_over',
  'password.changed',
  'password.link_issued',
  'token.created',
  'token.revoked',
  'department.changed',
  'team.changed',
  'channel.created',
  'channel.changed',
  'channel.ceiling_changed',
  'channel.paused',
  'digest.sent',
  'vocabulary.changed',
  'settings.changed',
  'backup.made',
  'backup.restored',
] as const
export type Act = (typeof ACTS)[number]

export const RECORDED_KINDS = [
  'note',
  'draft',
  'attachment',
  'customer',
  'person',
  'team',
  'department',
  'channel',
  'digest',
  'mail',
  'token',
  'session',
  'term',
  'import',
  'export',
  'backup',
  'record',
  'page',
] as const
export type RecordedKind = (typeof RECORDED_KINDS)[number]

export interface RecordEntry {
  /** UTC ISO-8601 with milliseconds */
  readonly at: string
  /** person id, `channel:<id>`, `job:<name>` or `nobody` */
  readonly who: string
  readonly did: Act
  readonly thing?: { readonly kind: RecordedKind; readonly id: string }
  /** the value before and after: a code or a list of codes, `internal`, `curator,admin`, `t:…` */
  readonly from?: string
  readonly to?: string
  readonly via?: 'page' | 'api' | 'job'
  /** id of the request, as in the log */
  readonly request?: string
}

/** An entry as it stands in the record, counted from 1. */
export type Recorded = RecordEntry & { readonly n: number }

export interface RecordQuery {
  readonly who?: string
  readonly did?: readonly Act[]
  readonly kind?: RecordedKind
  readonly id?: string
  /** inclusive */
  readonly from?: string
  /** exclusive */
  readonly until?: string
  /** only entries with a smaller number: `next` of the page before */
  readonly before?: number
  /** at most 500; 50 when not given */
  readonly limit?: number
}

export interface RecordPage {
  /** newest first */
  readonly entries: readonly Recorded[]
  readonly next: number | null
}

/** Where an entry and its hash stand: written down elsewhere, it proves later that nothing before it was changed. */
export interface RecordMark {
  readonly n: number
  readonly hash: string
}

export interface RecordProblem {
  /**
   * `edited`: at this entry or the one before. `removed`: `n` to `to` are gone. `reordered`: it stands in another
   * place, or twice. `unreadable`: the line is no entry. `shortened`: the last ones are gone. `head`: the file that
   * says where the record ends is missing or does not fit. `witness`: the entry is not the one that was marked.
   */
  readonly what: 'edited' | 'removed' | 'reordered' | 'unreadable' | 'shortened' | 'head' | 'witness'
  readonly n: number
  readonly to?: number
  /** file and line, where there is one */
  readonly segment?: string
  readonly line?: number
}

export interface RecordVerdict {
  readonly whole: boolean
  readonly entries: number
  readonly last: RecordMark
  readonly problems: readonly RecordProblem[]
  /** a last line that was being written when the process ended; no sign of tampering */
  readonly unfinished: boolean
}

/** What the domain needs of the record. */
export interface AuditRecord {
  /** Resolves when the entry is on disk. When it rejects nothing is on record: refuse the act (fail closed). */
  append(entry: RecordEntry): Promise<void>
  page(query: RecordQuery): Promise<RecordPage>
  verify(witness?: RecordMark): Promise<RecordVerdict>
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/
const NAME = /^[A-Za-z0-9][A-Za-z0-9:._@/-]{0,199}$/
const CODES = /^[A-Za-z0-9:._@/,+*-]{0,2000}$/

/**
 * The entry itself, once it is certain that no sentence of anybody's can be in it.
 * @throws Error naming the field, never its value
 */
export function checkedEntry(entry: RecordEntry): RecordEntry {
  const { at, who, did, thing, from = '', to = '', via, request } = entry
  refuseUnless(INSTANT.test(at), 'at')
  refuseUnless(NAME.test(who), 'who')
  refuseUnless(ACTS.includes(did), 'did')
  refuseUnless(!thing || (RECORDED_KINDS.includes(thing.kind) && NAME.test(thing.id)), 'thing')
  refuseUnless(CODES.test(from), 'from')
  refuseUnless(CODES.test(to), 'to')
  refuseUnless(via === undefined || ['page', 'api', 'job'].includes(via), 'via')
  refuseUnless(request === undefined || NAME.test(request), 'request')
  return entry
}

export function matches(query: RecordQuery, entry: Recorded): boolean {
  if (query.who !== undefined && entry.who !== query.who) return false
  if (query.did !== undefined && !query.did.includes(entry.did)) return false
  if (query.kind !== undefined && entry.thing?.kind !== query.kind) return false
  if (query.id !== undefined && entry.thing?.id !== query.id) return false
  if (query.from !== undefined && entry.at < query.from) return false
  if (query.until !== undefined && entry.at >= query.until) return false
  return query.before === undefined || entry.n < query.before
}

function refuseUnless(right: boolean, field: string): void {
  if (!right) throw new Error(`an entry of the record must not have this in its field ${field}`)
}
