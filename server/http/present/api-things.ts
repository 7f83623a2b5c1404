import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Customer } from '../../domain/customers/customer.js'
import type { NoteSeen } from '../../domain/notes/seen.js'
import type { CUSTOMER, NOTE } from '../api/shapes.js'
import { customersShown } from '../names-read.js'
import { labelsOf } from './labels.js'

/** Notes as programs get them, each with the customers this viewer may know. */
export async function notesForApi(request: FastifyRequest, notes: readonly NoteSeen[]): Promise<z.output<typeof NOTE>[]> {
  const { house } = request
  const labels = labelsOf(request)
  const customers = await customersShown(request, [...new Set(notes.flatMap((note) => note.shown.about.customers))])
  return notes.map((note): z.output<typeof NOTE> => {
    const { shown } = note
    const { about } = shown
    return {
      id: note.id, url: `${house.config.baseUrl}/notes/${note.id}`, title: shown.title, body: shown.body, revision: note.revision,
      author: { id: shown.by, name: labels.person(shown.by) },
      home: { department: { id: note.home.department, name: labels.department(note.home.department) }, team: note.home.team === null ? null : { id: note.home.team, name: labels.team(note.home.team) } },
      confidence: note.confidence, audience: note.rights.audience, level: note.rights.level,
      customers: about.customers.flatMap((id) => customers.get(id) ?? []).map(({ id, name }) => ({ id, name })),
      topic: about.topic, direction: about.direction, nature: about.nature, products: [...about.products], segment: about.segment, stage: about.stage, tags: [...about.tags],
      source: { ...shown.source },
      value: note.rating?.ratings?.value ?? 0, reused: note.reuses.length, postedAt: shown.at, validatedAt: note.rating?.at ?? null, reviewOn: note.reviewOn,
    }
  })
}

export async function customerForApi(request: FastifyRequest, customer: Customer): Promise<z.output<typeof CUSTOMER>> {
  const { house } = request
  const { id, kind, name, aliases, number, segment, team, restricted } = customer
  return {
    id, url: `${house.config.baseUrl}/customers/${id}`, kind, name, aliases: [...aliases], number, segment, team: { id: team, name: labelsOf(request).team(team) }, restricted,
    notes: await house.notes.count({ customer: id, order: 'newest', page: 1, size: 1 }, request.sight()),
  }
}
