import type { FastifyRequest } from 'fastify'
import type { ZodType } from 'zod'
import type { Refusals } from '../domain/people/refusal.js'
import { Malformed } from './faults.js'
import { isForm } from './origin.js'

/** Names that would reach into objects rather than name a field. */
const RESERVED = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Fields and query values come once, as text, unless the route declares them `many` (`config.many`); a list where one
 * value was meant has tricked many a check.
 * @throws Malformed
 */
export function refuseLists(request: FastifyRequest): void {
  const many = request.routeOptions.config.many ?? []
  for (const part of [request.query, request.body]) {
    if (typeof part !== 'object' || part === null || Buffer.isBuffer(part)) continue
    for (const [name, value] of Object.entries(part)) {
      if (RESERVED.has(name)) throw new Malformed()
      if (part === request.query && typeof value !== 'string' && !isDeclared(many, name, value)) throw new Malformed()
      if (part === request.body && isForm(request) && typeof value !== 'string' && !isDeclared(many, name, value)) throw new Malformed()
    }
  }
}

/**
 * The fields of a form, checked again whatever the content type claimed.
 * @throws Malformed when a field is missing or of another kind: our own forms never send that
 */
export function fieldsOf<T>(request: FastifyRequest, schema: ZodType<T>): T {
  const read = schema.safeParse(request.body ?? {})
  if (!read.success) throw new Malformed()
  return read.data
}

/** @throws Malformed when the address was made by hand and makes no sense */
export function queryOf<T>(request: FastifyRequest, schema: ZodType<T>): T {
  const read = schema.safeParse(request.query ?? {})
  if (!read.success) throw new Malformed()
  return read.data
}

/** Refusals in finished words, as `parts/_refusals` and `parts/_field` show them. */
export function sayRefusals(request: FastifyRequest, refusals: Refusals): { readonly href: string; readonly text: string; readonly at: string }[] {
  return refusals.map(({ at, code, with: values }) => ({ at, href: at === '' ? '#main' : `#${at}`, text: request.say(code, values) }))
}

/** The sentence beside one field, or an empty string. */
export function refusalAt(said: readonly { readonly at: string; readonly text: string }[], field: string): string {
  return said.find(({ at }) => at === field)?.text ?? ''
}

function isDeclared(many: readonly string[], name: string, value: unknown): boolean {
  return many.includes(name) && Array.isArray(value) && value.every((one) => typeof one === 'string')
}
