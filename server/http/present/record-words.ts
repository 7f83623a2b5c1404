import type { FastifyRequest } from 'fastify'
import type { Party } from '../../domain/policy/access.js'
import { LEVELS } from '../../domain/policy/level.js'
import { ROLES } from '../../domain/people/person.js'
import { REASON_KINDS, TERM_KINDS, type TermKind } from '../../domain/notes/taxonomy.js'
import type { Act, Recorded } from '../../domain/policy/record.js'
import type { Labels } from './labels.js'

/** Jobs that write on the record, `job:<name>`; each has its words. */
export const JOBS = ['start', 'digests', 'backup', 'restore', 'admin-create'] as const

interface Telling {
  readonly request: FastifyRequest
  readonly labels: Labels
  readonly thing: Recorded['thing']
  readonly from: string
  readonly to: string
}
/** Undefined for a value that an act never had when this was written: then the codes themselves are shown. */
type Saying = (telling: Telling) => string | undefined

/** Acts that are told by their name alone. */
const nothing: Saying = () => undefined

const SAYINGS: Readonly<Record<Act, Saying>> = {
  'session.signed_in': nothing,
  'session.refused': nothing,
  'session.signed_out': nothing,
  'session.ended': nothing,
  'access.refused': ({ request, to }) => {
    const key = `record.refused.${to}`
    return request.house.words.has(key) ? request.say(key) : request.say('record.refused.other', { code: to })
  },
  'thing.read': ({ request, to }) => (to === 'list' ? request.say('record.said.in_list') : undefined),
  'thing.printed': nothing,
  'thing.exported': ({ request, to }) => {
    const rows = /^rows,(\d+)$/.exec(to)?.[1]
    return rows === undefined ? counted(request, 'record.said.customers', /^customers,(\d+)$/.exec(to)?.[1]) : request.say('record.said.rows', { rows: Number(rows) })
  },
  'record.read': nothing,
  'record.repaired': ({ request, from }) => (/^\d+$/.test(from) ? request.say('record.said.repaired', { bytes: Number(from) }) : undefined),
  'record.doubted': ({ request, to }) => (request.house.words.has(`record.doubt.${to}`) ? request.say(`record.doubt.${to}`) : undefined),
  'note.posted': nothing,
  'note.edited': nothing,
  'note.withdrawn': nothing,
  'note.claimed': nothing,
  'note.taken_over': nothing,
  'note.accepted': nothing,
  'note.returned': nothing,
  'note.declined': nothing,
  'note.merged': nothing,
  'note.reverified': nothing,
  'note.reclassified': change(level),
  'note.audience_changed': change(audience),
  'note.readers_changed': change(list(party)),
  'note.withheld': nothing,
  'note.moved': nothing,
  'note.archived': nothing,
  'note.restored': nothing,
  'note.cleared': nothing,
  'note.handed_over': nothing,
  'redaction.proposed': nothing,
  'redaction.refused': nothing,
  'redaction.done': nothing,
  'import.done': ({ request, to }) => {
    const [created, changed, without = 0] = numbersIn(to)
    if (created === undefined || changed === undefined) return undefined
    return without > 0 ? request.say('record.said.imported_without', { created, changed, without }) : request.say('record.said.imported', { created, changed })
  },
  'import.accepted': (telling) => {
    const [whom = '', how = '', count = ''] = telling.to.split(',')
    const [forWhom, at] = [audience(telling, whom), level(telling, how)]
    return forWhom && at && /^\d+$/.test(count) ? telling.request.say('record.said.accepted', { audience: forWhom, level: at, count: Number(count) }) : undefined
  },
  'customer.created': ({ request, to }) => (to === 'restricted' ? request.say('record.said.restricted') : undefined),
  'customer.changed': nothing,
  'customer.restricted_changed': change(knowers),
  'person.created': (telling) => department(telling, telling.to),
  'person.rights_changed': rights,
  'person.clearance_changed': change(level),
  'person.login_changed': change(verbatim),
  'person.address_changed': change(verbatim),
  'person.address_confirmed': ({ to }) => to,
  'person.change_failed': nothing,
  'person.moved': change(department),
  // On or off is what the act itself says.
  'person.disabled': () => '',
  'person.enabled': () => '',
  'person.absence_changed': change(absence),
  'person.handed_over': handedOver,
  'password.changed': nothing,
  'password.link_issued': nothing,
  'token.created': (telling) => {
    const scopes = list(scope)(telling, telling.to)
    return scopes && telling.request.say('record.said.may', { scopes })
  },
  'token.revoked': nothing,
  'department.changed': change((telling, id) => (id === '' ? telling.request.say('record.said.none') : department(telling, id))),
  'team.changed': change(list((telling, code) => department(telling, code) ?? code)),
  'channel.created': (telling) => party(telling, telling.to),
  'channel.changed': (telling) => (telling.from === 'paused' && telling.to === 'resumed' ? telling.request.say('record.said.paused') : change(party)(telling)),
  'channel.ceiling_changed': change(level),
  'channel.paused': nothing,
  'digest.sent': ({ request, to }) => counted(request, 'record.said.notes', to),
  'vocabulary.changed': vocabulary,
  'settings.changed': nothing,
  'backup.made': nothing,
  'backup.restored': ({ request, to }) => counted(request, 'record.said.restored', to),
}

