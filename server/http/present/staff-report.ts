import type { FastifyRequest } from 'fastify'
import { rightsThatChanged } from '../../domain/digests/tell-people.js'
import { nameIn } from '../../domain/people/person.js'
import { STAFF_COLUMNS, type StaffColumn, type StaffLine, type StaffPlan } from '../../domain/policy/import-staff.js'
import { STAFF_WORDS, countsOf } from '../staff-room.js'

const SHOWN = 300

/** What a file of staff comes to, row by row: errors first, then what would change; rows that say nothing new are only counted. */
export function staffReport(request: FastifyRequest, plan: StaffPlan) {
  const counts = countsOf(plan)
  const told = plan.lines.filter(({ what }) => what === 'refused').concat(plan.refused ? [] : plan.lines.filter(({ what }) => what === 'added' || what === 'changed'))
  return {
    refused: plan.refused,
    changes: counts.added + counts.changed > 0,
    tiles: staffTiles(request, counts),
    lines: told.slice(0, SHOWN).map((line) => ({ line: line.line, login: line.login, what: request.say(`staff.what.${line.what}`), refused: line.what === 'refused', text: textOf(request, plan, line) })),
    more: Math.max(0, told.length - SHOWN),
  }
}

export function staffTiles(request: FastifyRequest, counts: Readonly<Record<StaffLine['what'], number>>) {
  return (['added', 'changed', 'unchanged', 'refused'] as const).map((what) => ({ count: counts[what], label: request.say(`staff.count.${what}`) }))
}

/** How the columns may be called and what may stand in them, in the reader's language first. */
export function staffColumns(request: FastifyRequest) {
  const own = (name: string) => (request.readerLanguage() === 'zh') === /\p{Script=Han}/u.test(name)
  const sorted = (names: readonly string[]) => [...names.filter(own), ...names.filter((name) => !own(name))]
  const first = (names: readonly string[]) => sorted(names)[0] ?? ''
  const { roles, clearances, languages, yes, no } = STAFF_WORDS
  const values: Partial<Record<StaffColumn, readonly string[]>> = {
    roles: Object.values(roles).map(first), clearance: Object.values(clearances).map(first), language: Object.values(languages).map(first), active: [yes, no].map(first),
  }
  const between = request.readerLanguage() === 'zh' ? '、' : ', '
  return STAFF_COLUMNS.map((column) => {
    const [name = column, ...others] = sorted(STAFF_WORDS.columns[column])
    return { name, others: others.join(between), values: values[column]?.join(between) ?? '' }
  })
}

function textOf(request: FastifyRequest, plan: StaffPlan, { what, person, refusals }: StaffLine): string {
  if (what === 'refused') return refusals.map(({ code, with: values }) => request.say(code, values)).join(' ')
  const [before, after] = [request.house.people.directory().person(person), plan.person(person)]
  if (!before || !after) return after ? nameIn(request.readerLanguage(), after) : ''
  const name = nameIn(request.readerLanguage(), after)
  const rights = rightsThatChanged(before, after).map((right) => request.say(`notices.right.${right}`))
  const list = rights.join(request.readerLanguage() === 'zh' ? '、' : ', ')
  return rights.length > 0 ? request.say('staff.changes', { name, rights: list }) : name
}
