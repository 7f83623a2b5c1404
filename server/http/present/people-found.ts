import type { FastifyRequest } from 'fastify'
import { calledLike, type Person } from '../../domain/people/person.js'
import { staffInOrder } from './staff-in-order.js'

/** As many as are offered at a time. */
export const OFFERED = 8
/** Nobody is called by more: each word is looked for in everybody, and a page must not wait for somebody's thousand. */
const MOST_WORDS = 8

export interface PeopleFound {
  /** the first of them: whoever is called exactly so, then by name */
  readonly people: readonly Person[]
  /** those of `people` who are called exactly what was typed, or sign in with it */
  readonly exact: readonly Person[]
  /** how many were found besides */
  readonly more: number
}

/**
 * Whoever is called what was typed: a part of a name or of a login, or several words of which the others may name the
 * department, because a bank of 50 000 has many of one name.
 */
export function peopleFound(request: FastifyRequest, typed: string, eligible: (person: Person) => boolean): PeopleFound {
  const wanted = typed.trim().toLowerCase()
  const exact: Person[] = []
  const others: Person[] = []
  if (wanted !== '') {
    const matches = matcher(request, wanted)
    for (const person of staffInOrder(request)) {
      if (eligible(person) && matches(person)) (isExactly(person, wanted) ? exact : others).push(person)
    }
  }
  const people = [...exact, ...others].slice(0, OFFERED)
  return { people, exact: exact.slice(0, OFFERED), more: exact.length + others.length - people.length }
}

function matcher(request: FastifyRequest, wanted: string): (person: Person) => boolean {
  const words = [...new Set(wanted.split(/\s+/))].slice(0, MOST_WORDS)
  if (words.length === 1) return calledLike(wanted)
  const directory = request.house.people.directory()
  const places = new Map([...directory.departments.keys()].map((id) => [id, placeOf(id)]))
  function placeOf(department: string): string {
    return directory.lineage(department).map((id) => directory.department(id)).map((one) => `${one?.name} ${one?.nameZh}`).join(' ').toLowerCase()
  }
  const asked = words.map((word) => ({ word, isCalled: calledLike(word) }))
  return (person) => {
    const others = asked.filter(({ isCalled }) => !isCalled(person))
    return others.length < asked.length && others.every(({ word }) => places.get(person.department)?.includes(word))
  }
}

function isExactly({ name, nameEn, login }: Person, wanted: string): boolean {
  return [name, nameEn, login].some((each) => each.toLowerCase() === wanted)
}
