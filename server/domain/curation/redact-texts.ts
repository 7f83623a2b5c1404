import type { Draft } from '../notes/draft.js'
import type { ReviewItem } from '../notes/item.js'
import type { Note } from '../notes/note.js'
import type { Place } from '../notes/redaction.js'
import { canBeFound, cutOut, spansOf, type Fold } from './redact-words.js'

/** What redaction needs from outside the domain. */
export interface RedactionMeans {
  readonly fold: Fold
  /** SHA-256, in hex */
  readonly digest: (text: string) => string
}

/** What somebody wants gone: everything, or words. */
export interface Wanted {
  readonly whole: boolean
  readonly words: readonly string[]
}

/** A list of tags is one text whose pieces are whole tags: a tag that holds the words goes as a whole. */
type Change = { text(path: string, text: string): string; tags(path: string, tags: readonly string[]): readonly string[] }

/** The parts of a note that hold what people wrote. */
export type Texts = Pick<Note, 'revisions' | 'item' | 'pastItems' | 'decisions' | 'thread' | 'comments' | 'reuses' | 'flags'>

/** Every text of a note that a person wrote, whoever may read it, each under a path that never changes. */
export function withTexts<N extends Texts>(note: N, change: Change): N {
  const item = (one: ReviewItem): ReviewItem =>
    one.returned ? { ...one, returned: { ...one.returned, text: change.text(`item/${one.id}`, one.returned.text) } } : one
  const said = <T extends { readonly id: string; readonly text: string }>(kind: string, list: readonly T[]): T[] =>
    list.map((one) => ({ ...one, text: change.text(`${kind}/${one.id}`, one.text) }))
  return {
    ...note,
    revisions: note.revisions.map((r) => ({
      ...r,
      title: change.text(`revision/${r.number}/title`, r.title),
      body: change.text(`revision/${r.number}/body`, r.body),
      about: { ...r.about, tags: change.tags(`revision/${r.number}/tags`, r.about.tags) },
      source: {
        ...r.source,
        saidBy: change.text(`revision/${r.number}/saidBy`, r.source.saidBy),
        reference: change.text(`revision/${r.number}/reference`, r.source.reference),
      },
    })) as unknown as Note['revisions'],
    item: note.item && item(note.item),
    pastItems: note.pastItems.map(item),
    decisions: said('decision', note.decisions).map((one) => (one.about ? { ...one, about: { ...one.about, tags: change.tags(`decision/${one.id}/tags`, one.about.tags) } } : one)),
    thread: said('thread', note.thread),
    comments: said('comment', note.comments),
    reuses: said('reuse', note.reuses),
    flags: said('flag', note.flags),
  }
}

/** The texts of a note with where the words stand in them; only those where something would go. */
export function foundIn(note: Texts, marks: readonly string[], wanted: Wanted, means: RedactionMeans): readonly { readonly path: string; readonly text: string; readonly place: Place }[] {
  const found: { path: string; text: string; place: Place }[] = []
  withTexts(note, {
    text: (path, text) => {
      const place = placeIn(path, text, wanted, marks, means)
      if (place.cuts.length > 0) found.push({ path, text, place })
      return text
    },
    tags: (path, tags) => {
      const place = tagPlace(path, tags, wanted, means)
      if (place.cuts.length > 0) found.push({ path, text: tags.join(', '), place: { ...place, cuts: [{ start: 0, end: tags.join(', ').length }] } })
      return tags
    },
  })
  return found
}

/** The note without the words, and where they stood. */
export function textsRedacted(note: Note, wanted: Wanted, mark: string, means: RedactionMeans): { readonly note: Note; readonly places: readonly Place[] } {
  const places: Place[] = []
  const marks = [...marksOf(note), mark]
  const redacted = withTexts(note, {
    text: (path, text) => {
      const place = placeIn(path, text, wanted, marks, means)
      if (place.cuts.length > 0 || isRewritten(path)) places.push(place)
      return cutOut(text, place.cuts, mark)
    },
    tags: (path, tags) => {
      const place = tagPlace(path, tags, wanted, means)
      places.push(place)
      return tags.filter((_, at) => !place.cuts.some(({ start }) => start === at))
    },
  })
  return { note: redacted, places }
}

/**
 * Cuts an older copy of the note in the same places. A text that is not the one that was cut then is marked as a
 * whole: closing too much is better than opening anything.
 */
export function cutAgain(note: Note, places: readonly Place[], mark: string, means: RedactionMeans): Note {
  const of = new Map(places.map((place) => [place.path, place]))
  return withTexts(note, {
    text: (path, text) => {
      const place = of.get(path)
      if (!place || text === '') return text
      return isSame(text, place, means) ? cutOut(text, place.cuts, mark) : mark
    },
    tags: (path, tags) => {
      const place = of.get(path)
      if (!place) return tags
      const left = tags.filter((_, at) => !place.cuts.some(({ start }) => start === at))
      return place.length === tags.length && means.digest(left.join('\n')) === place.rest ? left : []
    },
  })
}

/** Fields of a draft that hold what a person wrote; the others hold keys and ids. */
const DRAFTED = ['title', 'body', 'tags', 'saidBy', 'reference', 'customerText', 'namedText']

/** A draft of anybody's without the words; the same object when it has none. */
export function draftRedacted(draft: Draft, note: string, wanted: Wanted, mark: string, means: RedactionMeans): Draft {
  const ofNote = draft.edits?.note === note || draft.id === note
  if (wanted.whole && !ofNote) return draft
  let touched = false
  const fields = Object.fromEntries(Object.entries(draft.fields).map(([name, value]) => {
    if (!DRAFTED.includes(name)) return [name, value]
    const change = (text: string): string => {
      const next = cutOut(text, placeIn(name, text, wanted, [mark], means).cuts, mark)
      touched ||= next !== text
      return next
    }
    return [name, typeof value === 'string' ? change(value) : value.map(change)]
  }))
  return touched ? { ...draft, fields } : draft
}

/** @returns those of the words that cannot be looked for, or stand nowhere in the note */
export function notFound(note: Note, words: readonly string[], means: RedactionMeans): readonly string[] {
  return words.filter((word) => !canBeFound(word, means.fold) || foundIn(note, marksOf(note), { whole: false, words: [word] }, means).length === 0)
}

export function marksOf(note: Note): readonly string[] {
  return [...new Set((note.redactions ?? []).map(({ mark }) => mark))]
}

function placeIn(path: string, text: string, wanted: Wanted, marks: readonly string[], means: RedactionMeans): Place {
  const all = text.trim() === '' || marks.includes(text) ? [] : [{ start: 0, end: text.length }]
  const cuts = wanted.whole ? all : spansOf(text, wanted.words, marks, means.fold)
  return { path, cuts, length: text.length, rest: means.digest(cutOut(text, cuts, '')) }
}

function tagPlace(path: string, tags: readonly string[], wanted: Wanted, means: RedactionMeans): Place {
  const goes = (tag: string) => wanted.whole || spansOf(tag, wanted.words, [], means.fold).length > 0
  const cuts = tags.flatMap((tag, at) => (goes(tag) ? [{ start: at, end: at + 1 }] : []))
  return { path, cuts, length: tags.length, rest: means.digest(tags.filter((tag) => !goes(tag)).join('\n')) }
}

/** Texts that are written over in ordinary life, so that an older copy may hold what a later one does not. */
function isRewritten(path: string): boolean {
  return path.startsWith('item/')
}

function isSame(text: string, place: Place, means: RedactionMeans): boolean {
  return text.length === place.length && means.digest(cutOut(text, place.cuts, '')) === place.rest
}
