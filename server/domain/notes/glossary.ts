import type { VocabularyChange } from './taxonomy.js'

/** One concept of the bank's shared vocabulary: its words in both languages and in single departments. */
export interface Concept {
  readonly key: string
  readonly words: { readonly en: readonly string[]; readonly zh: readonly string[] }
  /** department id → what it is called there */
  readonly departments?: Readonly<Record<string, string>>
  readonly note?: { readonly en: string; readonly zh: string }
}

export interface Glossary {
  readonly version: number
  readonly concepts: readonly Concept[]
  /** the last changes, newest last */
  readonly changes?: readonly VocabularyChange[]
}

/** The words of each concept, for search: finding by one finds by all. */
export function synonymGroups(glossary: Glossary): readonly (readonly string[])[] {
  return glossary.concepts
    .map((concept) => [...new Set([...concept.words.en, ...concept.words.zh, ...Object.values(concept.departments ?? {})])])
    .filter((words) => words.length > 1)
}
