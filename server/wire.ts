// Long because every adapter is chosen here and nowhere else, and the house is put together of them.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { v7 } from 'uuid'
import { readColumnWords } from './adapters/files/customer-columns.js'
import { openMappings } from './adapters/files/mappings.js'
import { tables } from './adapters/files/table.js'
import { openPasswords } from './adapters/keys/argon2.js'
import { openThrottle } from './adapters/keys/throttle.js'
import type { Leadership } from './adapters/store/kept.js'
import { openFileMailer } from './adapters/mail/file/file-mailer.js'
import { openPauseLinks } from './adapters/mail/pause-links.js'
import { openSmtpMailer } from './adapters/mail/smtp/smtp-mailer.js'
import { openStationery } from './adapters/mail/stationery.js'
import { MarkdownRenderer } from './adapters/markdown/render.js'
import { readHelp } from './adapters/words/help.js'
import { openWords, readStrings } from './adapters/words/strings.js'
import type { Config } from './config.js'
import type { Clock, House, Ids } from './http/house.js'
import { acceptAll } from './domain/curation/accept-import.js'
import { ImportDesk } from './domain/curation/import-desk.js'
import { RedactionDesk } from './domain/curation/redact-everywhere.js'
import { countUndecidable, escalateWaiting, type WaitingRoom } from './domain/curation/escalate-waiting.js'
import { everything } from './domain/policy/everything.js'
import { fold } from './domain/search/fold.js'
import { recordedNotes } from './recorded-notes.js'
import { openReindexDesk } from './reindex-desk.js'
import { inTime } from './in-time.js'
import { openSearching } from './searching.js'
import { linkUntil } from './domain/people/credential.js'
import type { PostOffice } from './domain/digests/post-office.js'
import { dayAt, startOfDay } from './domain/digests/post-office.js'
import { tellOfCover } from './domain/digests/tell-of-cover.js'
import { tellOfStaff } from './domain/digests/tell-of-staff.js'
import { tellOfMove } from './domain/digests/tell-of-move.js'
import { mailPasswordLink, tellRightsChanged } from './domain/digests/tell-people.js'
import { jobsOf, noticesConsumer, type JobParts } from './jobs.js'
import { MEASURED, atOnceOf, indexesOf, openEngines, openKept, openMeters, patienceOf } from './opening.js'
import { systemClock } from './system-clock.js'
import { startScheduler, type Scheduler } from './scheduler.js'
import { startRelay, type Relay } from './relay.js'
import { ROOT } from './root.js'

