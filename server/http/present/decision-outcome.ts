import type { FastifyRequest } from 'fastify'
import type { Acceptance } from '../../domain/curation/accept-note.js'
import type { Revision } from '../../domain/notes/revision.js'
import { widensBeyond } from '../../domain/notes/rights.js'
import type { NoteSeen } from '../../domain/notes/seen.js'
import { narrowerAudience } from '../../domain/policy/level.js'
import { sayDate } from '../say-date.js'
import { labelsOf, type Labels } from './labels.js'

/** What accepting would do, in one sentence or two: who reads it then, what waits for whom, when it is verified again. */
export function outcomeOf(request: FastifyRequest, note: NoteSeen, subject: Revision, as: Acceptance): { readonly text: string; readonly missing: boolean } {
  const labels = labelsOf(request)
  const { house } = request
  const missing = missingIn(request, as)
  if (missing.length > 0) return { text: request.say('curation.outcome.missing', { what: missing.join(labels.zh ? '、' : ', ') }), missing: true }
  const writer = labels.person(subject.by)
  const lowers = note.rights.level === 'restricted' && as.rights.level !== 'restricted'
  const beyond = widensBeyond(as.rights, subject.proposed)
  const level = lowers ? 'restricted' : as.rights.level
  const audience = narrowerAudience(as.rights.audience, subject.proposed.audience)
  const kept = as.rights.named.filter((party) => subject.proposed.named.includes(party))
  const added = as.rights.named.filter((party) => !subject.proposed.named.includes(party))
  const said = [
    level === 'restricted'
      ? request.say('curation.outcome.restricted', { count: kept.length, names: namesOf(kept, labels) })
      : audience === 'private' ? request.say('curation.outcome.private')
      : request.say(`curation.outcome.${level}`, { audience: audienceIn(request, note, audience, labels) }),
  ]
  if (level !== 'restricted' && kept.length > 0) said.push(request.say('curation.outcome.named', { names: namesOf(kept, labels) }))
  if (beyond) {
    const wider = added.length > 0 ? request.say('curation.outcome.wider_named', { names: namesOf(added, labels) }) : request.say('curation.outcome.wider_end')
    said.push(request.say('curation.outcome.widening', { writer, audience: audienceIn(request, note, as.rights.audience, labels) }) + wider)
  }
  if (lowers) said.push(request.say('curation.outcome.lowering', { level: request.say(`frame.level.${as.rights.level}`) }))
  const reviewOn = sayDate(as.reviewOn, 'day', { language: request.readerLanguage(), timeZone: house.config.timeZone, now: house.clock.now() })
  said.push(request.say('curation.outcome.end', { reviewOn, writer }))
  return { text: said.join(labels.zh ? '' : ' '), missing: false }
}

function missingIn(request: FastifyRequest, as: Acceptance): string[] {
  const { ratings, about } = as
  return [
    ...(ratings.correctness === 0 ? ['correctness'] : []),
    ...((ratings.reliability as string) === '' ? ['reliability'] : []),
    ...(ratings.value === 0 ? ['value'] : []),
    ...(ratings.ease === 0 ? ['ease'] : []),
    ...(about.topic === null ? ['topic'] : []),
  ].map((name) => request.say(`curation.field.${name}`))
}

export function audienceIn(request: FastifyRequest, note: NoteSeen, audience: string, labels: Labels): string {
  const team = note.home.team === null ? request.say('curation.no_team') : labels.team(note.home.team)
  return request.say(`curation.audience.${audience}`, { team, department: labels.department(note.home.department) })
}

function namesOf(parties: Acceptance['rights']['named'], labels: Labels): string {
  return parties.map(labels.party).join(labels.zh ? '、' : ', ')
}
