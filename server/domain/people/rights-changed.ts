import type { Person } from './person.js'

/**
 * Whether somebody's sessions must end because of this change: disabled, other roles, domain or clearance.
 * A move to another department or team needs no new sign-in, since what they may read is computed anew in each request.
 */
export function rightsChanged(before: Person | undefined, after: Person | undefined): boolean {
  if (!before || !after) return true
  return (
    before.active !== after.active ||
    before.clearance !== after.clearance ||
    before.login !== after.login ||
    !sameSet(before.roles, after.roles) ||
    !sameSet(before.domain, after.domain)
  )
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one))
}
