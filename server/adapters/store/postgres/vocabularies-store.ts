import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Glossary } from '../../../domain/notes/glossary.js'
import { Vocabulary, type Taxonomy } from '../../../domain/notes/taxonomy.js'
import type { Vocabularies } from '../../../domain/notes/vocabulary-port.js'
import type { Outcome } from '../../../domain/people/refusal.js'
import { ROOT } from '../../../root.js'
import type { Around } from './around.js'
import type { Database } from './database.js'
import { Room } from './room.js'

/** Taxonomy and glossary: a new bank starts with those of content/, and owns them from then on. */
export async function openVocabularies(database: Database, around: Around): Promise<Vocabularies> {
  const listeners: ((what: 'taxonomy' | 'glossary') => void)[] = []
  const tell = (what: 'taxonomy' | 'glossary') => listeners.forEach((listener) => listener(what))
  let vocabulary: Vocabulary | null = null
  const taxonomies = new Room<Taxonomy>(database, 'taxonomy', { now: 1 }, () => {
    vocabulary = null
    tell('taxonomy')
  })
  const glossaries = new Room<Glossary>(database, 'glossary', { now: 1 }, () => tell('glossary'))
  await around.open(taxonomies)
  await around.open(glossaries)
  await begin(taxonomies, () => ({ ...shipped<Taxonomy>('taxonomy.json'), aliases: {}, version: 1 }))
  await begin(glossaries, () => ({ ...shipped<Glossary>('glossary.json'), version: 1 }))

  return {
    vocabulary: () => (vocabulary ??= new Vocabulary(theOne(taxonomies))),
    glossary: () => theOne(glossaries),
    changeTaxonomy: (_grant, verb) => changed(taxonomies, verb),
    changeGlossary: (_grant, verb) => changed(glossaries, verb),
    onChange: (listener) => listeners.push(listener),
  }
}

const ONE = 'present'

function theOne<T extends object>(room: Room<T>): T {
  const found = room.get(ONE)
  if (!found) throw new Error(`the database has no ${room.name}`)
  return found
}

async function begin<T extends object>(room: Room<T>, first: () => T): Promise<void> {
  if (!room.get(ONE)) await room.change((now) => (now.get(ONE) ? new Map() : new Map([[ONE, first()]])))
}

async function changed<T extends Taxonomy | Glossary>(room: Room<T>, verb: (now: T) => Outcome<T>): Promise<Outcome<T>> {
  let outcome: Outcome<T> | undefined
  await room.change((view) => {
    const now = view.get(ONE) as T
    outcome = verb(now)
    return outcome.ok ? new Map([[ONE, { ...outcome.value, version: now.version + 1 }]]) : new Map()
  })
  return outcome?.ok ? { ok: true, value: theOne(room) } : (outcome as Outcome<T>)
}

function shipped<T>(file: string): T {
  const { schema: _, ...content } = JSON.parse(readFileSync(join(ROOT, 'content', file), 'utf8'))
  return content as T
}
