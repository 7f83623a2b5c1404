import type { Governance } from './words.js'

/** One word of the bank's vocabulary: a stable key that notes hold, and its words in both languages. */
export interface Term {
  readonly key: string
  readonly en: string
  readonly zh: string
  readonly description?: { readonly en: string; readonly zh: string }
  readonly parent?: string
  /** kept for what already uses it, no longer offered */
  readonly retired?: boolean
}

export interface Topic extends Term {
  readonly governance?: Governance
  /** where this belongs instead of here: suspicious transactions, whistle-blowing, … */
  readonly route_to?: { readonly en: string; readonly zh: string }
}

export const REASON_KINDS = ['return', 'decline', 'flag', 'merge', 'withhold', 'archive', 'redaction'] as const
export type ReasonKind = (typeof REASON_KINDS)[number]
export const TERM_KINDS = ['topics', 'products', 'touchpoints', 'segments', 'tags'] as const
export type TermKind = (typeof TERM_KINDS)[number]

/** The words of closed vocabularies: which keys there are is in words.ts, how they are called is content. */
export const CLOSED_KINDS = ['stages', 'directions', 'natures', 'sources', 'outcomes'] as const
export type ClosedKind = (typeof CLOSED_KINDS)[number]

export interface Taxonomy {
  readonly version: number
  readonly topics: readonly Topic[]
  readonly products: readonly Term[]
  readonly touchpoints: readonly Term[]
  readonly segments: readonly Term[]
  readonly reasons: Readonly<Record<ReasonKind, readonly Term[]>>
  readonly stages: readonly Term[]
  readonly directions: readonly Term[]
  readonly natures: readonly Term[]
  readonly sources: readonly Term[]
  readonly outcomes: readonly Term[]
  /** merged terms: the old key reads as the new one, in one write, and no note is rewritten */
  readonly aliases: Readonly<Partial<Record<TermKind, Readonly<Record<string, string>>>>>
  /** the last changes, newest last: what somebody who edits at the same time is told */
  readonly changes?: readonly VocabularyChange[]
}

/** One edit of the vocabulary. */
export interface VocabularyChange {
  /** the version it made */
  readonly version: number
  readonly at: string
  readonly by: string
  readonly what: 'added' | 'changed' | 'retired' | 'brought_back' | 'merged'
  /** `topics`, `reasons.return`, `tags`, `concepts` */
  readonly kind: string
  readonly key: string
  /** what it was merged into */
  readonly into?: string
}

/** Answers about the vocabulary as it is now; made anew whenever it changes. */
export class Vocabulary {
  readonly taxonomy: Taxonomy
  private readonly terms = new Map<string, Topic>()

  constructor(taxonomy: Taxonomy) {
    this.taxonomy = taxonomy
    for (const kind of TERM_KINDS) {
      if (kind === 'tags') continue
      for (const term of taxonomy[kind]) this.terms.set(`${kind}/${term.key}`, term)
    }
    for (const kind of CLOSED_KINDS) {
      for (const term of taxonomy[kind]) this.terms.set(`${kind}/${term.key}`, term)
    }
    for (const kind of REASON_KINDS) {
      for (const term of taxonomy.reasons[kind]) this.terms.set(`reasons.${kind}/${term.key}`, term)
    }
  }

  /** The key it is known by now, through any merges; ends on a circle. */
  resolve(kind: TermKind, key: string): string {
    const aliases = this.taxonomy.aliases[kind] ?? {}
    const walked = new Set<string>()
    let at = key
    // Only what was merged: every object answers to names such as `constructor`, and anybody may ask for those.
    while (Object.hasOwn(aliases, at) && !walked.has(at)) {
      walked.add(at)
      at = aliases[at] as string
    }
    return at
  }

  topic(key: string): Topic | undefined {
    return this.terms.get(`topics/${this.resolve('topics', key)}`)
  }

  term(kind: Exclude<TermKind, 'tags'>, key: string): Term | undefined {
    return this.terms.get(`${kind}/${this.resolve(kind, key)}`)
  }

  closed(kind: ClosedKind, key: string): Term | undefined {
    return this.terms.get(`${kind}/${key}`)
  }

  reason(kind: ReasonKind, key: string): Term | undefined {
    return this.terms.get(`reasons.${kind}/${key}`)
  }

  /** Those offered in forms. @param chosen what the form holds already: it stays to be chosen, retired or not */
  offered(kind: Exclude<TermKind, 'tags'>, chosen: readonly string[] = []): readonly Topic[] {
    const merged = this.taxonomy.aliases[kind] ?? {}
    return this.taxonomy[kind].filter((term) => !Object.hasOwn(merged, term.key) && (!term.retired || chosen.includes(term.key)))
  }

  reasonsOffered(kind: ReasonKind): readonly Term[] {
    return this.taxonomy.reasons[kind].filter((term) => !term.retired)
  }

  /** Every key that is known as this one by now: notes keep the key they were given. */
  alike(kind: TermKind, key: string): readonly string[] {
    const now = this.resolve(kind, key)
    return [now, ...Object.keys(this.taxonomy.aliases[kind] ?? {}).filter((old) => this.resolve(kind, old) === now)]
  }

  /** The topic and everything under it, with what was merged into any of them; for filters. */
  topicWithin(key: string): readonly string[] {
    const found = [this.resolve('topics', key)]
    for (let i = 0; i < found.length; i++) {
      for (const topic of this.taxonomy.topics) {
        if (topic.parent !== undefined && this.resolve('topics', topic.parent) === found[i] && !found.includes(topic.key)) found.push(topic.key)
      }
    }
    return [...new Set(found.flatMap((each) => this.alike('topics', each)))]
  }
}
