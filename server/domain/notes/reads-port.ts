/** Who has read a note: so that its author sees that it is read, as a number from three people on, never as names. */
export interface Reads {
  /** Remembered soon, not before the answer: losing the last seconds of it in a crash harms nobody. */
  saw(note: string, person: string): void
  /** different people, the author left out */
  count(note: string): number | Promise<number>
}
