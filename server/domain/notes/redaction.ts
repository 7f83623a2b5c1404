/**
 * Redaction 抹除: the one way in which words that somebody wrote disappear. Two persons replace them everywhere by a
 * mark. What is kept of it says where and why, never what.
 */

/** Waits for a second person. It holds the words only until it is confirmed or refused. */
export interface RedactionProposal {
  readonly id: string
  readonly by: string
  readonly at: string
  /** a key of the taxonomy's reasons for redaction */
  readonly reason: string
  /** every text of the note, whatever it says */
  readonly whole: boolean
  /** empty when it is the whole note */
  readonly words: readonly string[]
}

/** That it happened, kept with the note and on the list of all redactions. */
export interface Redaction {
  readonly id: string
  readonly at: string
  /** who proposed it */
  readonly by: string
  /** who confirmed it */
  readonly second: string
  readonly reason: string
  readonly whole: boolean
  /** what stands in the place of the words */
  readonly mark: string
  readonly places: readonly Place[]
}

/** Where something was cut out of one text, so that a restored older copy of that text can be cut in the same places. */
export interface Place {
  /** `revision/2/body`, `comment/<id>`: a text of the note that never moves */
  readonly path: string
  /** UTF-16 offsets in the text as it was, or positions in a list of tags; empty where nothing had to go */
  readonly cuts: readonly Span[]
  /** of the text as it was */
  readonly length: number
  /** SHA-256 of what was left of it: it tells whether a copy is the same text and says nothing of what was taken out */
  readonly rest: string
}

export interface Span {
  readonly start: number
  readonly end: number
}

/** @param day `YYYY-MM-DD` at the bank */
export function markOf(day: string, reason: string): string {
  return `[抹除 ${day} ${reason}]`
}
