import type { HelperOptions } from 'handlebars'
import type { Language } from '../domain/people/person.js'
import type { Values, Words } from '../domain/people/words.js'
import { sayDate, sayNumber, type DateStyle } from './say-date.js'

/** What the templates can say: sentences, dates and numbers in the reader's language, and plain logic. */
export type Sentences = Readonly<Record<string, (...args: never[]) => unknown>>

interface Root {
  readonly page: { readonly lang: Language; readonly now: string }
}

export function sentences(words: Words, timeZone: string): Sentences {
  return {
    t: (key: string, options: HelperOptions) => words.say(rootOf(options).page.lang, key, options.hash as Values),
    date: (at: string | null, options: HelperOptions) => {
      const { page } = rootOf(options)
      const style = options.hash['style'] as DateStyle
      if (at === null || at === '') return ''
      // Intl says “this minute” and 此刻 for it, and nobody else does.
      if (style === 'ago' && at.length > 10 && Math.abs(Date.parse(page.now) - Date.parse(at)) < 60_000) return words.say(page.lang, 'frame.just_now')
      return sayDate(at, style, { language: page.lang, timeZone, now: page.now })
    },
    number: (value: number, options: HelperOptions) => sayNumber(value, rootOf(options).page.lang),
    eq: (a: unknown, b: unknown) => a === b,
    not: (a: unknown) => !a,
    and: (...args: unknown[]) => args.slice(0, -1).every(Boolean),
    or: (...args: unknown[]) => args.slice(0, -1).some(Boolean),
    concat: (...args: unknown[]) => args.slice(0, -1).join(''),
  }
}

function rootOf(options: HelperOptions): Root {
  return options.data.root as Root
}