/** What an entry says beyond its act, in the reader's language; empty where there is nothing to add. */
export function sayDetail(request: FastifyRequest, { did, thing, from = '', to = '' }: Recorded, labels: Labels): string {
  if (from === '' && to === '') return ''
  return SAYINGS[did]({ request, labels, thing, from, to }) ?? request.say('record.said.unworded', { codes: [from, to].filter((code) => code !== '').join(' → ') })
}

/** Who did it: a person by name, a job by what it does. */
export function sayWho(request: FastifyRequest, who: string, labels: Labels): string {
  if (who === 'nobody') return request.say('record.nobody')
  if (who.startsWith('job:')) {
    const job = JOBS.find((name) => name === who.slice(4))
    return job ? request.say(`record.job.${job}`) : request.say('record.job', { name: who.slice(4) })
  }
  if (who.startsWith('channel:')) return request.say('record.channel', { name: who.slice(8) })
  return request.house.people.directory().person(who) ? labels.person(who) : who
}

/** Names of people, teams, departments and terms are known to all staff; titles and customers are never named. */
export function nameOf(request: FastifyRequest, { kind, id }: NonNullable<Recorded['thing']>, labels: Labels): string {
  const people = request.house.people.directory()
  if (kind === 'person') return people.person(id) ? labels.person(id) : ''
  if (kind === 'team') return people.team(id) ? labels.team(id) : ''
  if (kind === 'term') return termOf(labels, id) ?? ''
  return kind === 'department' && people.department(id) ? labels.department(id) : ''
}

/** The id as a link shows it; the parts of the record itself have words for ids. */
export function idOf(request: FastifyRequest, { kind, id }: NonNullable<Recorded['thing']>): string {
  return kind === 'record' && (id === 'page' || id === 'verification') ? request.say(`record.part.${id}`) : id
}

type Wording = (telling: Telling, code: string) => string | undefined

function change(word: Wording): Saying {
  return (telling) => {
    const [from, to] = [word(telling, telling.from), word(telling, telling.to)]
    return from === undefined || to === undefined ? undefined : telling.request.say('record.said.from_to', { from, to })
  }
}

/** A list of codes, each in words; an empty one is a value too. */
function list(word: Wording): Wording {
  return (telling, codes) => {
    if (codes === '') return telling.request.say('record.said.none')
    const words = codes.split(',').map((code) => word(telling, code))
    return words.some((one) => one === undefined) ? undefined : words.join(telling.labels.zh ? '、' : ', ')
  }
}

/** Names to sign in with and addresses of staff stand for themselves. */
function verbatim(_telling: Telling, code: string): string {
  return code
}

