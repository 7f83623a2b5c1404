import { LANGUAGES, type Language } from './domain/people/person.js'

/**
 * The language of whoever sits at the terminal: Chinese when the first of LC_ALL, LC_MESSAGES and LANG that says
 * anything begins with `zh`, otherwise English.
 */
export function terminalLanguage(env: Readonly<Record<string, string | undefined>>): Language {
  const locale = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || ''
  return /^zh(?![a-z])/i.test(locale) ? 'zh' : 'en'
}

/** Whether this is a language of the portal. */
export function isLanguage(given: string): given is Language {
  return (LANGUAGES as readonly string[]).includes(given)
}
