import { LANGUAGES, type Language, type Person, type Settings } from './person.js'
import type { People } from './port.js'

export const THEMES = ['auto', 'light', 'dark'] as const satisfies readonly Settings['theme'][]

/** What somebody chose for themselves. None of it touches a right. */
export interface Preferences {
  readonly language?: Language
  readonly theme?: Settings['theme']
  readonly shortcuts?: boolean
}

export async function prefer(people: People, person: string, chosen: Preferences): Promise<void> {
  await people.change((roster) => ({
    ...roster,
    persons: roster.persons.map((it) => (it.id === person ? withPreferences(it, chosen) : it)),
  }))
}

function withPreferences(person: Person, chosen: Preferences): Person {
  return {
    ...person,
    language: chosen.language ?? person.language,
    settings: {
      theme: chosen.theme ?? person.settings.theme,
      shortcuts: chosen.shortcuts ?? person.settings.shortcuts,
    },
  }
}

export function isLanguage(value: string): value is Language {
  return (LANGUAGES as readonly string[]).includes(value)
}
