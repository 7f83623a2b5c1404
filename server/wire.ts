import { createHash, randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { v7 } from 'uuid'
import { readColumnWords } from './adapters/files/customer-columns.js'
import { openMappings } from './adapters/files/mappings.js'
import { tables } from './adapters/files/table.js'
import { openPasswords } from './adapters/keys/argon2.js'
import { openThrottle } from './adapters/keys/throttle.js'
import { putBackupsOnRecord } from './adapters/store/lowdb/backup-noted.js'
import { openBatches } from './adapters/store/lowdb/batches-store.js'
import { openCredentials } from './adapters/store/lowdb/credential-store.js'
import { DataFolder } from './adapters/store/lowdb/data-folder.js'
import { openPeople } from './adapters/store/lowdb/people-store.js'
import { openSessions } from './adapters/store/lowdb/session-store.js'
import { openGaps } from './adapters/store/lowdb/gaps-store.js'
import { openChannels } from './adapters/store/lowdb/channels-store.js'
import { mailFolderOn } from './adapters/store/lowdb/mail-folder.js'
import { openNotices } from './adapters/store/lowdb/notices-store.js'
import { openOutbox } from './adapters/store/lowdb/outbox-store.js'
import { openFileMailer } from './adapters/mail/file/file-mailer.js'
import { openPauseLinks } from './adapters/mail/pause-links.js'
import { openSmtpMailer } from './adapters/mail/smtp/smtp-mailer.js'
import { openStationery } from './adapters/mail/stationery.js'
import { openRedactions } from './adapters/store/lowdb/redactions-store.js'
import { openReads } from './adapters/store/lowdb/reads-store.js'
import { openStore } from './adapters/store/lowdb/store.js'
import { openTokens } from './adapters/store/lowdb/tokens-store.js'
import { openVocabularies } from './adapters/store/lowdb/vocabulary-store.js'
import { MarkdownRenderer } from './adapters/markdown/render.js'
import { openEmbeddedSearch } from './adapters/search/embedded/engine.js'
import { readHelp } from './adapters/words/help.js'
import { openWords, readStrings } from './adapters/words/strings.js'
import type { Config } from './config.js'
import type { Clock, House, Ids } from './http/house.js'
import { acceptAll } from './domain/curation/accept-import.js'
import { ImportDesk } from './domain/curation/import-desk.js'
import { RedactionDesk } from './domain/curation/redact-everywhere.js'
import { countUndecidable, escalateWaiting, type WaitingRoom } from './domain/curation/escalate-waiting.js'
import { synonymGroups } from './domain/notes/glossary.js'
import { everything } from './domain/policy/everything.js'
import { fold } from './domain/search/fold.js'
import { searchIndexing } from './indexing.js'
import { recordedNotes } from './recorded-notes.js'
import { LINK_HOURS } from './domain/people/credential.js'
import type { PostOffice } from './domain/digests/post-office.js'
import { tellOfCover } from './domain/digests/tell-of-cover.js'
import { mailPasswordLink, tellRightsChanged } from './domain/digests/tell-people.js'
import { jobsOf, noticesConsumer, type JobParts } from './jobs.js'
import { startScheduler, type Scheduler } from './scheduler.js'
import { startRelay, type Relay } from './relay.js'
import { ROOT } from './root.js'

/** What tests replace: the moment, and what is told to whoever runs the server. */
export interface Wiring {
  readonly clock?: Clock
  readonly ids?: Ids
  /** one sentence about the store or the words; never what people wrote */
  readonly told?: (sentence: string) => void
  /** bytes kept aside for a full disk */
  readonly reserveBytes?: number
}

/**
 * Opens everything the pages stand on. The only place an adapter is chosen.
 * @throws StoreError when the data directory is held by another process, damaged, or from a later release
 */
export async function openHouse(config: Config, wiring: Wiring = {}): Promise<House> {
  const { told = () => {} } = wiring
  const clock = wiring.clock ?? systemClock(config.timeZone)
  const data = await DataFolder.open({
    root: config.dataDir,
    clock: clock.now,
    told: (notice) => told(JSON.stringify(notice)),
    ...(wiring.reserveBytes !== undefined && { reserveBytes: wiring.reserveBytes }),
  })
  try {
    const people = await openPeople(data)
    const credentials = await openCredentials(data)
    const sessions = await openSessions(data, clock.now())
    const record = await data.record()
    const log = { error: (facts: object, words: string) => told(`${words} ${JSON.stringify(facts)}`), warn: (facts: object, words: string) => told(`${words} ${JSON.stringify(facts)}`), info: () => {} }
    const store = await openStore(data, { log })
    const vocabularies = await openVocabularies(data)
    const markdown = new MarkdownRenderer({ onLate: (bytes) => told(`a note of ${bytes} bytes is shown as typed: it could not be rendered in time`) })
    const ids = wiring.ids ?? { next: () => v7() }
    const words = openWords(readStrings(join(ROOT, 'content', 'strings')), {
      strict: config.mode === 'test',
      missed: (key, language) => told(`no string ${key} in ${language}`),
    })
    const directories = () => ({ people: people.directory(), restricted: store.customers.restricted() })
    const secret = config.sessionSecret ?? (await ownSecret(data.root))
    const from = config.mail?.from ?? `tacit@${new URL(config.baseUrl).hostname.includes('.') ? new URL(config.baseUrl).hostname : 'tacit.example'}`
    const keptMail = config.mail ? null : openFileMailer(data.path('mail'), mailFolderOn(data.disk), from)
    const post: PostOffice = {
      channels: await openChannels(data), outbox: await openOutbox(data), notices: await openNotices(data),
      notes: store.notes, record, mailer: keptMail ?? openSmtpMailer({ url: (config.mail as NonNullable<typeof config.mail>).url, from }),
      stationery: openStationery(words, join(ROOT, 'views')), pauseLinks: openPauseLinks(secret), ready: store.ready,
      settings: { baseUrl: config.baseUrl, from, domains: config.mail?.domains ?? null, timeZone: config.timeZone },
      directories, vocabulary: () => vocabularies.vocabulary(),
    }
    const engine = await openEmbeddedSearch({ directory: data.path('search'), told: (notice) => told(JSON.stringify(notice)) })
    const pass = everything('indexing follows every change, whoever may read it')
    const indexing = searchIndexing({ notes: store.allNotes, customers: store.allCustomers, people, vocabularies, engine, feed: store.feed, pass, today: clock.today })
    let relay: Relay | null = null
    let scheduler: Scheduler | null = null
    let rebuilding: Promise<void> = Promise.resolve()
    let rebuildWaits = false
    const rebuilt = (): void => {
      if (rebuildWaits) return
      // One after the other: what changed while the index was being built is in the next one.
      rebuildWaits = true
      rebuilding = rebuilding.then(() => { rebuildWaits = false; return indexing.rebuild() }).catch((error: unknown) => told(`the search index could not be rebuilt: ${String(error)}`))
    }
    const indexed = store.ready.then(async () => {
      await engine.setSynonyms(synonymGroups(vocabularies.glossary()))
      if (engine.status().wantsRebuild) rebuilt()
      const parts: JobParts = { post, allNotes: store.allNotes, pass, nextId: ids.next, log, sweepSessions: (now) => sessions.sweep(now), escalate: (now, stopped) => escalateWaiting(waiting, now, stopped), noteBackups: () => putBackupsOnRecord(data.root, record) }
      relay = startRelay({ feed: store.feed, pass, consumers: [indexing, noticesConsumer(parts, clock.now)], log })
      // Tests move the clock themselves and run the jobs they mean.
      scheduler = startScheduler({ jobs: jobsOf(parts).map((job) => (config.mode === 'test' ? { ...job, every: '0 0 1 1 *' } : job)), now: clock.now, log })
    })
    indexed.catch(() => {})
    vocabularies.onChange((what) => (what === 'glossary' ? void engine.setSynonyms(synonymGroups(vocabularies.glossary())) : rebuilt()))
    const waiting: WaitingRoom = {
      notes: store.allNotes, pass: everything('what waits is looked through for everybody'), directories, dayAt: () => clock.today(),
      troubled: (note, error) => told(`an item that waits could not be looked at: ${note} ${String(error)}`),
    }
    const notes = recordedNotes(store.notes, record, clock.now)
    const imports = new ImportDesk({
      batches: await openBatches(data), tables, mappings: openMappings(), columnWords: readColumnWords(), notes, customers: store.customers, record,
      pass: everything('imports that a stopped process left are taken up again, whoever began them'),
      directories, vocabulary: () => vocabularies.vocabulary(), today: clock.today, now: clock.now, nextId: ids.next, breathe: () => new Promise(setImmediate),
      failed: (batch, error) => told(`an import stopped and can be taken up again: ${batch} ${String(error)}`),
    }, acceptAll)
    const resumed = store.ready.then(() => imports.resume())
    resumed.catch(() => {})
    const redactions = new RedactionDesk({
      list: await openRedactions(data), notes, allNotes: store.allNotes, drafts: store.allDrafts, mail: keptMail,
      scrub: async (note) => {
        await store.scrub(note)
        await indexed
        await relay?.caughtUp()
        if (store.feed.onHold().has(note)) throw new Error('the search index has not taken the note yet')
        await engine.scrub()
      },
      means: { fold, digest: (text) => createHash('sha256').update(text).digest('hex') },
      pass: everything('redacted words must leave every draft, whoever is writing it'),
      troubled: (redaction, error) => told(`a redaction is finished at the next start: ${redaction} ${String(error)}`),
    })
    indexed.then(() => redactions.resume()).catch(() => {})
    const reads = openReads(data.path('reads.sqlite'))
    let ready = false
    void store.ready.then(() => { ready = true }, (error: unknown) => told(`the store could not start: ${String(error)}`))
    return {
      config,
      clock,
      ids,
      words,
      people,
      credentials,
      sessions,
      record,
      passwords: openPasswords(),
      throttle: openThrottle(),
      secret,
      post,
      keptMail,
      runJobs: async (name) => { await indexed; await scheduler?.run(name) },
      tellRightsChanged: (before, after, by) => tellRightsChanged(post, before, after, by, clock.now()),
      mailPasswordLink: async (person, token, reason) => mailPasswordLink(post, person, { token, until: new Date(Date.parse(clock.now()) + LINK_HOURS * 3_600_000).toISOString(), reason }, ids.next(), clock.now()),
      directories,
      readiness: () => ({ ...store.progress(), ready }),
      started: () => store.ready,
      notes,
      customers: store.customers,
      imports,
      redactions,
      tokens: await openTokens(data),
      drafts: store.drafts,
      vocabularies,
      gaps: await openGaps(data),
      markdown,
      help: readHelp(join(ROOT, 'content', 'help')),
      reads,
      engine,
      hold: () => [...store.feed.onHold()],
      rebuildIndex: async () => { await indexed; await indexing.rebuild() },
      caughtUp: async () => { await indexed; await relay?.caughtUp() },
      banner: () => (data.health.diskFull ? 'store.disk_full' : data.health.writable ? null : 'store.read_only'),
      inCareOf: (person) => store.allNotes.inCareOf(person, everything('who hands over counts what waits and reads none of it')),
      undecidable: () => countUndecidable(waiting, clock.now()),
      tellOfCover: (before, after) => tellOfCover(post, before, after, clock.now()),
      unread: (person) => post.notices.unread(person),
      close: async () => {
        await resumed.catch(() => {})
        await imports.stop()
        await indexed.catch(() => {})
        await scheduler?.stop()
        await relay?.stop()
        await redactions.settled()
        await engine.close()
        // A rebuild under way notices that the engine is closed; its files must not be taken from under it.
        await rebuilding
        await store.close()
        await markdown.close()
        reads.close()
        await data.close()
      },
    }
  } catch (error) {
    await data.close()
    throw error
  }
}

function systemClock(timeZone: string): Clock {
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
  return { now: () => new Date().toISOString(), today: () => day.format(new Date()) }
}

/** Outside production nobody has to invent a secret: one is made once and kept, so that sessions survive a restart. */
async function ownSecret(root: string): Promise<string> {
  const path = join(root, '.session-secret')
  try {
    await writeFile(path, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFile(path, 'utf8')
}
