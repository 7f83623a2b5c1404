import { noCredential, type Credential } from '../../../domain/people/credential.js'
import type { Credentials } from '../../../domain/people/port.js'
import { Document } from './document.js'
import type { Keeping } from './keeping.js'
import type { Schema } from '../schema.js'

export interface KeptCredentials {
  readonly of: Readonly<Record<string, Credential>>
}

export const CREDENTIALS_FILE: Schema<KeptCredentials> = {
  now: 1,
  check: (stored) => {
    if (typeof stored['of'] !== 'object' || stored['of'] === null) throw new Error('no credentials')
    return stored as unknown as KeptCredentials
  },
}

/** In a document of its own: nothing that lists people ever holds a password's hash. */
export async function openCredentials(keeping: Keeping): Promise<Credentials> {
  const document = await Document.open<KeptCredentials>(keeping, { name: 'credentials', schema: CREDENTIALS_FILE, empty: () => ({ of: {} }), urgent: true })
  const of = (kept: KeptCredentials, person: string): Credential => kept.of[person] ?? noCredential(person)

  return {
    changes: (person) => of(document.read(), person).changes,
    of: async (person) => of(document.read(), person),
    byLink: async (digest) => Object.values(document.read().of).find((one) => one.link?.digest === digest),
    change: async (person, next) => {
      const kept = await document.change((now) => {
        const before = of(now, person)
        const after = next(before)
        return after === before ? now : { of: { ...now.of, [person]: after } }
      })
      return of(kept, person)
    },
    changeAll: async (persons, next) => {
      await document.change((now) => ({ of: { ...now.of, ...Object.fromEntries(persons.map((person) => [person, next(of(now, person))])) } }))
    },
  }
}
