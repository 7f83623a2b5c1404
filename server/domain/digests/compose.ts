import type { NoteSeen } from '../notes/seen.js'
import { gistOf, plainLine } from './gist.js'
import type { Period } from './period.js'

/** Titles told with one line each; more than a handful nobody reads. */
const HEADLINES = 7
/** Titles in all; what is beyond them is a number and a link. */
const TITLES = 40
const MOST_USED = 3

/** What one digest says, before it is put in words of a language. */
export interface Digest {
  readonly period: Period
  readonly topics: readonly DigestTopic[]
  readonly used: readonly Used[]
  /** open questions of the period, once there are questions */
  readonly questions: readonly Entry[]
  /** new notes, sensitive ones included */
  readonly total: number
  readonly sensitive: number
  /** ids of the notes whose title it shows */
  readonly notes: readonly string[]
}

export interface DigestTopic {
  /** null for notes without a topic */
  readonly topic: string | null
  readonly entries: readonly Entry[]
  /** notes of the topic that are not listed */
  readonly more: number
  /** confidential ones: a number and nothing else of them (SAFETY.md decision 3) */
  readonly sensitive: number
}

export interface Entry {
  readonly id: string
  readonly title: string
  /** one line; empty for those told by title alone */
  readonly gist: string
}

export interface Used {
  readonly id: string
  readonly title: string
  /** "I used this" within the period */
  readonly times: number
}

/** What a digest needs of a new note: a period may have thousands, and whole ones of several digests at once fill a process. */
export interface News {
  readonly id: string
  readonly topic: string | null
  readonly sensitive: boolean
  /** empty for sensitive ones, of which no word is told */
  readonly title: string
  readonly body: string
  readonly value: number
  readonly updatedAt: string
}

export interface Material {
  /** validated within the period, as the channel sees them */
  readonly fresh: readonly News[]
  /** the most used ones, as the channel sees them */
  readonly used: readonly NoteSeen[]
  readonly questions?: readonly Entry[]
  /** the key a topic is known by now */
  readonly topicOf: (key: string) => string
  /** `YYYY-MM-DD` */
  readonly today: string
}

/** @returns null for a note that no digest tells of */
export function newsOf(note: NoteSeen, today: string): News | null {
  if (!isTellable(note, today)) return null
  const text = note.published ?? note.shown
  const sensitive = isSensitive(note)
  return {
    id: note.id, topic: text.about.topic, sensitive, title: sensitive ? '' : text.title, body: sensitive ? '' : text.body,
    value: note.rating?.ratings?.value ?? 0, updatedAt: note.updatedAt,
  }
}

/** @returns null when there is nothing new: then nothing is sent */
export function composeDigest(period: Period, material: Material): Digest | null {
  const fresh = unique(material.fresh)
  if (fresh.length === 0) return null
  const open = fresh.filter((note) => !note.sensitive).sort(byValue)
  const listed = open.slice(0, TITLES)
  const told = new Set(listed.slice(0, HEADLINES).map((note) => note.id))
  const used = mostUsed(material.used, period, material.today)

  const topics = new Map<string | null, { entries: Entry[]; more: number; sensitive: number }>()
  const topic = (note: News) => {
    const key = note.topic === null ? null : material.topicOf(note.topic)
    let found = topics.get(key)
    if (!found) topics.set(key, (found = { entries: [], more: 0, sensitive: 0 }))
    return found
  }
  for (const note of listed) topic(note).entries.push(entryOf(note, told.has(note.id)))
  for (const note of open.slice(TITLES)) topic(note).more += 1
  for (const note of fresh) if (note.sensitive) topic(note).sensitive += 1

  return {
    period,
    topics: [...topics].map(([key, rest]) => ({ topic: key, ...rest })),
    used,
    questions: material.questions ?? [],
    total: fresh.length,
    sensitive: fresh.length - open.length,
    notes: [...new Set([...listed.map((note) => note.id), ...used.map((note) => note.id)])],
  }
}

/** Restricted never, whatever the sight let through; overdue ones leave digests; so does what may say too much. */
function isTellable(note: NoteSeen, today: string): boolean {
  if (!note.published || note.rights.level === 'restricted' || note.confidence !== 'validated') return false
  if (note.reviewOn !== null && note.reviewOn <= today) return false
  return !note.flags.some((flag) => flag.settled === null && flag.reason === 'says_too_much')
}

function isSensitive(note: NoteSeen): boolean {
  return note.rights.level === 'confidential'
}

function entryOf({ id, title, body }: News, withGist: boolean): Entry {
  return { id, title: plainLine(title), gist: withGist ? gistOf(body, title) : '' }
}

function mostUsed(notes: readonly NoteSeen[], period: Period, today: string): Used[] {
  return unique(notes)
    .filter((note) => isTellable(note, today) && !isSensitive(note))
    .map((note) => ({
      id: note.id,
      title: plainLine((note.published ?? note.shown).title),
      times: note.reuses.filter((reuse) => period.from <= reuse.at && reuse.at < period.to).length,
    }))
    .filter((used) => used.times > 0)
    .sort((a, b) => b.times - a.times || a.title.localeCompare(b.title))
    .slice(0, MOST_USED)
}

function byValue(a: News, b: News): number {
  return b.value - a.value || b.updatedAt.localeCompare(a.updatedAt) || a.id.localeCompare(b.id)
}

function unique<T extends { readonly id: string }>(notes: readonly T[]): T[] {
  return [...new Map(notes.map((note) => [note.id, note])).values()]
}
