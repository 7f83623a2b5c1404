import type { Outcome } from '../people/refusal.js'
import type { Grant } from '../policy/grant.js'
import type { Glossary } from './glossary.js'
import type { Taxonomy, Vocabulary } from './taxonomy.js'

/** The bank's vocabulary: in memory, one document each, every change one durable write. */
export interface Vocabularies {
  vocabulary(): Vocabulary
  glossary(): Glossary
  changeTaxonomy(grant: Grant<'vocabulary.edit'>, verb: (now: Taxonomy) => Outcome<Taxonomy>): Promise<Outcome<Taxonomy>>
  changeGlossary(grant: Grant<'vocabulary.edit'>, verb: (now: Glossary) => Outcome<Glossary>): Promise<Outcome<Glossary>>
  /** Called after each change: search synonyms and facet words follow it. */
  onChange(listener: (what: 'taxonomy' | 'glossary') => void): void
}
