import type { Values } from './words.js'

/** Why something was not done, as data: where in the form, which sentence, and what goes into it. */
export interface Refusal {
  /** the field's name, or empty for the form as a whole */
  readonly at: string
  /** a string key */
  readonly code: string
  readonly with?: Values
}

export type Refusals = readonly Refusal[]

export type Outcome<T> = { readonly ok: true; readonly value: T } | Refused

export interface Refused {
  readonly ok: false
  readonly refusals: Refusals
}

export function done<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value }
}

export function refused(at: string, code: string, values?: Values): Refused {
  return { ok: false, refusals: [values ? { at, code, with: values } : { at, code }] }
}

export function refusedAll(refusals: Refusals): Refused {
  return { ok: false, refusals }
}
