import type { FastifyRequest } from 'fastify'
import { DateTime } from 'luxon'
import { ACTS, RECORDED_KINDS, type Recorded, type RecordPage, type RecordQuery, type RecordVerdict } from '../../domain/policy/record.js'
import { labelsOf, type Labels } from './labels.js'
import { one, type Fields } from './note-fields.js'
import { peopleFound, type PeopleFound } from './people-found.js'
import { idOf, nameOf, sayDetail, sayWho } from './record-words.js'

const SIZE = 50
/** The first words of acts, such as `note` of `note.posted`: a whole kind of act at once. */
const FAMILIES = [...new Set(ACTS.map((act) => act.slice(0, act.indexOf('.'))))]

export interface Asked {
  readonly fields: Readonly<Record<'who' | 'did' | 'kind' | 'id' | 'from' | 'until', string>>
  readonly query: RecordQuery
  /** whom the auditor may mean, while what is typed can mean several */
  readonly who: Pick<PeopleFound, 'people' | 'more'>
}

const NOBODY: PeopleFound = { people: [], exact: [], more: 0 }

/** What the auditor asks for, from the address. Whatever makes no sense asks for nothing of that kind. */
export function askedOfRecord(request: FastifyRequest): Asked {
  const typed = request.query as Fields
  const text = (name: string) => one(typed, name).trim().slice(0, 200)
  const fields = { who: text('who'), did: text('did'), kind: text('kind'), id: text('id'), from: text('from'), until: text('until') }
  const people = request.house.people.directory()
  const known = people.personByLogin(fields.who) ?? people.person(fields.who)
  const found = known ? NOBODY : peopleFound(request, fields.who, () => true)
  const person = known ?? (found.exact.length === 1 ? found.exact[0] : undefined)
  const did = ACTS.filter((act) => act === fields.did || act.startsWith(`${fields.did}.`))
  const kind = RECORDED_KINDS.find((each) => each === fields.kind)
  const [from, until] = [startOf(request, fields.from, 0), startOf(request, fields.until, 1)]
  const before = text('before')
  return {
    fields,
    who: person ? NOBODY : found,
    query: {
      ...(fields.who !== '' && { who: person?.id ?? fields.who }), ...(did.length > 0 && fields.did !== '' && { did }), ...(kind && { kind }), ...(fields.id !== '' && { id: fields.id }),
      ...(from && { from }), ...(until && { until }), ...(/^\d{1,12}$/.test(before) && { before: Number(before) }), limit: SIZE,
    },
  }
}

/** Each of those who may be meant leads to the same question about that one. */
export function whoPart(request: FastifyRequest, { fields, who: { people, more } }: Asked) {
  const labels = labelsOf(request)
  const asked = Object.entries(fields).filter(([, value]) => value !== '')
  return {
    people: people.map(({ id, login, department }) => ({ href: hrefTo({ ...Object.fromEntries(asked), who: login }), name: labels.person(id), note: `${labels.department(department)} · ${login}` })),
    more,
  }
}

/** Codes and ids only; names of people, teams and departments are known to all staff, those of customers are not said. */
export function recordPage(request: FastifyRequest, ask: Asked, page: RecordPage, verdict: RecordVerdict | null) {
  const { fields, query } = ask
  const labels = labelsOf(request)
  const asked = new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== ''))
  const base = `/record${asked.size > 0 ? `?${asked.toString()}` : ''}`
  const older = new URLSearchParams(asked)
  if (page.next !== null) older.set('before', String(page.next))
  return {
    title: request.say('record.title'),
    fields,
    narrowed: asked.size > 0,
    newest: query.before === undefined ? '' : base,
    older: page.next === null ? '' : `/record?${older.toString()}`,
    who: whoPart(request, ask),
    families: FAMILIES.map((family) => ({
      label: request.say(`record.family.${family}`), whole: { value: family, checked: fields.did === family },
      acts: ACTS.filter((act) => act.startsWith(`${family}.`)).map((act) => ({ value: act, label: request.say(`record.act.${act}`), checked: fields.did === act })),
    })),
    kinds: RECORDED_KINDS.map((value) => ({ value, label: request.say(`record.kind.${value}`), checked: fields.kind === value })),
    rows: page.entries.map((entry) => recordRow(request, entry, labels)),
    verdict: verdict && verdictModel(request, verdict),
  }
}

function recordRow(request: FastifyRequest, entry: Recorded, labels: Labels) {
  const { n, at, who, did, thing } = entry
  return {
    n, at, who: sayWho(request, who, labels), whoHref: hrefTo({ who: loginOf(request, who) }),
    act: request.say(`record.act.${did}`),
    kind: thing ? request.say(`record.kind.${thing.kind}`) : '', id: thing ? idOf(request, thing) : '', idHref: thing ? hrefTo({ id: thing.id }) : '', named: thing ? nameOf(request, thing, labels) : '',
    detail: sayDetail(request, entry, labels),
  }
}

function loginOf(request: FastifyRequest, who: string): string {
  return request.house.people.directory().person(who)?.login ?? who
}

function verdictModel(request: FastifyRequest, { whole, entries, last, problems, unfinished }: RecordVerdict) {
  return {
    whole, entries, unfinished, mark: `${last.n}:${last.hash}`,
    problems: problems.map(({ what, n, to, segment, line }) => ({
      text: request.say(`record.problem.${what}`, { n, to: to ?? n }), place: segment ? `${segment}${line === undefined ? '' : `:${line}`}` : '',
    })),
  }
}

function hrefTo(query: Readonly<Record<string, string>>): string {
  return `/record?${new URLSearchParams(query).toString()}`
}

/** The instant at which a day of the bank begins, some days later; undefined for what is no day. */
function startOf(request: FastifyRequest, day: string, plus: number): string | undefined {
  const start = DateTime.fromISO(day, { zone: request.house.config.timeZone })
  return /^\d{4}-\d{2}-\d{2}$/.test(day) && start.isValid ? start.plus({ days: plus }).toUTC().toISO() ?? undefined : undefined
}
