import type { Test } from 'tap'
import type { Draft } from '../../../domain/notes/draft.js'
import type { Note } from '../../../domain/notes/note.js'
import type { Saved } from '../../../domain/notes/port.js'
import type { Customer } from '../../../domain/customers/customer.js'
import type { Person } from '../../../domain/people/person.js'
import type { Act } from '../../../domain/policy/acts.js'
import { everything } from '../../../domain/policy/everything.js'
import { permit, type Grant } from '../../../domain/policy/grant.js'
import { standingApart } from '../../../domain/policy/rules.js'
import type { Things } from '../kept.js'
import { CUSTOMER_IDS, PEOPLE } from '../../../house/oracle/bank.js'

/** The ports of a store, as everybody else sees them. */
export type Ports = Omit<Things, 'allDrafts'>

/** A store under test, with what a test must be able to see of it and do to it. */
export interface Subject {
  readonly ports: Ports
  /** how often the store has looked something up outside of memory so far */
  reads(): number
  /** Forgets whatever it keeps in memory, by closing and opening the same data again. */
  reopen(): Promise<Subject>
  /** The next write stays half-way until it is let go; `begun` resolves when it is there. */
  holdNextWrite(): { readonly begun: Promise<void>; letGo(): void }
}

/** Opens a new store; closes it at the end of the test. */
export type Opens = (t: Test) => Promise<Subject>

export const PASS = everything('a contract test looks at all that a store keeps')

export function grantFor<A extends Act>(act: A, thing: string, who = 'curator-of-all', revision = 1): Grant<A> {
  const person = PEOPLE.person(who) as Person
  const permission = permit({ kind: 'person', person }, act, standingApart(thing, { curator: true, author: true, validated: true }), revision)
  if (!permission.ok) throw new Error(`${who} may not ${act}`)
  return permission.grant
}

export function post(ports: Ports, note: Note): Promise<Saved> {
  return ports.notes.add(grantFor('note.post', note.id, 'author'), note)
}

/** The two customers of the oracle's notes. */
export async function addOracleCustomers(ports: Ports): Promise<void> {
  for (const [kind, id] of Object.entries(CUSTOMER_IDS)) {
    const restricted = kind === 'restricted'
    await addCustomer(ports, { id, name: `${kind} customer`, restricted, team: 'relationship', curators: restricted ? ['appointed', 'appointed-former-curator'] : [] })
  }
}

export function addCustomer(ports: Ports, facts: Partial<Customer> & { readonly id: string }): Promise<{ readonly version: number }> {
  return ports.customers.add(grantFor('customer.create', facts.id), aCustomer(facts))
}

export function aCustomer(facts: Partial<Customer> & { readonly id: string }): Customer {
  return {
    schema: 1, version: 1, kind: 'company', name: facts.id, aliases: [], number: '', segment: null, team: 'alpha', restricted: false, curators: [],
    createdAt: '2026-01-01T00:00:00.000Z', createdBy: 'author', updatedAt: '2026-01-01T00:00:00.000Z', history: [], origin: null, ...facts,
  }
}

export function aDraft(id: string, owner: string, facts: Partial<Draft> = {}): Draft {
  return { schema: 1, id, version: 1, owner, savedAt: '2026-01-01T00:00:00.000Z', edits: null, fields: { body: `draft of ${owner}` }, ...facts }
}

/** Ids of uuids, for things that are no oracle notes. */
export function idNumber(n: number): string {
  return `0198c0de-0003-7000-8000-${n.toString(16).padStart(12, '0')}`
}
