/** Words that nobody wrote anywhere else, each in one field of one object: a page that shows one has shown that object. */
export interface Canary {
  readonly word: string
  readonly object: string
  /** such as `title`, or `title of text 2` */
  readonly field: string
}

export class Canaries {
  private readonly found = new Map<string, Canary>()
  private state: number

  constructor(seed: number) {
    this.state = seed >>> 0
  }

  /** A new word of twelve letters. */
  plant(object: string, field: string): string {
    let word = ''
    do {
      word = Array.from({ length: 12 }, () => LETTERS[this.chance(LETTERS.length)]).join('')
    } while (this.found.has(word))
    this.found.set(word, { word, object, field })
    return word
  }

  get all(): readonly Canary[] {
    return [...this.found.values()]
  }

  of(object: string): readonly Canary[] {
    return this.all.filter((canary) => canary.object === object)
  }

  /** Every canary in a text, whatever its case and wherever it stands. */
  seenIn(text: string): readonly Canary[] {
    const seen = new Set<Canary>()
    for (const run of text.toLowerCase().match(RUNS) ?? []) {
      for (let at = 0; at + 12 <= run.length; at += 1) {
        const canary = this.found.get(run.slice(at, at + 12))
        if (canary) seen.add(canary)
      }
    }
    return [...seen]
  }

  /** mulberry32: the same seed gives the same words. */
  private chance(below: number): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** Without vowels, so that no stemmer, typo tolerance or language knows them. */
const LETTERS = 'bcdfghjkmnpqrtvwxz'
const RUNS = /[bcdfghjkmnpqrtvwxz]{12,}/g
