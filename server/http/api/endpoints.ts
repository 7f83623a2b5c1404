import type { ZodType } from 'zod'
import type { Act } from '../../domain/policy/acts.js'
import type { Scope } from '../../domain/policy/viewer.js'
import { CUSTOMER, CUSTOMERS, CUSTOMERS_QUERY, ID, MADE, NEW_NOTE, NOTE, RESULTS, SEARCH_QUERY } from './shapes.js'

export interface Endpoint {
  /** also the operation's id, and its words are `api.doc.<name>` */
  readonly name: string
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly allow: Act
  readonly scope: Scope
  readonly params?: ZodType
  readonly query?: ZodType
  readonly body?: ZodType
  readonly status: 200 | 201
  readonly answer: ZodType
}

/** The whole API: routes and OpenAPI are both made of this table. */
export const ENDPOINTS = {
  search: { name: 'search', method: 'GET', url: '/api/v1/search', allow: 'search', scope: 'read', query: SEARCH_QUERY, status: 200, answer: RESULTS },
  getNote: { name: 'getNote', method: 'GET', url: '/api/v1/notes/:id', allow: 'note.read', scope: 'read', params: ID, status: 200, answer: NOTE },
  createNote: { name: 'createNote', method: 'POST', url: '/api/v1/notes', allow: 'note.post', scope: 'write', body: NEW_NOTE, status: 201, answer: MADE },
  listCustomers: { name: 'listCustomers', method: 'GET', url: '/api/v1/customers', allow: 'customer.read', scope: 'read', query: CUSTOMERS_QUERY, status: 200, answer: CUSTOMERS },
  getCustomer: { name: 'getCustomer', method: 'GET', url: '/api/v1/customers/:id', allow: 'customer.read', scope: 'read', params: ID, status: 200, answer: CUSTOMER },
} as const satisfies Record<string, Endpoint>

export const DOCUMENT = '/api/v1/openapi.json'
