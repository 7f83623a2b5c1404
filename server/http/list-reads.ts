import type { FastifyRequest } from 'fastify'
import type { NoteSeen } from '../domain/notes/seen.js'
import type { RecordedKind } from '../domain/policy/record.js'
import { isSensitive } from './present/note-page.js'
import { me } from './session.js'

/**
 * A title in a list is a read: every sensitive note and restricted customer among the rows goes on the record before
 * the list is shown. When the record cannot be written, nothing is.
 */
export async function listOnRecord(
  request: FastifyRequest, rows: { readonly notes?: readonly NoteSeen[]; readonly customers?: readonly { readonly id: string; readonly restricted: boolean }[] }, did: 'thing.read' | 'thing.printed' | 'thing.exported' = 'thing.read',
): Promise<void> {
  const { house } = request
  const who = me(request).id
  const via = request.viewer.kind === 'token' ? 'api' as const : 'page' as const
  const things: { readonly kind: RecordedKind; readonly id: string }[] = [
    ...(rows.notes ?? []).filter(isSensitive).map(({ id }) => ({ kind: 'note' as const, id })),
    ...(rows.customers ?? []).filter((customer) => customer.restricted).map(({ id }) => ({ kind: 'customer' as const, id })),
  ]
  await Promise.all(things.map((thing) => house.record.append({ at: house.clock.now(), who, did, thing, ...(did === 'thing.read' && { to: 'list' }), via, request: request.id })))
}
