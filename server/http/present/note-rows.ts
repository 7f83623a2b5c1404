import type { FastifyRequest } from 'fastify'
import { gist } from '../../domain/notes/markdown.js'
import type { NoteSeen } from '../../domain/notes/seen.js'
import { customersShown } from '../names-read.js'
import { labelsOf, languageOf, type Labels } from './labels.js'
import { stateOf } from './note-page.js'

/** What the list shows under the title: only what the title does not say already. */
function gistBelow(title: string, body: string): string {
  const said = title.replace(/…$/, '')
  const line = gist(body, GIST + said.length)
  if (line.replace(/…$/, '') === said) return ''
  return said.length >= ENOUGH_TO_REPEAT && line.startsWith(said) ? `…${line.slice(said.length).trimStart()}` : gist(body, GIST)
}
const GIST = 160
/** characters of a title which a text does not begin with by chance */
const ENOUGH_TO_REPEAT = 12

/** One note in a list: enough to recognise it and to know why it is trusted. */
export function noteRow(request: FastifyRequest, note: NoteSeen, labels: Labels, customers: ReadonlyMap<string, { readonly name: string }>) {
  const { shown } = note
  // In a list the review date only matters once it has come.
  const state = stateOf(note, shown, request.house.clock.today())
  return {
    href: `/notes/${note.id}`,
    heading: shown.title,
    lang: languageOf(shown.title + shown.body),
    gist: gistBelow(shown.title, shown.body),
    state: { ...state, reviewOn: state.due === '' ? null : state.reviewOn },
    at: shown.at,
    validatedAt: note.rating?.at ?? null,
    value: note.rating?.ratings?.value ?? 0,
    reused: note.reuses.length,
    author: labels.person(shown.by),
    department: labels.department(note.home.department),
    topic: labels.term('topics', shown.about.topic),
    touchpoint: labels.term('touchpoints', shown.source.touchpoint),
    observedOn: shown.source.observedOn,
    customers: shown.about.customers.flatMap((id) => {
      const customer = customers.get(id)
      return customer ? [{ href: `/customers/${id}`, name: customer.name }] : []
    }),
  }
}

export async function noteRows(request: FastifyRequest, notes: readonly NoteSeen[]) {
  const labels = labelsOf(request)
  const customers = await customersShown(request, [...new Set(notes.flatMap((note) => note.shown.about.customers))])
  return notes.map((note) => noteRow(request, note, labels, customers))
}
