import type { FastifyRequest } from 'fastify'
import type { NoteSeen } from '../../domain/notes/seen.js'
import { may } from '../../domain/policy/grant.js'
import { gist } from '../../domain/notes/markdown.js'
import { labelsOf } from './labels.js'

/** What a curator does to a note apart from deciding: new keys, another home, old text let go. */
export function deskPart(request: FastifyRequest, note: NoteSeen) {
  const { house } = request
  const labels = labelsOf(request)
  const directory = house.people.directory()
  const vocabulary = house.vocabularies.vocabulary()
  const topics = vocabulary.offered('topics').filter((topic) => !topic.route_to)
  const closed = (floor: NoteSeen['rights']) =>
    floor.level !== note.rights.level || floor.audience !== note.rights.audience || note.rights.named.some((party) => !floor.named.includes(party))
  const clears = may(request.viewer, 'note.clear', note.standing)
  // Kept closed since a widening or a move; each is let go by itself, after reading it.
  const oldTexts = clears ? note.revisions.filter((r) => r.number !== note.published?.number && r.number !== note.pending?.number && closed(r.floor)).map((r) => ({ number: r.number, href: `/notes/${note.id}/revisions/${r.number}`, at: r.at })) : []
  const oldComments = clears ? note.comments.filter((c) => closed(c.floor)).map((c) => ({ id: c.id, by: labels.person(c.by), at: c.at, text: gist(c.text, 160) })) : []
  return {
    classify: may(request.viewer, 'note.classify', note.standing),
    topics: topics.map((topic) => ({ value: topic.key, label: topic.parent ? `— ${labels.of(topic)}` : labels.of(topic) })),
    products: vocabulary.offered('products').map((term) => ({ value: term.key, label: labels.of(term) })),
    tags: note.shown.about.tags,
    rehome: may(request.viewer, 'note.rehome', note.standing),
    departments: [...directory.departments.values()].map((d) => ({ value: d.id, label: labels.department(d.id), checked: d.id === note.home.department })),
    teams: [...directory.teams.values()].map((team) => ({ value: team.id, label: labels.team(team.id), checked: team.id === note.home.team })),
    oldTexts,
    oldComments,
    old: oldTexts.length + oldComments.length > 0,
  }
}