/** What tests replace: the moment, and what is told to whoever runs the server. */
export interface Wiring {
  readonly clock?: Clock
  readonly ids?: Ids
  /** one sentence about the store or the words; never what people wrote */
  readonly told?: (sentence: string) => void
  /** a script beside running portals: over a database it needs no folder, feeds no index, runs no job and leads nothing */
  readonly beside?: boolean
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
  const log = { error: (facts: object, words: string) => told(`${words} ${JSON.stringify(facts)}`), warn: (facts: object, words: string) => told(`${words} ${JSON.stringify(facts)}`), info: () => {} }
  const meters = config.metrics ? await openMeters() : null
  const indexes = indexesOf(config)
  const beside = wiring.beside === true && config.database !== null
  const opened = await openKept(config, { beside, indexes, clock: clock.now, told, log, ...(wiring.reserveBytes !== undefined && { reserveBytes: wiring.reserveBytes }) })
  const kept = meters ? meters.timedStore(opened, MEASURED) : opened
  const { people, credentials, sessions, record, vocabularies } = kept
  try {
    const markdown = new MarkdownRenderer({ onLate: (bytes) => told(`a note of ${bytes} bytes is shown as typed: it could not be rendered in time`) })
    const ids = wiring.ids ?? { next: () => v7() }
    const words = openWords(readStrings(join(ROOT, 'content', 'strings')), {
      strict: config.mode === 'test',
      missed: (key, language) => told(`no string ${key} in ${language}`),
    })
    const directories = () => ({ people: people.directory(), restricted: kept.customers.restricted() })
    const secret = config.sessionSecret ?? (await kept.secret())
    const from = config.mail?.from ?? `tacit@${new URL(config.baseUrl).hostname.includes('.') ? new URL(config.baseUrl).hostname : 'tacit.example'}`
    const keptMail = config.mail ? null : openFileMailer(kept.mail.folder, kept.mail.files, from)
    const post: PostOffice = {
      channels: kept.channels, outbox: kept.outbox, notices: kept.notices,
      notes: kept.notes, record, mailer: keptMail ?? openSmtpMailer({ url: (config.mail as NonNullable<typeof config.mail>).url, from }),
      stationery: openStationery(words, join(ROOT, 'views')), pauseLinks: openPauseLinks(secret), ready: kept.ready,
      settings: { baseUrl: config.baseUrl, from, domains: config.mail?.domains ?? null, timeZone: config.timeZone },
      directories, vocabulary: () => vocabularies.vocabulary(),
    }
    const engines = (await openEngines(config, kept.searchFolder, told)).map((each) => ({ ...each, engine: meters?.timedEngine(each.engine) ?? each.engine }))
    const pass = everything('indexing follows every change, whoever may read it')
    const searching = openSearching({
      engines, shared: indexes.shared, beside, patience: indexes.shared ? patienceOf(config) : null, atOnce: atOnceOf(config), notes: kept.allNotes, customers: kept.allCustomers, people, vocabularies,
      feed: kept.feed, pass, today: clock.today, seen: kept, dayOf: (at) => dayAt(at, config.timeZone), startOf: (day) => startOfDay(day, config.timeZone), desk: openReindexDesk({ reindexings: kept.reindexing, now: clock.now }), log, told,
    })
    let telling: Relay | null = null
    let scheduler: Scheduler | null = null
    let leadership: Leadership | null = null
    let resumed: Promise<void> = Promise.resolve()
    const indexed = kept.ready.then(async () => {
      if (beside) return
      await searching.begin()
      // Tests move the clock themselves and run the jobs they mean.
      scheduler = startScheduler({ jobs: jobsOf(parts).map((job) => meters?.timedJob(job) ?? job).map((job) => (config.mode === 'test' ? { ...job, every: '0 0 1 1 *' } : job)), now: clock.now, mine: () => leadership?.mine ?? false, log })
    })
    indexed.catch(() => {})
    vocabularies.onChange((what) => searching.vocabularyChanged(what))
    const waiting: WaitingRoom = {
      notes: kept.allNotes, pass: everything('what waits is looked through for everybody'), directories, dayAt: () => clock.today(),
      troubled: (note, error) => told(`an item that waits could not be looked at: ${note} ${String(error)}`),
    }
    const passwords = openPasswords()
    const staffDesk = { post, imports: kept.staffImports, people, credentials, passwords, pass: everything('people are told of an import of staff by whichever process leads'), breathe: () => new Promise<void>(setImmediate), troubled: (one: string, error: unknown) => told(`people of an import of staff could not be told, and will be: ${one} ${String(error)}`) }
    const parts: JobParts = { post, allNotes: kept.allNotes, pass, nextId: ids.next, log, sweepSessions: (now) => sessions.sweep(now), escalate: (now, stopped) => escalateWaiting(waiting, now, stopped), noteBackups: () => kept.noteBackups(), tellOfStaff: (stopped) => tellOfStaff(staffDesk, clock.now, stopped), reconcile: (stopped) => searching.reconcile(stopped) }
    const notes = recordedNotes(kept.notes, record, clock.now)
    const { batches } = kept
    const imports = new ImportDesk({
      batches, tables, mappings: openMappings(), columnWords: readColumnWords(), notes, customers: kept.customers, record,
      pass: everything('imports that a stopped process left are taken up again, whoever began them'),
      directories, vocabulary: () => vocabularies.vocabulary(), today: clock.today, now: clock.now, nextId: ids.next, breathe: async (written) => { await searching.room(written); await new Promise(setImmediate) },
      failed: (batch, error) => told(`an import stopped and can be taken up again: ${batch} ${String(error)}`),
    }, acceptAll)
    const redactions = new RedactionDesk({
      list: kept.redactions, notes, allNotes: kept.allNotes, drafts: kept.allDrafts, uploads: batches, tables, mail: keptMail,
      scrub: async (note) => {
        await kept.scrub(note)
        await indexed
        await searching.scrub(note)
      },
      means: { fold, digest: (text) => createHash('sha256').update(text).digest('hex') },
      pass: everything('redacted words must leave every draft, whoever is writing it'),
      troubled: (redaction, error) => told(`a redaction is finished at the next start: ${redaction} ${String(error)}`),
    })
    // What one of all processes does: people are told, imports and redactions that a stopped process left go on.
    const led = indexed.then(() => {
      if (beside) return undefined
      leadership = kept.lead({
        began: () => {
          searching.lead()
          telling = startRelay({ feed: kept.feed, pass, consumers: [noticesConsumer(parts, clock.now)], log })
          resumed = imports.resume().catch(() => {})
          redactions.resume().catch(() => {})
        },
        ended: async () => {
          const last = telling
          telling = null
          await Promise.all([searching.follow(), last?.stop()])
        },
      })
      return leadership.settled
    })
    led.catch(() => {})
    let ready = false
    void kept.ready.then(() => { ready = true }, (error: unknown) => told(`the store could not start: ${String(error)}`))
    meters?.watch({
      feed: opened.feed, consumers: [...indexes.names, 'notices'], indexes: indexes.names, notes: opened.allNotes, outbox: opened.outbox,
      pass: everything('numbers for whoever watches the server are taken over everything'),
      now: clock.now, ready: () => ready && kept.isUp(), leads: () => leadership?.mine ?? false,
    })
    return {
      config,
      measures: meters,
      answered: (answer) => meters?.answered(answer),
      clock,
      ids,
      words,
      people,
      credentials,
      sessions,
      record,
      passwords,
      throttle: openThrottle(kept.guesses ?? undefined),
      secret,
      post,
      keptMail,
      runJobs: async (name) => { await indexed; await scheduler?.run(name) },
      staffImports: kept.staffImports,
      tellRightsChanged: (before, after, by) => tellRightsChanged(post, before, after, by, clock.now()),
      tellOfMove: (before, department, by) => tellOfMove(post, before, department, by, clock.now()),
      mailPasswordLink: async (person, token, reason) => void (await mailPasswordLink(post, person, { token, until: linkUntil(clock.now()), reason }, ids.next(), clock.now())),
      directories,
      readiness: () => ({ ...kept.progress(), ready: ready && kept.isUp() }),
      fresh: () => kept.fresh(),
      oneByOne: (act) => kept.oneByOne(act),
      // What a stopped process left is under way again, where it is this one's to go on with.
      started: async () => { await kept.ready; await led.catch(() => {}); await resumed },
      notes,
      customers: kept.customers,
      imports,
      redactions,
      tokens: kept.tokens,
      drafts: kept.drafts,
      vocabularies,
      gaps: kept.gaps,
      markdown,
      help: readHelp(join(ROOT, 'content', 'help')),
      reads: kept.reads,
      visits: kept.visits,
      finder: searching.finder,
      indexed: () => searching.indexed(),
      rebuildIndex: async (progress) => { await led; await searching.rebuild(progress) },
      caughtUp: async () => { await led; if (!beside) await Promise.all([searching.caughtUp(), telling?.caughtUp()]) },
      banner: () => kept.banner(),
      inCareOf: (person) => kept.allNotes.inCareOf(person, everything('who hands over counts what waits and reads none of it')),
      undecidable: inTime(() => countUndecidable(waiting, clock.now())),
      tellOfCover: (before, after) => tellOfCover(post, before, after, clock.now()),
      unread: (person) => post.notices.unread(person),
      close: async () => {
        await led.catch(() => {})
        await resumed
        await imports.stop()
        await scheduler?.stop()
        await leadership?.resign()
        await redactions.settled()
        await searching.close()
        await markdown.close()
        await kept.close()
      },
    }
  } catch (error) {
    await kept.close()
    throw error
  }
}
