/**
 * The rooms of the house (content/decisions tells why), and who may look into which. `rooms.test.ts` compares this
 * with the import statements of every file.
 */

/** Inside the domain imports go one way: a room knows those to its left. */
export const DOMAIN_ROOMS = [
  'people', 'policy', 'customers', 'notes', 'curation', 'search', 'community', 'digests', 'insights',
] as const

/** Rooms that nothing has moved into yet. A room that fills must be taken off this list. */
export const NOT_YET: readonly string[] = ['domain/community', 'domain/insights']

export const ADAPTER_ROOMS = ['keys', 'mail', 'markdown', 'search', 'store', 'words'] as const

/** Files that stand beside the rooms. */
export const ROOT_FILES = ['main.ts', 'app.ts', 'config.ts', 'wire.ts', 'relay.ts', 'jobs.ts', 'root.ts'] as const

/** What the domain may use from outside: calculation only, nothing that reads, writes, waits or tells the time. */
export const PURE_PACKAGES = ['diff', 'libphonenumber-js', 'luxon', 'marked', 'opencc-js', 'pinyin-pro', 'stemmer', 'uuid', 'validator'] as const

/** Who may mint a pass to see everything, each because the law cannot be asked there. Types alone do no harm. */
export const SEERS: readonly string[] = ['jobs.ts', 'relay.ts']
