import { seedDemo } from '../demo.js'
import type { Person } from '../domain/people/person.js'
import { sightOf, type Sight } from '../domain/policy/readable.js'
import { openBank, type Bank, type BankOptions } from './bank.js'
import type { Login } from './bank-people.js'
import type { Browser } from './browser.js'

/** The people of the demo bank whose eyes the sweeps borrow: one of each kind. */
export const EYES = {
  /** account manager at a branch, cleared for internal */
  'li.na': 'employee',
  /** leads the curators, with the whole bank as domain */
  'he.jun': 'curator',
  'han.bing': 'admin',
  'olivia.grant': 'auditor',
} as const
export type Eyes = keyof typeof EYES

/** The bank of content/demo behind the real portal, seeded by the same verbs as the one a visitor sees. */
export interface DemoBank extends Bank {
  /** as `signIn`, for the logins of the demo bank */
  enter(login: string): Promise<Browser>
  personCalled(login: string): Person
  sightOf(login: string): Sight
}

/** Opens the demo bank; pass the test to have it closed at its end. */
export async function openDemoBank(t: { teardown(end: () => unknown): void } | null, options: BankOptions = {}): Promise<DemoBank> {
  const bank = await openBank(t, { ...options, empty: true })
  await bank.house.started()
  await seedDemo(bank.house)
  await bank.house.caughtUp()
  const personCalled = (login: string): Person => bank.person(login as Login)
  return Object.assign(Object.create(bank) as Bank, {
    enter: (login: string) => bank.signIn(login as Login),
    personCalled,
    sightOf: (login: string) => sightOf({ kind: 'person', person: personCalled(login) }, bank.house.directories(), bank.clock.today()),
  })
}
