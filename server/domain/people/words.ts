import type { Language } from './person.js'

/** What goes into the placeholders of a sentence. */
export type Values = Readonly<Record<string, string | number | boolean | Date>>

/** The portal's sentences in both languages. */
export interface Words {
  /** @param key a string key such as `notes.title.too_long` */
  say(language: Language, key: string, values?: Values): string
  has(key: string): boolean
}
