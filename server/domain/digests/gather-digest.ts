import { readerSight, sightOf, type Sight } from '../policy/readable.js'
import type { Viewer } from '../policy/viewer.js'
import type { NoteQuery } from '../notes/port.js'
import type { NoteSeen } from '../notes/seen.js'
import { viewerOf, type Channel } from './channel.js'
import { composeDigest, newsOf, type Digest, type News } from './compose.js'
import type { Period } from './period.js'
import { dayAt, type PostOffice } from './post-office.js'

const PAGE = 200
/** after a very long downtime a digest tells of so many and no more */
const MOST = 5_000
const USED_CANDIDATES = 60

type Desk = Pick<PostOffice, 'notes' | 'directories' | 'vocabulary' | 'settings' | 'ready'>

/**
 * What a channel may be told of a period, read from the store under the channel's own sight of this moment.
 * @param also for a preview: only what this viewer may read too
 * @returns null when there is nothing new
 */
export async function gatherDigest(desk: Desk, channel: Channel, period: Period, now: string, also: Viewer | null = null): Promise<Digest | null> {
  await desk.ready
  const today = dayAt(now, desk.settings.timeZone)
  const directories = desk.directories()
  const sight = readerSight(sightOf(viewerOf(channel), directories, today))
  const second = also ? readerSight(sightOf(also, directories, today)) : null
  const fresh: News[] = []
  const used: NoteSeen[] = []
  for (const query of queriesOf(desk, channel)) {
    const news = { ...query, validatedFrom: period.from, validatedBefore: period.to, order: 'validated' as const }
    fresh.push(...(await allOf(desk, news, sight, second, today)))
    const known = await desk.notes.rows({ ...query, order: 'reused', page: 1, size: USED_CANDIDATES }, sight)
    used.push(...(await readByBoth(desk, known, second)))
  }
  const vocabulary = desk.vocabulary()
  return composeDigest(period, { fresh, used, topicOf: (key) => vocabulary.resolve('topics', key), today })
}

type Part = Omit<NoteQuery, 'order' | 'page' | 'size'>

/** The channel's filter as queries; one for each customer, since a query knows one. */
function queriesOf(desk: Desk, channel: Channel): Part[] {
  const { filter } = channel
  const vocabulary = desk.vocabulary()
  const topics = filter.topics.flatMap((key) => vocabulary.topicWithin(vocabulary.resolve('topics', key)))
  const part: Part = {
    confidences: ['validated'],
    levels: ['shareable', 'internal', 'confidential'],
    ...(filter.departments.length > 0 && { departments: desk.directories().people.within(filter.departments) }),
    ...(topics.length > 0 && { topics: [...new Set(topics)] }),
    ...(filter.segments.length > 0 && { segments: filter.segments.flatMap((key) => vocabulary.alike('segments', key)) }),
  }
  return filter.customers.length === 0 ? [part] : filter.customers.map((customer) => ({ ...part, customer }))
}

async function allOf(desk: Desk, query: Part & Pick<NoteQuery, 'order'>, sight: Sight, second: Sight | null, today: string): Promise<News[]> {
  const found: News[] = []
  for (let page = 1; (page - 1) * PAGE < MOST; page += 1) {
    const { rows, total } = await desk.notes.list({ ...query, page, size: PAGE }, sight)
    found.push(...(await readByBoth(desk, rows, second)).flatMap((note) => newsOf(note, today) ?? []))
    if (page * PAGE >= total) break
  }
  return found
}

async function readByBoth(desk: Desk, rows: readonly NoteSeen[], second: Sight | null): Promise<NoteSeen[]> {
  if (!second) return [...rows]
  const both: NoteSeen[] = []
  for (const row of rows) {
    const seen = await desk.notes.get(row.id, second)
    if (seen?.published) both.push(row)
  }
  return both
}
