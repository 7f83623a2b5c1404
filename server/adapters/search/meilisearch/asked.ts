import type { Look } from '../embedded/look.js'
import type { Column } from '../embedded/columns-of-text.js'
import { encodeLook, type Part } from './encode.js'
import type { Filters } from './filter.js'

/** One query of a multi-search. The first three decide what is found, the rest what is read of it. */
export interface Asked {
  readonly q: string
  readonly filter: Filters
  readonly attributesToSearchOn?: readonly string[]
  readonly matchingStrategy: 'all'
  readonly page?: number
  readonly hitsPerPage?: number
  readonly attributesToRetrieve?: readonly string[]
}

/** Equal of questions to which the same is found. */
export function sameFound({ q, filter, attributesToSearchOn }: Asked): string {
  return JSON.stringify([q, filter, attributesToSearchOn])
}

const MEASURED = 100
/** Of a long phrase so many tokens are enough to find it. */
const MOST_TOKENS = 30
const MOST_PARTS = 10

export const NOTHING: Part = { tokens: ['n9nothing'], beginning: null }

/** Null where the words must first be known that begin so. */
export function partOf(look: Look, columns?: readonly Column[]): Part | null {
  const part = encodeLook(look, columns)
  return part && { ...part, tokens: part.tokens.slice(0, MOST_TOKENS) }
}

export function wordsOf(parts: readonly Part[], without: readonly Part[]): string {
  const some = parts.slice(0, MOST_PARTS)
  const quoted = [...some.map((part) => part.tokens).filter((tokens) => tokens.length > 0), ...some.flatMap((part) => (part.beginning === null ? [] : [[part.beginning]]))]
  // What must not occur comes first: the engine stops reading at its tenth word.
  return [...without.map((part) => `-${quote(part.tokens)}`), ...quoted.map(quote)].join(' ')
}

export function quote(tokens: readonly string[]): string {
  return `"${tokens.map((token) => token.replace(/[^a-z0-9]/g, '')).join(' ')}"`
}

/** Not a single hit: to put in order what is merely counted is most of the work. */
export function counting(query: Asked): Asked {
  return { ...query, page: 1, hitsPerPage: 0, attributesToRetrieve: ['id'] }
}

/** A text is long or short beside others, and these are as good as any. */
export function measuring(query: Asked): Asked {
  return { ...query, page: 1, hitsPerPage: MEASURED, attributesToRetrieve: ['facts.length'] }
}
