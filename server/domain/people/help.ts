import type { Language } from './person.js'

/** For whom a help page is written. */
export const HELP_READERS = ['employee', 'curator', 'owner', 'admin', 'auditor'] as const

export interface HelpPage {
  readonly slug: string
  readonly title: string
  readonly for: (typeof HELP_READERS)[number]
  /** Markdown */
  readonly body: string
}

export interface Help {
  /** in the order of their names */
  pages(language: Language): readonly HelpPage[]
  page(language: Language, slug: string): HelpPage | undefined
}
