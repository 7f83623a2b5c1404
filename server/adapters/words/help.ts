import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { LANGUAGES, type Language } from '../../domain/people/person.js'
import { HELP_READERS, type Help, type HelpPage } from '../../domain/people/help.js'

/**
 * The help pages of content/help, read once at start.
 * @throws Error naming the file whose head does not say its title and for whom it is
 */
export function readHelp(folder: string): Help {
  const pages = new Map<Language, readonly HelpPage[]>()
  for (const language of LANGUAGES) {
    const files = readdirSync(join(folder, language)).filter((name) => name.endsWith('.md')).sort()
    pages.set(language, files.map((name) => pageOf(join(folder, language, name), name.slice(0, -3))))
  }
  return {
    pages: (language) => pages.get(language) ?? [],
    page: (language, slug) => pages.get(language)?.find((page) => page.slug === slug),
  }
}

function pageOf(path: string, slug: string): HelpPage {
  const [, head = '', body = ''] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(readFileSync(path, 'utf8')) ?? []
  const title = /^title:\s*(.+)$/m.exec(head)?.[1]?.trim()
  const reader = HELP_READERS.find((each) => each === /^for:\s*(.+)$/m.exec(head)?.[1]?.trim())
  if (!title || !reader) throw new Error(`${path} must begin with its title and for whom it is`)
  return { slug, title, for: reader, body }
}