function level({ request }: Telling, code: string): string | undefined {
  return LEVELS.some((each) => each === code) ? request.say(`frame.level.${code}`) : undefined
}

function audience({ request }: Telling, code: string): string | undefined {
  const key = code === 'private' ? 'curation.private' : `frame.audience.${code}`
  return request.house.words.has(key) ? request.say(key) : undefined
}

function party({ request, labels }: Telling, code: string): string | undefined {
  const people = request.house.people.directory()
  const known = code.startsWith('p:') ? people.person(code.slice(2)) : code.startsWith('t:') ? people.team(code.slice(2)) : undefined
  return known ? labels.party(code as Party) : undefined
}

function department({ request, labels }: Telling, id: string): string | undefined {
  return request.house.people.directory().department(id) ? labels.department(id) : undefined
}

function team({ request, labels }: Telling, id: string): string | undefined {
  return request.house.people.directory().team(id) ? labels.team(id) : undefined
}

function role({ request }: Telling, code: string): string | undefined {
  return ROLES.some((each) => each === code) ? request.say(`admin.role.${code}`) : undefined
}

function scope({ request }: Telling, code: string): string | undefined {
  return code === 'read' || code === 'write' ? request.say(`api.tokens.scope_short.${code}`) : undefined
}

/** The entry does not name the right; what stands in its lists does. */
function rights(telling: Telling): string | undefined {
  for (const [right, word] of [['roles', role], ['teams', team], ['domain', department]] as const) {
    const said = change(list(word))(telling)
    if (said !== undefined) return telling.request.say(`record.said.rights.${right}`, { change: said })
  }
  return undefined
}

/** Who may know of a customer: `open`, or `restricted` with the team and the curators appointed. */
function knowers(telling: Telling, codes: string): string | undefined {
  if (codes === 'open') return telling.request.say('record.said.open')
  const who = codes.startsWith('restricted,') ? list(party)(telling, codes.slice('restricted,'.length)) : undefined
  return who && telling.request.say('record.said.known_to', { who })
}

function absence(telling: Telling, codes: string): string | undefined {
  if (codes === '') return telling.request.say('record.said.present')
  const [from = '', until = '', who = ''] = codes.split(',')
  const deputy = party(telling, who)
  return deputy && telling.request.say('record.said.away', { from, until, deputy })
}

function handedOver(telling: Telling): string | undefined {
  const codes = telling.to.split(',')
  const [notes, customers, channels] = numbersIn(codes.slice(-3).join(','))
  const heirs = list(party)(telling, codes.slice(0, -3).join(','))
  return heirs && notes !== undefined && customers !== undefined && channels !== undefined
    ? telling.request.say('record.said.handed_over', { heirs, notes, customers, channels }) : undefined
}

function vocabulary({ request, labels, thing, to }: Telling): string | undefined {
  const [did = '', into = ''] = to.split(':')
  const [kind = ''] = (thing?.id ?? '').split('/')
  if (did === 'merged' && into !== '') return request.say('record.said.vocabulary.merged_into', { into: termOf(labels, `${kind}/${into}`) ?? into })
  const key = `record.said.vocabulary.${did}`
  return request.house.words.has(key) ? request.say(key) : undefined
}

function termOf(labels: Labels, id: string): string | undefined {
  const [kind = '', key = ''] = id.split('/')
  const reason = REASON_KINDS.find((each) => kind === `reasons.${each}`)
  if (reason && key !== '') return labels.reason(reason, key)
  const known = TERM_KINDS.find((each): each is Exclude<TermKind, 'tags'> => each === kind && each !== 'tags')
  return known && key !== '' ? labels.term(known, key) : undefined
}

function counted(request: FastifyRequest, key: string, count: string | undefined): string | undefined {
  return count !== undefined && /^\d+$/.test(count) ? request.say(key, { count: Number(count) }) : undefined
}

function numbersIn(codes: string): readonly number[] {
  return /^\d+(,\d+)*$/.test(codes) ? codes.split(',').map(Number) : []
}
