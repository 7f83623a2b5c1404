import { join } from 'node:path'
import type { Test } from 'tap'
import { NOTHING, type Access, type Clause, type Party, type Visible } from '../../../domain/policy/access.js'
import type { Sight } from '../../../domain/policy/readable.js'
import type { Entry } from '../../../domain/search/entry.js'
import type { Results, SearchEngine, SearchOptions } from '../../../domain/search/port.js'
import { parseQuery } from '../../../domain/search/query.js'
import { ROOT } from '../../../root.js'

/** A new and empty engine, closed and removed when the test ends. */
export type Opens = (t: Test) => Promise<SearchEngine>

export const NOW = '2025-06-01T12:00:00.000Z'
export const SHARED = join(process.env['TACIT_SHARED'] ?? join(ROOT, '..', 'shared'), 'data')

/** An entry everybody may see, but for what is said. Every customer is a restricted one here. */
export function entry(id: string, title: string, more: Partial<Omit<Entry, 'access' | 'knowers'>> & { access?: Partial<Access> } = {}): Entry {
  return {
    kind: 'note', id, version: 1, title, body: '', texts: {}, facets: {}, at: '2025-01-15T09:00:00.000Z', value: 0, archived: false,
    trust: { validatedAt: null, overdue: false, reuses: 0 },
    ...more,
    knowers: (more.access?.customers ?? []).map(knowersOf),
    access: { author: 'someone', named: [], reach: 'all', desk: 'none', stewards: [], level: 'internal', customers: [], ...more.access },
  }
}

/** Who knows of a customer: some have the same team, some a curator beside it, most a team of their own. */
export function knowersOf(customer: string): readonly Party[] {
  return KNOWERS[customer] ?? [`t:of-${customer}`]
}
const KNOWERS: Readonly<Record<string, readonly Party[]>> = { c1: ['t:red'], c2: ['t:blue', 'p:ann'], c3: ['t:red', 'p:bo'], c4: ['t:red'] }

/** What is hidden from whoever is these of all customers there are, told one by one or by whom one knows of the others. */
export function hiddenFrom(mine: readonly Party[], customers: readonly string[]): { readonly hide: readonly string[]; readonly knows: readonly Party[] } {
  const hide = customers.filter((customer) => !knowersOf(customer).some((party) => mine.includes(party)))
  return { hide, knows: mine }
}

/** A sight with exactly this law. Only tests make one without asking the directories. */
export function sightOf(visible: Partial<Visible>): Sight {
  return { visible: { ...NOTHING, ...visible }, by: 'test' } as Sight
}

export const STAFF = sightOf({ any: [{ reach: ['all'], level: ['shareable', 'internal'] }] })
export const BLIND = sightOf({})

export function seeing(...any: Clause[]): Sight {
  return sightOf({ any })
}

export async function find(engine: SearchEngine, typed: string, options: Partial<SearchOptions> = {}, sight = STAFF): Promise<Results> {
  return engine.search(parseQuery(typed), sight, { now: NOW, ...options })
}

/** Ids in the order found. */
export async function ids(engine: SearchEngine, typed: string, options: Partial<SearchOptions> = {}, sight = STAFF): Promise<string[]> {
  return (await find(engine, typed, options, sight)).hits.map((hit) => hit.id)
}

export async function collect<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = []
  for await (const page of pages) all.push(...page)
  return all
}

/** How often a test tries chance: the second number with TACIT_DEPTH=deep. */
export function depth(ordinary: number, deep: number): number {
  return process.env['TACIT_DEPTH'] === 'deep' ? deep : ordinary
}
