import type { Test } from 'tap'
import type { Person } from '../../../domain/people/person.js'
import type { Act } from '../../../domain/policy/acts.js'
import { permit, type Grant } from '../../../domain/policy/grant.js'
import { standingApart } from '../../../domain/policy/rules.js'
import { PEOPLE } from '../../../house/oracle/bank.js'
import type { Kept } from '../kept.js'

/** Everything that a store keeps for the portal, beside what the law and the feed are about. */
export interface OpenKept {
  readonly kept: Kept
  /** closes it, and opens the same data again */
  reopen(): Promise<OpenKept>
}

/** Opens a new and empty store; closes it at the end of the test. */
export type OpensKept = (t: Test) => Promise<OpenKept>

export const NOW = '2026-03-04T01:00:00.000Z'
export const LATER = '2026-03-04T02:00:00.000Z'

/** As an administrator who is a curator too. */
export function mayDo<A extends Act>(act: A, thing: string): Grant<A> {
  const permission = permit({ kind: 'person', person: PEOPLE.person('admin') as Person }, act, standingApart(thing, { admin: true, curator: true }))
  if (!permission.ok) throw new Error(`an administrator may not ${act}`)
  return permission.grant
}
