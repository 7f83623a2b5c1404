import type { FastifyRequest } from 'fastify'
import type { Customer } from '../../domain/customers/customer.js'
import { DIRECTIONS, type Confidence, type Direction } from '../../domain/notes/words.js'
import type { NoteQuery } from '../../domain/notes/port.js'
import type { NoteSeen } from '../../domain/notes/seen.js'
import { mayAttempt } from '../../domain/policy/roles.js'
import { me } from '../session.js'
import { labelsOf, languageOf } from './labels.js'
import { sourceOf, stateOf } from './note-page.js'
import { noteRows } from './note-rows.js'
import { pagesOf } from './pages.js'

const SIZE = 20
const CONFIDENCES: readonly Confidence[] = ['validated', 'not_validated']

/** What the reader asked to see of a customer's notes. */
export interface CustomerView {
  readonly direction: Direction | null
  readonly confidence: Confidence | null
  readonly page: number
}

export function viewFrom(query: { readonly direction?: string; readonly confidence?: string; readonly page?: string }): CustomerView {
  return {
    direction: DIRECTIONS.find((one) => one === query.direction) ?? null,
    confidence: CONFIDENCES.find((one) => one === query.confidence) ?? null,
    page: /^[1-9]\d{0,4}$/.test(query.page ?? '') ? Number(query.page) : 1,
  }
}

/** The notes about a customer that this viewer may see, most trusted and newest first; counts are of the same sight. */
export async function notesAbout(request: FastifyRequest, customer: Customer, view: CustomerView): Promise<{ readonly rows: readonly NoteSeen[]; readonly total: number }> {
  return request.house.notes.list(queryFor(customer, view), request.sight())
}

export async function customerPage(request: FastifyRequest, customer: Customer, view: CustomerView, found: { readonly rows: readonly NoteSeen[]; readonly total: number }) {
  const { house } = request
  const labels = labelsOf(request)
  const href = `/customers/${customer.id}`
  const count = (direction: Direction | null) => house.notes.count(queryFor(customer, { ...view, direction }), request.sight())
  const tabs = await Promise.all([null, ...DIRECTIONS].map(async (direction) => ({
    href: address(href, { ...view, direction, page: 1 }),
    label: direction === null ? request.say('customers.notes.all') : labels.closed('directions', direction),
    count: await count(direction),
    current: direction === view.direction,
  })))
  const person = me(request)
  return {
    ...headOf(request, customer),
    href,
    crumbs: [{ href: '/customers', label: request.say('customers.title') }],
    team: labels.team(customer.team),
    members: house.people.directory().members(customer.team).map(({ name, title }) => ({ name, title })),
    curators: customer.restricted ? customer.curators.map((id) => labels.person(id)) : [],
    newNote: `/notes/new?customer=${customer.id}`,
    can: { edit: mayAttempt(person, 'customer.edit', house.people.directory(), house.clock.today()) },
    tabs,
    confidences: [null, ...CONFIDENCES].map((confidence) => ({
      href: address(href, { ...view, confidence, page: 1 }),
      label: confidence === null ? request.say('customers.notes.any_confidence') : request.say(`frame.confidence.${confidence}`),
      current: confidence === view.confidence,
    })),
    total: found.total,
    narrowed: view.direction !== null || view.confidence !== null,
    // On this page their own name beside every note would say nothing.
    rows: (await noteRows(request, found.rows)).map((row) => ({ ...row, customers: row.customers.filter((one) => one.href !== href) })),
    pages: pagesOf(address(href, { ...view, page: 1 }, true), view.page, SIZE, found.total),
    history: customer.history.map(({ at, by, what }) => ({
      tone: what === 'restricted' ? 'closed' : '', at, quote: '',
      text: request.say(`customers.happened.${what}`, { who: labels.person(by) }),
    })).reverse(),
  }
}

/** Everything to read before meeting them, in full. */
export async function customerSheet(request: FastifyRequest, customer: Customer, notes: readonly NoteSeen[]) {
  const labels = labelsOf(request)
  const today = request.house.clock.today()
  return {
    ...headOf(request, customer),
    href: `/customers/${customer.id}`,
    team: labels.team(customer.team),
    notes: await Promise.all(notes.map(async (note) => ({
      href: `/notes/${note.id}`,
      heading: note.shown.title,
      lang: languageOf(note.shown.title + note.shown.body),
      state: stateOf(note, note.shown, today),
      html: await request.house.markdown.render(note.shown.body),
      author: labels.person(note.shown.by),
      at: note.shown.at,
      source: sourceOf(request, note.shown, labels),
    }))),
  }
}

/** One customer in a list. */
export function customerRow(request: FastifyRequest, customer: Customer, notes: number) {
  const labels = labelsOf(request)
  return { ...headOf(request, customer), href: `/customers/${customer.id}`, team: labels.team(customer.team), notes }
}

function headOf(request: FastifyRequest, customer: Customer) {
  const labels = labelsOf(request)
  return {
    id: customer.id,
    name: customer.name,
    lang: languageOf(customer.name),
    kind: request.say(`customers.kind.${customer.kind}`),
    kindIcon: KIND_ICONS[customer.kind],
    aliases: customer.aliases.join(labels.zh ? '、' : ', '),
    bankNumber: customer.number,
    segment: labels.term('segments', customer.segment),
    restricted: customer.restricted,
  }
}

const KIND_ICONS = { person: 'person', household: 'people', company: 'bank' } as const

function queryFor(customer: Customer, { direction, confidence, page }: CustomerView): NoteQuery {
  return {
    customer: customer.id, order: 'trust', page, size: SIZE,
    ...(direction && { direction }),
    ...(confidence && { confidences: [confidence] }),
  }
}

/** @param open ends so that more can be added */
function address(href: string, { direction, confidence }: CustomerView, open = false): string {
  const query = new URLSearchParams({ ...(direction && { direction }), ...(confidence && { confidence }) }).toString()
  return query === '' && !open ? href : `${href}?${query}`
}
