import { Gauge, type Registry } from 'prom-client'
import type { Note } from '../../domain/notes/note.js'
import type { AllNotes } from '../../domain/notes/port.js'
import type { Outbox } from '../../domain/digests/port.js'
import type { Everything } from '../../domain/policy/everything.js'
import { MOST_BEHIND, type Feed } from '../../domain/policy/events.js'

/** What is looked at when somebody asks for the numbers. */
export interface Watched {
  readonly feed: Pick<Feed, 'behind' | 'asideOf' | 'onHold' | 'holdsAll'>
  /** names of those who follow the feed */
  readonly consumers: readonly string[]
  /** those of them that feed a search index */
  readonly indexes: readonly string[]
  readonly notes: Pick<AllNotes, 'read' | 'waiting' | 'waitingSince'>
  readonly outbox: Pick<Outbox, 'counts'>
  /** counts are taken over everything, and nothing but counts leaves */
  readonly pass: Everything
  /** UTC ISO-8601 with ms */
  readonly now: () => string
  readonly ready: () => boolean
  readonly leads: () => boolean
}

const AGES = [0, 1, 3, 7, 30] as const
const DAY_MS = 86_400_000
/** What reads whole lists is asked this often at most, whoever asks for the numbers. */
const LISTS_MS = 60_000
/** A store that hangs must not take the other numbers with it. */
const PATIENCE_MS = 2_000

export function watch(registry: Registry, watched: Watched): void {
  const { feed, notes, outbox, pass, now } = watched
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[], look: (it: Gauge<L>) => Promise<void> | void, always = false) =>
    new Gauge({
      name, help, labelNames: [...labelNames], registers: [registry],
      async collect() {
        // A number that cannot be known is absent, never an old one.
        this.reset()
        if (!always && !watched.ready()) return
        await within(PATIENCE_MS, look(this as Gauge<L>)).catch(() => this.reset())
      },
    })
  const waiting = remembered(() => Date.parse(now()), async () => {
    const moment = Date.parse(now())
    const counts: number[] = []
    for (const days of AGES) counts.push(await notes.waitingSince(new Date(moment - days * DAY_MS).toISOString(), pass))
    let oldest: Note | null = null
    for await (const id of notes.waiting(pass)) {
      oldest = await notes.read(id, pass)
      break
    }
    return { counts, oldest: oldest?.item ? (moment - Date.parse(oldest.item.openedAt)) / 1000 : 0 }
  })

  gauge('tacit_ready', '1 while nothing is missing from any list', [], (it) => it.set(watched.ready() ? 1 : 0), true)
  gauge('tacit_leader', '1 in the process that sends mail and does what falls due', [], (it) => it.set(watched.leads() ? 1 : 0), true)
  gauge('tacit_relay_events_behind', `things written that a consumer has not taken yet; counted up to ${MOST_BEHIND}`, ['consumer'], async (it) => {
    for (const consumer of watched.consumers) it.set({ consumer }, (await feed.behind(consumer)).things)
  })
  gauge('tacit_relay_set_aside', 'things a consumer could not take', ['consumer'], async (it) => {
    for (const consumer of watched.consumers) it.set({ consumer }, (await feed.asideOf(consumer)).length)
  })
  gauge('tacit_search_on_hold', 'things left out of searches until the engine has taken them', ['index'], (it) => {
    for (const index of watched.indexes) if (!feed.holdsAll(index)) it.set({ index }, feed.onHold(index).size)
  })
  gauge('tacit_queue_items', 'items that wait for a decision, by how many days at least', ['days'], async (it) => {
    const { counts } = await waiting()
    AGES.forEach((days, place) => it.set({ days: String(days) }, counts[place] ?? 0))
  })
  gauge('tacit_queue_oldest_seconds', 'age of the item that waits longest, 0 when none does', [], async (it) => it.set((await waiting()).oldest))
  gauge('tacit_letters_waiting', 'letters that are not settled yet', [], async (it) => it.set((await outbox.counts()).waiting))
}

/** Asks again only when the last answer is old; a failure is not kept. */
function remembered<T>(moment: () => number, ask: () => Promise<T>): () => Promise<T> {
  let last: { readonly at: number; readonly answer: Promise<T> } | null = null
  return () => {
    if (last && Math.abs(moment() - last.at) < LISTS_MS) return last.answer
    const answer = ask()
    last = { at: moment(), answer }
    answer.catch(() => (last = null))
    return answer
  }
}

async function within(ms: number, asked: Promise<void> | void): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => (timer = setTimeout(() => reject(new Error('too late')), ms)))
  try {
    await Promise.race([asked, late])
  } finally {
    clearTimeout(timer)
  }
}
