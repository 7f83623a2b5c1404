/**
 * The rooms of the house (content/decisions tells why), and who may look into which. `rooms.test.ts` compares this
 * with the import statements of every file.
 */

/** Inside the domain imports go one way: a room knows those to its left. */
export const DOMAIN_ROOMS = [
  'people', 'policy', 'customers', 'notes', 'curation', 'search', 'community', 'digests', 'insights',
] as const

/** Rooms that nothing has moved into yet. A room that fills must be taken off this list. */
export const NOT_YET: readonly string[] = []

export const ADAPTER_ROOMS = ['files', 'keys', 'mail', 'markdown', 'metrics', 'search', 'store', 'words'] as const

/** Files that stand beside the rooms. */
export const ROOT_FILES = [
  'main.ts', 'app.ts', 'config.ts', 'settings.ts', 'wire.ts', 'opening.ts', 'relay.ts', 'pace.ts', 'in-time.ts', 'jobs.ts', 'scheduler.ts', 'indexing.ts', 'index-feeder.ts', 'searching.ts', 'finding.ts', 'basic-search.ts',
  'system-clock.ts', 'reconciliation.ts', 'reindex-desk.ts', 'recorded-notes.ts',
  'metrics.ts', 'demo.ts', 'demo-notices.ts', 'root.ts', 'terminal-language.ts',
] as const

/** What the domain may use from outside: calculation only, nothing that reads, writes, waits or tells the time. */
export const PURE_PACKAGES = [
  'diff', 'libphonenumber-js', 'luxon', 'marked', 'opencc-js', 'pinyin-pro', 'stemmer', 'uuid', 'validator',
] as const

/** Who may mint a pass to see everything, each because the law cannot be asked there. Types alone do no harm. */
export const SEERS: readonly string[] = ['wire.ts']

/** First words of files that only tests use, though they are no tests themselves. Nothing else may import them. */
export const TEST_SUPPORT = ['scratch', 'faulty', 'simulated', 'busy', 'dying', 'hostile', 'contract', 'testing'] as const

/** Imports that go the wrong way for now, with the reason. One that is not needed any more fails. */
export const EXCEPTIONS: readonly { readonly file: string; readonly target: string; readonly why: string }[] = [
  {
    file: 'adapters/store/lowdb/mail-folder.ts',
    target: 'adapters/mail/file/file-mailer.ts',
    why: 'a type alone: the folder that mail kept as files is written to',
  },
]
