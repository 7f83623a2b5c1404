import type { FastifyRequest } from 'fastify'
import type { StaffToTell } from '../../domain/digests/staff-to-tell.js'
import { othersBusiness } from '../../domain/digests/tell-people.js'
import { nameIn } from '../../domain/people/person.js'
import { markOf, type StaffImport } from '../../domain/policy/staff-import.js'
import { labelsOf } from './labels.js'
import { staffTiles } from './staff-report.js'

/** An import of staff that was taken: what came of it, and how far telling people is. */
export function staffTold(request: FastifyRequest, one: StaffImport) {
  const { id, counts, run, told, toTell, finishedAt } = one
  const telling = finishedAt === null
  const state = telling ? request.say('staff.telling', { told, all: toTell }) : request.say('staff.told', { all: toTell })
  return {
    href: `/admin/people/import/${id}`,
    by: run ? labelsOf(request).person(run.by) : '',
    at: run?.at ?? one.at,
    // Nothing is taken from a file with errors.
    tiles: staffTiles(request, counts).slice(0, -1),
    telling, state,
    progress: { id: `told-${id}`, text: state, value: told, max: Math.max(1, toTell) },
  }
}

/** Those that were taken, the newest first. */
export function staffTaken(request: FastifyRequest): readonly StaffImport[] {
  const { staffImports, people } = request.house
  return staffImports.all().filter(({ id, run }) => run !== null && people.wasMade(markOf(id)))
}

/** Somebody whom a curator or an administrator was told of. */
export function toldRow(request: FastifyRequest, { person: id, joined, changes, admin }: StaffToTell) {
  const labels = labelsOf(request)
  const person = request.house.people.directory().person(id)
  const between = labels.zh ? '、' : ', '
  return {
    name: person ? nameIn(request.readerLanguage(), person) : request.say('staff.heard.gone'),
    department: person ? labels.department(person.department) : '',
    what: request.say(joined ? 'staff.heard.joined' : 'staff.heard.changed'),
    rights: othersBusiness(changes).map((right) => request.say(`notices.right.${right}`)).join(between),
    admin,
  }
}
