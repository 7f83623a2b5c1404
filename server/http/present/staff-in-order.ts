import type { FastifyRequest } from 'fastify'
import type { Directory } from '../../domain/people/directory.js'
import { nameIn, type Language, type Person } from '../../domain/people/person.js'
import type { House } from '../house.js'

interface Order {
  readonly directory: Directory
  readonly people: readonly Person[]
}

const orders = new WeakMap<House, Map<Language, Order>>()

/**
 * Everybody who is active, then everybody else, by the name this reader knows them by. Sorted again only when somebody
 * changed, out of the order before: there nearly all stand in their places, and a bank of 50 000 is sorted in one pass.
 */
export function staffInOrder(request: FastifyRequest): readonly Person[] {
  const { house } = request
  const language = request.readerLanguage()
  const directory = house.people.directory()
  const known = orders.get(house) ?? new Map<Language, Order>()
  const before = known.get(language)
  if (before?.directory === directory) return before.people
  const { compare } = new Intl.Collator(language)
  const people = asBefore(before?.people ?? [], directory).sort((a, b) => Number(b.active) - Number(a.active) || compare(nameIn(language, a), nameIn(language, b)))
  orders.set(house, known.set(language, { directory, people }))
  return people
}

function asBefore(before: readonly Person[], directory: Directory): Person[] {
  const still = before.map(({ id }) => directory.person(id)).filter((person) => person !== undefined)
  const known = new Set(still)
  return [...still, ...[...directory.persons.values()].filter((person) => !known.has(person))]
}
