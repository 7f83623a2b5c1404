import type { FastifyRequest } from 'fastify'
import type { CustomerEntry } from '../../domain/customers/change-customer.js'
import { CUSTOMER_KINDS, type Customer, type CustomerKind } from '../../domain/customers/customer.js'
import type { Refusals } from '../../domain/people/refusal.js'
import { sayRefusals } from '../form.js'
import { me } from '../session.js'
import { labelsOf } from './labels.js'
import { many, one, type Fields } from './note-fields.js'

/** What a person typed, in domain terms. */
export function entryFrom(fields: Fields): CustomerEntry {
  return {
    kind: (CUSTOMER_KINDS.find((kind) => kind === one(fields, 'kind')) ?? '') as CustomerKind,
    name: one(fields, 'name'),
    aliases: one(fields, 'aliases').split(/[\n;；]/).map((alias) => alias.trim()).filter((alias) => alias !== ''),
    number: one(fields, 'number'),
    segment: one(fields, 'segment') || null,
    team: one(fields, 'team'),
    restricted: one(fields, 'restricted') === 'yes',
    curators: many(fields, 'curators'),
  }
}

export function fieldsOfCustomer(customer: Customer): Record<string, string | string[]> {
  return {
    kind: customer.kind, name: customer.name, aliases: customer.aliases.join('\n'), number: customer.number, segment: customer.segment ?? '',
    team: customer.team, restricted: customer.restricted ? 'yes' : '', curators: [...customer.curators],
  }
}

export interface CustomerFormTask {
  readonly action: string
  readonly back: string
  /** of a change: the version the person saw */
  readonly version: number | null
  readonly refusals: Refusals
  /** customers of the same name, when that was asked about */
  readonly namesakes: readonly Customer[]
}

/** The form as typed, with everything it offers. */
export function customerForm(request: FastifyRequest, fields: Fields, task: CustomerFormTask) {
  const { house } = request
  const labels = labelsOf(request)
  const refusals = sayRefusals(request, task.refusals)
  const at = (name: string) => refusals.find((refusal) => refusal.at === name)?.text ?? ''
  const directory = house.people.directory()
  const mine = me(request).teams
  const team = one(fields, 'team')
  const appointed = many(fields, 'curators')
  const curators = [...directory.persons.values()].filter((person) => appointed.includes(person.id) || (person.active && person.roles.includes('curator') && person.clearance === 'restricted'))
  return {
    action: task.action,
    back: task.back,
    version: task.version,
    refusals,
    at: { kind: at('kind'), name: at('name'), aliases: at('aliases'), number: at('number'), segment: at('segment'), team: at('team'), restricted: at('restricted'), curators: at('curators') },
    kinds: CUSTOMER_KINDS.map((value) => ({ value, label: request.say(`customers.kind.${value}`), checked: value === (one(fields, 'kind') || 'person') })),
    name: one(fields, 'name'),
    aliases: one(fields, 'aliases'),
    bankNumber: one(fields, 'number'),
    segments: house.vocabularies.vocabulary().offered('segments').map((term) => ({ value: term.key, label: labels.of(term), checked: term.key === one(fields, 'segment') })),
    teams: [...directory.teams.values()]
      .sort((a, b) => Number(mine.includes(b.id)) - Number(mine.includes(a.id)))
      .map(({ id }) => ({ value: id, label: labels.team(id), checked: id === (team || mine[0]) })),
    restricted: one(fields, 'restricted') === 'yes',
    openRestricted: one(fields, 'restricted') === 'yes' || at('restricted') !== '' || at('curators') !== '',
    curators: curators.map((person) => ({ value: person.id, label: labels.person(person.id), hint: labels.department(person.department), checked: appointed.includes(person.id) })),
    namesakes: task.namesakes.map((customer) => ({ href: `/customers/${customer.id}`, name: customer.name, note: [customer.number, labels.team(customer.team)].filter(Boolean).join(' · ') })),
  }
}
