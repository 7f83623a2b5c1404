import { refused, type Refusals } from '../people/refusal.js'
import type { Act } from './acts.js'
import { RULES, type Standing } from './rules.js'
import { personOf, type Viewer } from './viewer.js'

declare const minted: unique symbol

/** Proof that this person may do this act on this thing, on the revision they saw. Made by `permit` alone. */
export interface Grant<A extends Act = Act> {
  readonly [minted]: A
  readonly act: A
  readonly who: string
  readonly thing: string
  readonly revision: number
}

export type Permission<A extends Act> =
  | { readonly ok: true; readonly grant: Grant<A> }
  | { readonly ok: false; readonly refusals: Refusals }

/**
 * The only mint of grants. A thing the viewer cannot see must not reach it: loading through the sight answers 404.
 * @param revision the revision the person saw on their form; the verb compares it with the present one
 */
export function permit<A extends Act>(viewer: Viewer, act: A, standing: Standing, revision?: number): Permission<A> {
  const person = personOf(viewer)
  if (!person || !person.active) return refused('', 'policy.not_signed_in')
  if (viewer.kind === 'token' && !viewer.scopes.includes('write')) return refused('', 'policy.token_reads_only')
  const reason = RULES[act](standing)
  if (reason !== null) return refused('', reason)
  return {
    ok: true,
    grant: { act, who: person.id, thing: standing.id, revision: revision ?? standing.revision } as Grant<A>,
  }
}

/** Whether the button is shown: the same rules as the act itself. */
export function may(viewer: Viewer, act: Act, standing: Standing): boolean {
  return permit(viewer, act, standing).ok
}

/** @throws Error when a verb is handed a grant for another thing: a programming mistake, never a person's */
export function granted(grant: Grant, thing: string): void {
  if (grant.thing !== thing) throw new Error(`a grant for ${grant.thing} was used on ${thing}`)
}
