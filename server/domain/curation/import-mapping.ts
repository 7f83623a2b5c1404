import type { CustomerKind } from '../customers/customer.js'
import type { Refusal } from '../people/refusal.js'
import type { TableFormat } from '../people/table.js'
import type { Vocabulary } from '../notes/taxonomy.js'
import type { Direction, Informant, Nature } from '../notes/words.js'

/**
 * Which columns of a file make which part of a note. Nothing in it can say who wrote a note, that it is validated,
 * or who may read it: those are the importer's and the curators' to say.
 */
export interface Mapping {
  readonly schema: 1
  readonly key: string
  readonly name: Both
  readonly description: Both
  /** with a row's external id it makes the id of the note, so that a file imported twice changes nothing */
  readonly source: string
  readonly format: TableFormat
  readonly language: 'en' | 'zh'
  readonly columns: readonly string[]
  readonly externalId: Columns
  readonly title?: Columns
  /** `$answer` is the cell that `answers` chooses */
  readonly body: Columns
  readonly answers?: { readonly column: string; readonly choices: Readonly<Record<string, string>>; readonly whenEmpty: 'skip' }
  readonly customer?: { readonly column: string; readonly kind: CustomerKind }
  readonly observedOn?: string
  readonly reference?: Columns
  readonly touchpoint?: { readonly column: string; readonly values: Readonly<Record<string, string>> }
  readonly products?: { readonly columns: readonly string[]; readonly values: Readonly<Record<string, string>> }
  readonly topic?: { readonly column: string; readonly values: Readonly<Record<string, string>>; readonly other: string }
  /** columns whose values become tags */
  readonly tags: readonly string[]
  readonly fixed: {
    readonly direction: Direction
    readonly nature: Nature
    readonly informant: Informant
    readonly firsthand: boolean
    readonly topic?: string
    readonly tags: readonly string[]
  }
}

export type Columns = string | readonly string[]
export interface Both {
  readonly en: string
  readonly zh: string
}

export const ANSWER = '$answer'

/** Where the mapping files come from. */
export interface Mappings {
  shipped(): readonly Mapping[]
  /** @returns null for a text that is no mapping */
  read(text: string): Mapping | null
}

/** What a mapping names that is not there: a column it does not list, a key the vocabulary does not have. */
export function objectionsToMapping(mapping: Mapping, vocabulary: Vocabulary): Refusal[] {
  const found: Refusal[] = []
  const strange = columnsUsed(mapping).find((name) => !mapping.columns.includes(name))
  if (strange !== undefined) found.push({ at: 'mapping', code: 'imports.mapping.column', with: { name: strange } })
  const topics = [...Object.values(mapping.topic?.values ?? {}), ...(mapping.topic ? [mapping.topic.other] : []), ...(mapping.fixed.topic ? [mapping.fixed.topic] : [])]
  const unknown = [
    topics.find((key) => !vocabulary.topic(key) || vocabulary.topic(key)?.route_to),
    Object.values(mapping.products?.values ?? {}).find((key) => !vocabulary.term('products', key)),
    Object.values(mapping.touchpoint?.values ?? {}).find((key) => !vocabulary.term('touchpoints', key)),
  ].find((key) => key !== undefined)
  if (unknown !== undefined) found.push({ at: 'mapping', code: 'imports.mapping.key', with: { name: unknown } })
  return found
}

/** The columns a file must have for this mapping. */
export function columnsUsed(mapping: Mapping): readonly string[] {
  const { externalId, title = [], body, answers, customer, observedOn = [], reference = [], touchpoint, products, topic, tags } = mapping
  const named = [
    externalId, title, body, answers ? [answers.column, ...Object.values(answers.choices)] : [], customer?.column ?? [], observedOn, reference,
    touchpoint?.column ?? [], products?.columns ?? [], topic?.column ?? [], tags,
  ].flat()
  return [...new Set(named)].filter((name) => name !== ANSWER)
}
