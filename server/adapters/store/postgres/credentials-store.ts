import { noCredential, type Credential } from '../../../domain/people/credential.js'
import type { Credentials } from '../../../domain/people/port.js'
import type { Schema } from '../schema.js'
import type { Around } from './around.js'
import type { Database } from './database.js'
import { read } from './documents.js'
import { piece, prepared, type Piece } from './pieces.js'
import { Room } from './room.js'

const CREDENTIAL: Schema<Credential> = { now: 1 }

/** What every request asks, and an open link, which few have at a time. */
type Known = Pick<Credential, 'changes' | 'link'>

/**
 * In a room of their own: nothing that lists people ever holds a password's hash. In memory is only how often each
 * password changed; the rest is asked for when somebody signs in.
 */
export async function openCredentials(database: Database, around: Around): Promise<Credentials> {
  let byLink: ReadonlyMap<string, string> | null = null
  const room = await around.open(new Room<Known>(database, 'credentials', { now: 1, check: ({ changes, link }) => ({ changes, link }) as Known }, () => { byLink = null }))
  const links = () => (byLink ??= new Map([...room.all()].flatMap(([person, { link }]) => (link ? [[link.digest, person] as const] : []))))

  /** As they are in the database at this moment, or in this transaction. */
  async function some(persons: readonly string[], ask: (question: Piece) => Promise<readonly Found[]>): Promise<readonly Credential[]> {
    const rows = await ask(prepared(piece("SELECT id, doc::text AS doc FROM kept WHERE room = 'credentials' AND id = ANY(?::text[]) AND doc IS NOT NULL", persons)))
    const found = new Map(rows.map(({ id, doc }) => [id, read(CREDENTIAL, doc, `credentials/${id}`)]))
    return persons.map((person) => found.get(person) ?? noCredential(person))
  }
  const of = async (person: string): Promise<Credential> => (await some([person], (question) => database.rows(question)))[0] as Credential
  const changeAll = (persons: readonly string[], next: (now: Credential) => Credential): Promise<void> => room.change(async (_, tx) => {
    const changed = (await some(persons, (question) => tx.rows(question))).map((before) => [before, next(before)] as const)
    return new Map(changed.flatMap(([before, after]) => (after === before ? [] : [[after.person, after] as const])))
  })

  return {
    changes: (person) => room.get(person)?.changes ?? 0,
    of,
    byLink: async (digest) => {
      const person = links().get(digest)
      const credential = person === undefined ? undefined : await of(person)
      return credential?.link?.digest === digest ? credential : undefined
    },
    change: async (person, next) => {
      let after = noCredential(person)
      await changeAll([person], (now) => (after = next(now)))
      return after
    },
    changeAll,
  }
}

interface Found {
  readonly id: string
  readonly doc: string
}
