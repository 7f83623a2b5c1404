import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Handlebars from 'handlebars'
import { convert } from 'html-to-text'
import { LETTER_KINDS, type LetterKind } from '../../domain/digests/letter.js'
import type { Sheet, Stationery, Written } from '../../domain/digests/port.js'
import type { Language } from '../../domain/people/person.js'
import type { Values, Words } from '../../domain/people/words.js'

const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', zh: 'zh-CN' }

/** One template a kind: the text part is made from the HTML, so that both always say the same. */
export function openStationery(words: Words, folder: string): Stationery {
  const engine = Handlebars.create()
  const read = (path: string) => engine.compile(readFileSync(join(folder, path), 'utf8'), { strict: true, preventIndent: true })
  const layout = read('layouts/mail.hbs')
  const sheets = new Map(LETTER_KINDS.map((kind) => [kind, read(`mail/${fileOf(kind)}.hbs`)]))
  engine.registerHelper({
    t: (key: string, options: Handlebars.HelperOptions) => words.say(here(options).language, key, options.hash as Values),
    date: (at: string, options: Handlebars.HelperOptions) => sayMoment(at, here(options)),
    eq: (a: unknown, b: unknown) => a === b,
    concat: (...parts: unknown[]) => parts.slice(0, -1).join(''),
  })

  return {
    write: (kind, sheet) => {
      const span = sheet.span ? saySpan(words, sheet.span, sheet) : ''
      const subject = oneLine(words.say(sheet.language, `mail.${kind}.subject`, { ...sheet.subject, span }))
      const page = { lang: LOCALES[sheet.language], language: sheet.language, timeZone: sheet.timeZone, subject, span }
      const body = (sheets.get(kind) as Handlebars.TemplateDelegate)({ ...sheet.model, page })
      const html = layout({ page, body })
      return { subject, html, text: textOf(html) } satisfies Written
    },
  }
}

function fileOf(kind: LetterKind): string {
  return kind.replaceAll('_', '-')
}

function textOf(html: string): string {
  return `${convert(html, {
    wordwrap: false,
    formatters: {
      // A long address in the middle of a sentence is unreadable: it gets a line of its own.
      linkBelow: (element, walk, builder) => {
        walk(element.children, builder)
        builder.addLineBreak()
        builder.addInline(element.attribs['href'] ?? '', { noWordTransform: true })
      },
    },
    selectors: [
      { selector: 'a', format: 'linkBelow' },
      { selector: 'h1', options: { uppercase: false, trailingLineBreaks: 1 } },
      { selector: 'h2', options: { uppercase: false, leadingLineBreaks: 2, trailingLineBreaks: 1 } },
      { selector: 'ul', options: { itemPrefix: '– ' } },
    ],
  }).trim()}\n`
}

type Here = Pick<Sheet, 'language' | 'timeZone'>

function here(options: Handlebars.HelperOptions): Here {
  return (options.data.root as { page: Here }).page
}

function sayMoment(at: string, { language, timeZone }: Here): string {
  return new Intl.DateTimeFormat(LOCALES[language], { dateStyle: 'medium', timeStyle: 'short', timeZone }).format(new Date(at))
}

/** "16–22 Nov", "11月16日至22日" on the clocks of the reader: within a month it is named once, where the language does. */
function saySpan(words: Words, span: { readonly from: string; readonly to: string }, { language, timeZone }: Here): string {
  const [from, to] = [new Date(span.from), new Date(span.to)]
  const say = (at: Date, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(LOCALES[language], { ...options, timeZone }).format(at)
  const both = { month: 'short', day: 'numeric' } as const
  const once = say(from, { year: 'numeric', month: 'short' }) === say(to, { year: 'numeric', month: 'short' })
  const [first, last] = [once && language === 'en' ? { day: 'numeric' } as const : both, once && language === 'zh' ? { day: 'numeric' } as const : both]
  return words.say(language, 'mail.span', { from: say(from, first), to: say(to, last) })
}

/** Whatever goes into a subject stays within it. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim()
}
