import type { Rights } from './rights.js'
import type { Direction, Informant, Nature, Stage } from './words.js'

/** What a note is about: keys of the vocabulary and ids of customers. Classification may change without new text. */
export interface About {
  readonly customers: readonly string[]
  readonly topic: string | null
  readonly direction: Direction | null
  readonly nature: Nature | null
  readonly products: readonly string[]
  readonly segment: string | null
  readonly stage: Stage | null
  readonly tags: readonly string[]
}

export const ABOUT_NOTHING: About = Object.freeze({
  customers: [], topic: null, direction: null, nature: null, products: [], segment: null, stage: null, tags: [],
})

/** Who said it, how it was learned, when. Everything is optional. */
export interface Source {
  readonly informant: Informant | null
  /** who said it, in words */
  readonly saidBy: string
  readonly touchpoint: string | null
  /** `YYYY-MM-DD` */
  readonly observedOn: string | null
  readonly firsthand: boolean | null
  /** case number or link */
  readonly reference: string
}

export const NO_SOURCE: Source = Object.freeze({
  informant: null, saidBy: '', touchpoint: null, observedOn: null, firsthand: null, reference: '',
})

/** One posted text. `number` is the note's `revision` counter when it was written, so numbers rise but may skip. */
export interface Revision {
  readonly number: number
  readonly by: string
  readonly at: string
  readonly title: string
  readonly body: string
  readonly about: About
  readonly source: Source
  readonly proposed: Rights
  /** the strictest rights in force since it was written, until a curator clears it */
  readonly floor: Rights
  /** how an edit that never became the published face ended */
  readonly closed: 'withdrawn' | 'declined' | null
}
