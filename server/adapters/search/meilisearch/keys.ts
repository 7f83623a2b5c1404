import { MeilisearchApiError, type Meilisearch } from 'meilisearch'
import { v5 } from 'uuid'

/** A key for each purpose: who only searches can neither write nor read what is left out of results. */
export interface Keys {
  readonly searching: string
  readonly writing: string
}

const NAMESPACE = '6e0a6c2e-2f57-4c0e-9b83-8f8f5a0d2b61'
const ACTIONS = {
  searching: ['search'],
  writing: ['documents.*', 'indexes.*', 'indexes.compact', 'settings.*', 'tasks.get', 'stats.get'],
} as const

/**
 * Keys that may do no more than they must, found again under the same uid at every start.
 * @throws what the client throws when the server does not answer
 */
export async function keysFor(client: Meilisearch, given: string, indexes: readonly string[]): Promise<Keys> {
  await client.health()
  try {
    return { searching: await scoped(client, 'searching', indexes), writing: await scoped(client, 'writing', indexes) }
  } catch (error) {
    // A key that may not manage keys is one somebody has scoped already; a server without a master key has none.
    if (error instanceof MeilisearchApiError && [401, 403].includes(error.response.status)) return { searching: given, writing: given }
    throw error
  }
}

async function scoped(client: Meilisearch, purpose: keyof Keys, indexes: readonly string[]): Promise<string> {
  const actions = [...ACTIONS[purpose]]
  const uid = v5(JSON.stringify([purpose, actions, indexes]), NAMESPACE)
  const found = await client.getKey(uid).catch((error: unknown) => {
    if (error instanceof MeilisearchApiError && error.response.status === 404) return null
    throw error
  })
  if (found) return found.key
  const name = `Tacit ${purpose}`
  const made = await client.createKey({ uid, name, actions, indexes: [...indexes], expiresAt: null }).catch((error: unknown) => {
    // Another portal process made it meanwhile.
    if (error instanceof MeilisearchApiError && error.response.status === 409) return client.getKey(uid)
    throw error
  })
  return made.key
}
