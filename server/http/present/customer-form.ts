import type { FastifyRequest } from 'fastify'
import type { CustomerEntry } from '../../domain/customers/change-customer.js'
import { CUSTOMER_KINDS, type Customer, type CustomerKind } from '../../domain/customers/customer.js'
import { isAbleCurator } from '../../domain/customers/hand-over-customer.js'
import type { Refusals } from '../../domain/people/refusal.js'
import { sayRefusals } from '../form.js'
import { me } from '../session.js'
import { labelsOf } from './labels.js'
import { many, one, type Fields } from './note-fields.js'
import { personChoice, textOf, type PersonAsked } from './person-choice.js'

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
  /** of a change: which one, and the version the person saw */
  readonly id: string
  readonly version: number | null
  readonly refusals: Refusals
  /** customers of the same name, when that was asked about */
  readonly namesakes: readonly Customer[]
}

/** The form as typed, with everything it offers. */
export function customerForm(request: FastifyRequest, fields: Fields, task: CustomerFormTask) {
  const { house } = request
  const labels = labelsOf(request)
  const refusals = sayRefusals(request, task.refusals).map((each) => (each.at === 'curators' ? { ...each, href: `#${textOf(each.at)}` } : each))
  const at = (name: string) => refusals.find((refusal) => refusal.at === name)?.text ?? ''
  const directory = house.people.directory()
  const mine = me(request).teams
  const team = one(fields, 'team')
  return {
    action: task.action,
    back: task.back,
    id: task.id,
    version: task.version,
    refusals,
    at: { kind: at('kind'), name: at('name'), aliases: at('aliases'), number: at('number'), segment: at('segment'), team: at('team'), restricted: at('restricted') },
    kinds: CUSTOMER_KINDS.map((value) => ({ value, label: request.say(`customers.kind.${value}`), checked: value === (one(fields, 'kind') || 'person') })),
    name: one(fields, 'name'),
    aliases: one(fields, 'aliases'),
    bankNumber: one(fields, 'number'),
    segments: house.vocabularies.vocabulary().offered('segments').map((term) => ({ value: term.key, label: labels.of(term), checked: term.key === one(fields, 'segment') })),
    teams: [...directory.teams.values()]
      .sort((a, b) => Number(mine.includes(b.id)) - Number(mine.includes(a.id)))
      .map(({ id }) => ({ value: id, label: labels.team(id), checked: id === (team || mine[0]) })),
    restricted: one(fields, 'restricted') === 'yes',
    openRestricted: one(fields, 'restricted') === 'yes' || ['restricted', 'curators'].some((name) => at(name) !== '') || ['curators', 'curatorsText', 'addCurators', 'dropCurators'].some((name) => one(fields, name) !== ''),
    curators: personChoice(request, fields, curatorsAsked(request, fields), at('curators')),
    namesakes: task.namesakes.map((customer) => ({ href: `/customers/${customer.id}`, name: customer.name, note: [customer.number, labels.team(customer.team)].filter(Boolean).join(' · ') })),
  }
}

/** Who may be appointed is the same for everybody; first those who decide for the department of the customer's team. */
export function curatorsAsked(request: FastifyRequest, fields: Fields): PersonAsked {
  const { house } = request
  const people = house.people.directory()
  const department = people.team(one(fields, 'team'))?.department ?? me(request).department
  return {
    field: 'curators', form: 'customer', path: '/customers/form', label: request.say('customers.curators'), several: true,
    eligible: isAbleCurator, likely: people.curatorsOf(department, house.clock.today()),
  }
}
