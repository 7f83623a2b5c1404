import { permit } from '../domain/policy/grant.js'
import { standingApart } from '../domain/policy/rules.js'
import type { Note } from '../domain/notes/note.js'
import type { Person } from '../domain/people/person.js'
import { CUSTOMER_IDS, PEOPLE } from '../house/oracle/bank.js'
import { Canaries, type Canary } from '../house/oracle/canaries.js'
import { noteOf, type Planted } from '../house/oracle/notes.js'
import { allNotes, type NoteFacts, type Text } from '../house/oracle/objects.js'
import { EMPLOYEES, RESTRICTED_CUSTOMER, type Employee, type EmployeeId, type Principal } from '../house/oracle/principals.js'
import { knows, publishedText, reads, readsAsCurator } from '../house/oracle/table.js'
import { openBank, type Bank } from './bank.js'

/** The oracle's people and a sample of its notes in a real portal, with a different word in every field. */
export interface PlantedBank {
  readonly bank: Bank
  readonly canaries: Canaries
  readonly planted: readonly Planted[]
  /** everybody who may sign in */
  readonly people: readonly EmployeeId[]
  /** the words in the names of the customers */
  readonly customers: Readonly<Record<keyof typeof CUSTOMER_IDS, string>>
  /** whether the table lets this person see this very word somewhere */
  allowed(who: EmployeeId, canary: Canary): boolean
  /** what in a body this person must not see, in words */
  leaks(who: EmployeeId, body: string): string[]
}

/**
 * @param every which notes of the cross product: each n-th
 * @param others how many restricted customers of another team there are beside, about whom there is nothing
 */
export async function openPlantedBank(t: Parameters<typeof openBank>[0], every: number, env: Readonly<Record<string, string>> = {}, others = 0): Promise<PlantedBank> {
  const canaries = new Canaries(Number(process.env['TACIT_SEED'] ?? 20261121))
  const customers = { plain: canaries.plant('customer plain', 'name'), restricted: canaries.plant('customer restricted', 'name') }
  const sample = allNotes().map((facts, at) => ({ facts, at })).filter(({ at }) => at % every === 0)
  const planted = sample.map(({ facts, at }) => ({ facts, note: noteOf(facts, at, canaries) }))
  const bank = await openBank(t, { empty: true, env })
  await bank.house.people.change(() => ({ persons: [...PEOPLE.persons.values()], departments: [...PEOPLE.departments.values()], teams: [...PEOPLE.teams.values()] }))
  await plant(bank, customers, planted.map(({ note }) => note), others)

  const allowed = (who: EmployeeId, { object, field }: Canary): boolean => {
    if (object === 'customer plain') return true
    if (object === 'customer restricted') return knows(who, RESTRICTED_CUSTOMER)
    const facts = planted.find((each) => each.facts.name === object)?.facts as NoteFacts
    const text = /text (\d+)$/.exec(field)
    if (text) return reads(asPrincipal(who), facts, facts.texts[Number(text[1]) - 1] as Text)
    if (['comment', 'reuse', 'flag'].includes(field)) return reads(asPrincipal(who), facts, publishedText(facts))
    return facts.texts.some((each) => readsAsCurator(asPrincipal(who), facts, each)) || facts.texts.some((each) => each.by === who)
  }
  return {
    bank, canaries, planted, customers, allowed,
    people: (Object.keys(EMPLOYEES) as EmployeeId[]).filter((who) => !isDisabled(who)),
    leaks: (who, body) => canaries.seenIn(body).filter((canary) => !allowed(who, canary)).map((canary) => `${who} sees ${canary.field} of ${canary.object}`),
  }
}

export function asPrincipal(who: EmployeeId): Principal {
  return { kind: 'person', name: who, who }
}

export function isDisabled(who: EmployeeId): boolean {
  return (EMPLOYEES[who] as Employee).disabled === true
}

async function plant(bank: Bank, customers: PlantedBank['customers'], notes: readonly Note[], others: number): Promise<void> {
  // Some wrote their notes before they left the bank.
  const writer = (id: string): Person => ({ ...(PEOPLE.person(id) as Person), active: true })
  const add = async (id: string, name: string, closed: { readonly team: string; readonly curators: readonly string[] } | null): Promise<void> => {
    const permission = permit({ kind: 'person', person: writer('author') }, 'customer.create', standingApart(id))
    if (!permission.ok) throw new Error('no grant')
    const at = bank.clock.now()
    await bank.house.customers.add(permission.grant, {
      schema: 1, id, version: 1, kind: 'person', name, aliases: [], number: '', segment: null, team: closed?.team ?? 'alpha',
      restricted: closed !== null, curators: [...(closed?.curators ?? [])], createdAt: at, createdBy: 'author', updatedAt: at, history: [], origin: null,
    })
  }
  await add(CUSTOMER_IDS.plain, customers.plain, null)
  await add(CUSTOMER_IDS.restricted, customers.restricted, RESTRICTED_CUSTOMER)
  for (let n = 1; n <= others; n += 1) await add(`01900000-0000-7000-8000-0000000c${String(n).padStart(4, '0')}`, `Other ${n}`, { team: 'alpha', curators: [] })
  for (const note of notes) {
    const permission = permit({ kind: 'person', person: writer(note.author) }, 'note.post', standingApart(note.id))
    if (!permission.ok) throw new Error('no grant')
    await bank.house.notes.add(permission.grant, note)
  }
  await bank.house.caughtUp()
}
