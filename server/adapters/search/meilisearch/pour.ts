import { setTimeout as pause } from 'node:timers/promises'
import { isOurs } from './document.js'
import { amongIds } from './terms.js'
import type { Server } from './server.js'
import type { Writing } from './writing.js'

/** Entries put over in one turn: what is written meanwhile waits some twenty seconds at a million. */
export const POURED = 5_000
/** Few enough at once to be in memory. */
const SENT = 250

export interface Pouring {
  readonly from: string
  readonly into: string
  /** ms for which entries stay in both */
  readonly overlap: number
}

/**
 * Puts some of a small index into a large one, while nobody else writes to either. An entry stands in both before it is
 * in the large one alone: a question asks one index after the other, and whichever comes first it meets the entry, once
 * or twice, and twice is found once. For that moment it may be counted twice.
 * @throws SearchUnavailable when they stay where they were
 */
export async function poured(server: Server, writing: Writing, { from, into, overlap }: Pouring): Promise<void> {
  const over: string[] = []
  const versions = new Map<string, number>()
  const under: Promise<void>[] = []
  for (let more = true; more && over.length < POURED; ) {
    const { results } = await server.manage('list', (client) => client.index(from).getDocuments({ offset: over.length, limit: SENT, retrieveVectors: writing.hasVectors }))
    const ours = results.filter(({ facts }) => isOurs(facts))
    const present = await writing.present(into, ours.map(({ facts }) => facts.id))
    // Two writers at once may have left a newer one there.
    const { done } = await writing.handOver(into, ours.filter(({ facts }) => (present.get(facts.id) ?? -1) < facts.version))
    done.catch(() => {})
    under.push(done)
    for (const { facts } of ours) versions.set(facts.id, facts.version)
    over.push(...results.map(({ id }) => id as string))
    more = results.length === SENT
  }
  await Promise.all(under)
  await pause(overlap)
  await pouredLate(server, writing, { from, into }, versions)
  await server.task('drop', (client) => client.index(from).deleteDocuments(over))
}

/** Whoever takes this process's place may have written newer ones to the small index alone, before they were in the large one. */
async function pouredLate(server: Server, writing: Writing, { from, into }: Pick<Pouring, 'from' | 'into'>, versions: ReadonlyMap<string, number>): Promise<void> {
  const all = [...versions.keys()]
  for (let at = 0; at < all.length; at += SENT) {
    const now = await writing.present(from, all.slice(at, at + SENT))
    const newer = [...now].flatMap(([id, version]) => (version > (versions.get(id) ?? -1) ? [id] : []))
    if (newer.length === 0) continue
    const { results } = await server.manage('list', (client) => client.index(from).getDocuments({ filter: amongIds(newer), limit: newer.length, retrieveVectors: writing.hasVectors }))
    await writing.add(into, results)
  }
}
