import { done, refused, type Outcome } from '../people/refusal.js'
import { granted, type Grant } from '../policy/grant.js'
import { changedSince, happened, withRights } from '../notes/change.js'
import { isActive } from '../notes/item.js'
import { published, revisionNumbered, type Home, type Note } from '../notes/note.js'
import type { About } from '../notes/revision.js'
import type { Vocabulary } from '../notes/taxonomy.js'
import { MAX_TAGS } from '../notes/words.js'
import { tidyTags } from '../notes/writing.js'

export interface Retagging {
  readonly topic?: string
  readonly addTags?: readonly string[]
  readonly removeTags?: readonly string[]
  readonly addProducts?: readonly string[]
  /** ids the curator may see */
  readonly addCustomers?: readonly string[]
}

/**
 * New keys on the face in force, without new text: the revision counter rises, so an editor who saw the old ones
 * is told. Used alone and for many notes at once; `strict` compares the revision the curator saw.
 */
export function classifyNote(note: Note, grant: Grant<'note.classify'>, to: Retagging, vocabulary: Vocabulary, at: string, strict = true): Outcome<Note> {
  granted(grant, note.id)
  const changed = strict ? changedSince(note, grant) : null
  if (changed) return changed
  const face = (isActive(note.item) ? revisionNumbered(note, note.item.subject) : null) ?? published(note)
  const topic = to.topic === undefined ? undefined : vocabulary.topic(to.topic)
  if (to.topic !== undefined && (!topic || topic.route_to)) return refused('topic', 'notes.topic.unknown')
  if ((to.addProducts ?? []).some((key) => !vocabulary.term('products', key))) return refused('products', 'notes.products.unknown')
  const removed = tidyTags(to.removeTags ?? [])
  const about: About = {
    ...face.about,
    topic: topic?.key ?? face.about.topic,
    tags: tidyTags([...face.about.tags, ...(to.addTags ?? [])]).filter((tag) => !removed.includes(tag)),
    products: [...new Set([...face.about.products, ...(to.addProducts ?? [])])],
    customers: [...new Set([...face.about.customers, ...(to.addCustomers ?? [])])],
  }
  if (about.tags.length > MAX_TAGS) return refused('tags', 'notes.tags.too_many', { max: MAX_TAGS })
  if (JSON.stringify(about) === JSON.stringify(face.about)) return done(note)
  const revisions = note.revisions.map((r) => (r.number === face.number ? { ...r, about } : r))
  return done(happened(
    { ...note, revision: note.revision + 1, revisions: revisions as unknown as Note['revisions'] },
    { at, by: grant.who, what: 'classified', for: 'curators', on: face.number },
  ))
}

/**
 * Another department or team becomes its home. Everything added before keeps to itself until a curator clears it:
 * the new home's people were not those it was written for.
 */
export function rehomeNote(note: Note, grant: Grant<'note.rehome'>, home: Home, at: string): Outcome<Note> {
  granted(grant, note.id)
  if (home.department === note.home.department && home.team === note.home.team) return done(note)
  const shut = withRights(note, { ...note.rights, audience: 'private' })
  return done(happened(
    { ...shut, home, rights: note.rights },
    { at, by: grant.who, what: 'rehomed', with: { department: home.department }, for: 'curators', on: published(note).number },
  ))
}
