import type { FastifyRequest } from 'fastify'
import { rightsThatChanged } from '../../domain/digests/tell-people.js'
import { nameIn, type Person } from '../../domain/people/person.js'
import type { StaffLine, StaffPlan } from '../../domain/policy/import-staff.js'

const SHOWN = 300

/** What a file of staff comes to, row by row: errors first, then what would change; rows that say nothing new are only counted. */
export function staffReport(request: FastifyRequest, plan: StaffPlan) {
  const count = (what: StaffLine['what']) => plan.lines.filter((line) => line.what === what).length
  const told = plan.lines.filter(({ what }) => what === 'refused').concat(plan.refused ? [] : plan.lines.filter(({ what }) => what === 'added' || what === 'changed'))
  const shown = told.slice(0, SHOWN)
  const chosen = new Set(shown.map(({ person }) => person))
  const persons = new Map(plan.roster.persons.filter(({ id }) => chosen.has(id)).map((person) => [person.id, person]))
  return {
    refused: plan.refused,
    changes: count('added') + count('changed') > 0,
    tiles: (['added', 'changed', 'unchanged', 'refused'] as const).map((what) => ({ count: count(what), label: request.say(`staff.count.${what}`) })),
    lines: shown.map((line) => ({ line: line.line, login: line.login, what: request.say(`staff.what.${line.what}`), refused: line.what === 'refused', text: textOf(request, persons.get(line.person), line) })),
    more: Math.max(0, told.length - SHOWN),
  }
}

function textOf(request: FastifyRequest, after: Person | undefined, { what, person, refusals }: StaffLine): string {
  if (what === 'refused') return refusals.map(({ code, with: values }) => request.say(code, values)).join(' ')
  const before = request.house.people.directory().person(person)
  if (!before || !after) return after ? nameIn(request.readerLanguage(), after) : ''
  const name = nameIn(request.readerLanguage(), after)
  const rights = rightsThatChanged(before, after).map((right) => request.say(`notices.right.${right}`))
  const list = rights.join(request.readerLanguage() === 'zh' ? '、' : ', ')
  return rights.length > 0 ? request.say('staff.changes', { name, rights: list }) : name
}
