import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { IntlMessageFormat } from 'intl-messageformat'
import { LANGUAGES, type Language } from '../../domain/people/person.js'
import type { Values, Words } from '../../domain/people/words.js'

/** Languages as ICU and HTML name them. */
const LOCALES: Readonly<Record<Language, string>> = { en: 'en', zh: 'zh-CN' }

/** What a part of a message is, as ICU's reader says it: text, and nothing to fill in. */
const LITERAL = 0

/** All strings of one language: full key → ICU message. */
export type Strings = ReadonlyMap<string, string>

/** A key that no file has. In tests it is an error; in production the key itself is shown and `missed` is told. */
export interface WordsOptions {
  readonly strict: boolean
  readonly missed?: (key: string, language: Language) => void
}

/** @param folder `content/strings`, holding one folder per language with one file per room */
export function readStrings(folder: string): ReadonlyMap<Language, Strings> {
  return new Map(LANGUAGES.map((language) => [language, readLanguage(join(folder, language))]))
}

function readLanguage(folder: string): Strings {
  const strings = new Map<string, string>()
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json')).sort()) {
    const room: Record<string, string> = JSON.parse(readFileSync(join(folder, file), 'utf8'))
    for (const [key, text] of Object.entries(room)) {
      if (strings.has(key)) throw new Error(`the string ${key} stands twice, the second time in ${file}`)
      strings.set(key, text)
    }
  }
  return strings
}

export function openWords(strings: ReadonlyMap<Language, Strings>, options: WordsOptions): Words {
  const formats = new Map<string, IntlMessageFormat | string>()

  /** A sentence without a gap is said as it is. */
  function formatOf(language: Language, key: string, text: string): IntlMessageFormat | string {
    const cacheKey = `${language} ${key}`
    const known = formats.get(cacheKey)
    if (known !== undefined) return known
    // Tags would make parts of a sentence into objects; sentences here are plain text.
    const format = new IntlMessageFormat(text, LOCALES[language], undefined, { ignoreTag: true })
    const said = format.getAst().every(({ type }) => type === LITERAL) ? String(format.format()) : format
    formats.set(cacheKey, said)
    return said
  }

  return {
    has: (key) => LANGUAGES.every((language) => strings.get(language)?.has(key)),
    say: (language: Language, key: string, values?: Values) => {
      const text = strings.get(language)?.get(key)
      if (text === undefined) {
        if (options.strict) throw new Error(`no string ${key} in ${language}`)
        options.missed?.(key, language)
        return key
      }
      const format = formatOf(language, key, text)
      return typeof format === 'string' ? format : String(format.format(values as Record<string, string> | undefined))
    },
  }
}
