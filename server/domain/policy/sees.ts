import { LIST_FIELDS, SINGLE_FIELDS, checkedVisible, deskPart, type Access, type Clause, type Visible } from './access.js'

/** The law as a predicate. The SQL and engine compilers must agree with it on every pair (V20). */
export function sees(visible: Visible, access: Access): boolean {
  checkedVisible(visible)
  if (visible.own.some((clause) => holds(clause, access))) return true
  if (access.customers.some((customer) => visible.hide.includes(customer))) return false
  return visible.any.some((clause) => holds(clause, access))
}

function holds(clause: Clause, access: Access): boolean {
  for (const field of SINGLE_FIELDS) {
    const values = clause[field]
    if (values && !values.includes(access[field])) return false
  }
  for (const field of LIST_FIELDS) {
    const values = clause[field]
    if (values && !access[field].some((party) => values.includes(party))) return false
  }
  return true
}

/** Whether the viewer reads it as a curator of its desk (L4), customers included. */
export function seesAsCurator(visible: Visible, access: Access): boolean {
  return sees(deskPart(visible), access)
}
