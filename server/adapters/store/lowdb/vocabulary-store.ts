import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Vocabulary, type Taxonomy } from '../../../domain/notes/taxonomy.js'
import type { Glossary } from '../../../domain/notes/glossary.js'
import type { Vocabularies } from '../../../domain/notes/vocabulary-port.js'
import type { Outcome } from '../../../domain/people/refusal.js'
import { ROOT } from '../../../root.js'
import { Document } from './document.js'
import type { Keeping } from './keeping.js'

/** Taxonomy and glossary: a new bank starts with those of content/, and owns them from then on. */
export async function openVocabularies(keeping: Keeping): Promise<Vocabularies> {
  const taxonomy = await Document.open<Taxonomy>(keeping, {
    name: 'taxonomy', schema: { now: 1 }, empty: () => ({ ...shipped<Taxonomy>('taxonomy.json'), aliases: {}, version: 1 }),
  })
  const glossary = await Document.open<Glossary>(keeping, {
    name: 'glossary', schema: { now: 1 }, empty: () => ({ ...shipped<Glossary>('glossary.json'), version: 1 }),
  })
  const listeners: ((what: 'taxonomy' | 'glossary') => void)[] = []
  let vocabulary = new Vocabulary(taxonomy.read())

  async function changed<T extends Taxonomy | Glossary>(document: Document<T>, verb: (now: T) => Outcome<T>): Promise<Outcome<T>> {
    let outcome: Outcome<T> | undefined
    await document.change((now) => {
      outcome = verb(now)
      return outcome.ok ? { ...outcome.value, version: now.version + 1 } : now
    })
    return outcome?.ok ? { ok: true, value: document.read() } : (outcome as Outcome<T>)
  }

  return {
    vocabulary: () => vocabulary,
    glossary: () => glossary.read(),
    changeTaxonomy: async (_grant, verb) => {
      const outcome = await changed(taxonomy, verb)
      vocabulary = new Vocabulary(taxonomy.read())
      if (outcome.ok) for (const listener of listeners) listener('taxonomy')
      return outcome
    },
    changeGlossary: async (_grant, verb) => {
      const outcome = await changed(glossary, verb)
      if (outcome.ok) for (const listener of listeners) listener('glossary')
      return outcome
    },
    onChange: (listener) => listeners.push(listener),
  }
}

function shipped<T>(file: string): T {
  const { schema: _, ...content } = JSON.parse(readFileSync(join(ROOT, 'content', file), 'utf8'))
  return content as T
}
