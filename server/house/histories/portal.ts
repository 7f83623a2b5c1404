import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { v7 } from 'uuid'
import { openEmbeddedSearch } from '../../adapters/search/embedded/engine.js'
import { DataFolder } from '../../adapters/store/lowdb/data-folder.js'
import { openPeople } from '../../adapters/store/lowdb/people-store.js'
import { openStore, type Store } from '../../adapters/store/lowdb/store.js'
import { openVocabularies } from '../../adapters/store/lowdb/vocabulary-store.js'
import type { Vocabularies } from '../../domain/notes/vocabulary-port.js'
import type { People } from '../../domain/people/port.js'
import type { Person } from '../../domain/people/person.js'
import { SEARCH } from '../../domain/policy/events.js'
import { everything } from '../../domain/policy/everything.js'
import { sightOf, type Sight } from '../../domain/policy/readable.js'
import type { Viewer } from '../../domain/policy/viewer.js'
import type { SearchEngine } from '../../domain/search/port.js'
import { searchIndexing } from '../../indexing.js'
import { startRelay } from '../../relay.js'
import { PEOPLE, TODAY } from '../oracle/bank.js'
import type { Principal } from '../oracle/principals.js'

/** A mistake that somebody could make in the wiring; a history must find each of them. */
export const FAULTS = ['nothing is on hold', 'closing is not indexed', 'a name is not taken off', 'people stay where they were'] as const
export type Fault = (typeof FAULTS)[number]

/** The real store, search and relay over a scratch folder, as wire.ts puts them together; search can be made to lag. */
export interface Portal {
  readonly store: Store
  readonly people: People
  readonly vocabularies: Vocabularies
  readonly engine: SearchEngine
  readonly fault: Fault | null
  now(): string
  sight(who: Principal): Sight
  person(id: string): Person
  hold(): readonly string[]
  /** from now on search hears of nothing */
  lag(): void
  /** search has heard of everything */
  caughtUp(): Promise<void>
  close(): Promise<void>
}

/** What every history can share: opening a search costs most of a second. */
export interface Ground {
  readonly engine: SearchEngine
  readonly vocabularies: Vocabularies
  close(): Promise<void>
}

export async function openGround(): Promise<Ground> {
  const root = await mkdtemp(join(tmpdir(), 'tacit-ground-'))
  const data = await DataFolder.open({ root, clock: () => `${TODAY}T00:00:00.000Z`, reserveBytes: 4_096 })
  const [vocabularies, engine] = [await openVocabularies(data), await openEmbeddedSearch({ directory: data.path('search') })]
  return {
    vocabularies, engine,
    close: async () => {
      await engine.close()
      await data.close()
      await rm(root, { recursive: true })
    },
  }
}

export async function openPortal({ engine, vocabularies }: Ground, fault: Fault | null = null): Promise<Portal> {
  const root = await mkdtemp(join(tmpdir(), 'tacit-history-'))
  let at = Date.parse(`${TODAY}T08:00:00.000Z`)
  const now = () => new Date((at += 1_000)).toISOString()
  const data = await DataFolder.open({ root, clock: now, reserveBytes: 4_096 })
  const people = await openPeople(data)
  await people.change(() => ({ persons: [...PEOPLE.persons.values()], departments: [...PEOPLE.departments.values()], teams: [...PEOPLE.teams.values()] }))
  const before = people.directory()
  const store = await openStore(data, { log: { warn: () => {}, error: () => {} } })
  await store.ready
  const pass = everything('a test follows every change')
  const indexing = searchIndexing({ notes: store.allNotes, customers: store.allCustomers, people, vocabularies, engine, index: SEARCH, feed: store.feed, pass, today: () => TODAY, dayOf: (at) => at.slice(0, 10) })
  let gate = Promise.resolve()
  let open = () => {}
  const indexed = new Set<string>()
  const relay = startRelay({
    feed: store.feed, pass, log: { error: () => {} },
    consumers: [{
      name: indexing.name,
      take: async (events) => {
        await gate
        const taken = fault === 'closing is not indexed' ? events.filter(({ id }) => !indexed.has(id)) : events
        for (const { id, version } of events) {
          indexed.add(id)
          if (fault === 'closing is not indexed') store.feed.release(id, version)
        }
        await indexing.take(taken)
      },
    }],
  })
  const directories = () => ({ people: fault === 'people stay where they were' ? before : people.directory(), restricted: store.customers.restricted() })
  const person = (id: string) => people.directory().person(id) as Person
  return {
    store, people, vocabularies, engine, fault, now, person,
    sight: (who) => sightOf(viewerOf(who, person), directories(), TODAY),
    hold: () => (fault === 'nothing is on hold' ? [] : [...store.feed.onHold()]),
    lag: () => {
      gate = new Promise((resolve) => (open = resolve))
    },
    caughtUp: async () => {
      open()
      await relay.caughtUp()
    },
    close: async () => {
      open()
      await relay.stop()
      const left: string[] = []
      for await (const page of engine.versions()) left.push(...page.map(({ id }) => id))
      await engine.drop(left)
      await store.close()
      await data.close()
      await rm(root, { recursive: true })
    },
  }
}

export const newId = (): string => v7()

export function viewerOf(who: Principal, person: (id: string) => Person): Viewer {
  switch (who.kind) {
    case 'anonymous': return { kind: 'nobody' }
    case 'person': return { kind: 'person', person: person(who.who) }
    case 'token': return { kind: 'token', person: person(who.who), scopes: who.scopes }
    case 'channel': return { kind: 'channel', channel: who.name, team: who.team, ceiling: who.ceiling }
  }
}
