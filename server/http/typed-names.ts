import type { FastifyRequest } from 'fastify'
import type { Refusal } from '../domain/people/refusal.js'
import { many, one, type Fields } from './present/note-fields.js'
import { partyMeant } from './present/note-form.js'

/** The form as it was sent; names typed but not chosen are taken when they can mean only one, otherwise the form asks which. */
export async function settledNames(request: FastifyRequest): Promise<Fields> {
  const fields = (request.body ?? {}) as Fields
  const customer = one(fields, 'customerText').trim()
  const found = customer === '' ? [] : await request.house.customers.named(customer, request.sight())
  const reader = partyMeant(request, one(fields, 'namedText').trim())
  return {
    ...fields,
    ...(found.length === 1 && found[0] && { customer: [...many(fields, 'customer'), found[0].id], customerText: '' }),
    ...(reader !== null && { named: [...many(fields, 'named'), reader], namedText: '' }),
  }
}

/** Names that are still only typed. */
export function unclearNames(fields: Fields): Refusal[] {
  return ([['customers', 'customerText'], ['named', 'namedText']] as const).flatMap(([at, name]) => {
    const typed = one(fields, name).trim()
    return typed === '' ? [] : [{ at, code: `notes.${at}.which`, with: { name: typed } }]
  })
}
