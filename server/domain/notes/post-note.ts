import { done, refused, type Outcome } from '../people/refusal.js'
import { granted, type Grant } from '../policy/grant.js'
import { NOTE_SCHEMA, type Home, type Note, type Origin } from './note.js'
import { governanceOf, objections, tidyTags, type Circumstances, type Writing } from './writing.js'

export interface Posting {
  readonly id: string
  readonly item: string
  readonly home: Home
  /** shown when the writer left the title to us: the first line */
  readonly titleFromText: string
  readonly key: string | null
}

/**
 * Posts a note: not validated, with an open review item. Under publish_first its home team reads it at once.
 * @returns the note, or every objection at its field
 */
export function postNote(grant: Grant<'note.post'> | Grant<'import.run'>, writing: Writing, posting: Posting, around: Circumstances, origin: Origin | null = null): Outcome<Note> {
  granted(grant, posting.id)
  const objection = objections(writing, around, posting.home.department)
  if (objection) return objection
  if (posting.home.team !== null && !around.people.team(posting.home.team)) {
    return refused('team', 'notes.team.unknown')
  }
  const governance = governanceOf(writing, around)
  const about = { ...writing.about, tags: tidyTags(writing.about.tags) }
  return done({
    schema: NOTE_SCHEMA,
    id: posting.id,
    version: 1,
    revision: 1,
    createdAt: around.now,
    updatedAt: around.now,
    author: grant.who,
    home: posting.home,
    governance,
    confidence: 'not_validated',
    archivedFrom: null,
    mergedInto: null,
    rights: writing.proposed,
    withheld: null,
    revisions: [{
      number: 1,
      by: grant.who,
      at: around.now,
      title: writing.title.trim() || posting.titleFromText,
      body: writing.body,
      about,
      source: writing.source,
      proposed: writing.proposed,
      floor: writing.proposed,
      closed: null,
    }],
    validated: null,
    item: {
      id: posting.item, state: 'open', why: origin ? 'imported' : 'posted', subject: 1, openedAt: around.now, urgent: false,
      claim: null, returned: null, widening: null, lowering: null, closedAt: null,
    },
    pastItems: [],
    decisions: [],
    thread: [],
    comments: [],
    reuses: [],
    flags: [],
    helpful: [],
    timeline: [{ at: around.now, by: grant.who, what: 'posted', with: { governance }, for: 'readers', on: 1 }],
    reviewOn: null,
    origin,
    keys: posting.key ? [posting.key] : [],
  })
}
