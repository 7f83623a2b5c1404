import type { FastifyRequest } from 'fastify'
import type { Person } from '../../domain/people/person.js'
import type { Refusals } from '../../domain/people/refusal.js'
import { labelsOf } from './labels.js'
import { many, one, type Fields } from './note-fields.js'
import { OFFERED, peopleFound } from './people-found.js'

/** A field in which somebody of the whole bank is chosen: found by what is typed, for nobody reads a list of 50 000. */
export interface PersonAsked {
  /** takes the ids; what is typed is in `<field>Text` */
  readonly field: string
  /** id of the form, and where it comes back from with somebody found, chosen or taken off again */
  readonly form: string
  readonly path: string
  readonly label: string
  readonly hint?: string
  readonly optional?: boolean
  /** without it a choice takes the place of the one before */
  readonly several?: boolean
  /** what else than typing finds anew, as htmx triggers */
  readonly refresh?: string
  /** the rule that the verb asks again */
  readonly eligible: (person: Person) => boolean
  /** offered before anything is typed */
  readonly likely: readonly Person[]
  /** said beside the department */
  readonly note?: (person: Person) => string
}

/** The field as `parts/_choose` shows it. */
export function personChoice(request: FastifyRequest, fields: Fields, asked: PersonAsked, refusal = '') {
  const { field, form, path, label, several = false, eligible, likely } = asked
  const labels = labelsOf(request)
  const typed = one(fields, textOf(field)).trim()
  const chosen = many(fields, field)
  const found = peopleFound(request, typed, (person) => eligible(person) && !chosen.includes(person.id))
  const offered = typed !== '' ? found.people : several || chosen.length === 0 ? likely.filter((person) => eligible(person) && !chosen.includes(person.id)).slice(0, OFFERED) : []
  return {
    field, form, path, label, refusal, typed,
    add: buttonOf('add', field), drop: buttonOf('drop', field), hint: asked.hint ?? '', optional: asked.optional ?? false, refresh: asked.refresh ?? '',
    placeholder: request.say('frame.choose.placeholder'),
    none: request.say('frame.choose.none'),
    chosen: chosen.map((id) => ({ id, name: labels.person(id), icon: 'person' })),
    options: offered.map((person) => ({ id: person.id, name: labels.person(person.id), note: [labels.department(person.department), person.login, asked.note?.(person)].filter(Boolean).join(' · ') })),
    more: found.more > 0 ? request.say('frame.choose.more', { count: found.more }) : '',
    nothing: typed !== '' && found.people.length === 0,
  }
}

/** The fields after one of the buttons of such a field was pressed. */
export function rechosen(fields: Fields, { field, several }: Pick<PersonAsked, 'field' | 'several'>): Fields {
  const [added, dropped] = [one(fields, buttonOf('add', field)), one(fields, buttonOf('drop', field))]
  if (added !== '') return { ...fields, [field]: several ? [...many(fields, field), added] : [added], [textOf(field)]: '' }
  return dropped === '' ? fields : { ...fields, [field]: many(fields, field).filter((id) => id !== dropped) }
}

/** A name typed but not chosen is taken when it can mean only one; otherwise the form asks who is meant. */
export function settledChoice(request: FastifyRequest, fields: Fields, asked: PersonAsked): { readonly fields: Fields; readonly refusals: Refusals } {
  const name = one(fields, textOf(asked.field)).trim()
  if (name === '') return { fields, refusals: [] }
  const { people, exact, more } = peopleFound(request, name, asked.eligible)
  const meant = exact.length > 0 ? exact : more > 0 ? [] : people
  const [only] = meant
  if (!only || meant.length > 1) return { fields, refusals: [{ at: asked.field, code: people.length > 0 ? 'frame.choose.which' : 'frame.choose.unknown', with: { name } }] }
  return { fields: rechosen({ ...fields, [buttonOf('add', asked.field)]: only.id }, asked), refusals: [] }
}

/** Where a refusal of such a field leads: to what one types in. */
export function textOf(field: string): string {
  return `${field}Text`
}

function buttonOf(verb: 'add' | 'drop', field: string): string {
  return `${verb}${field.charAt(0).toUpperCase()}${field.slice(1)}`
}
