import type { Access, Reach } from '../policy/access.js'
import { narrowerAudience, stricterLevel } from '../policy/level.js'
import { livingConfidence, published, type Note } from './note.js'
import type { Revision } from './revision.js'
import type { Rights } from './rights.js'

/**
 * The one computation of who a face of a note reaches (PRODUCT.md §3). Called at every write for the columns of
 * stores and indexes, and on every read for the revisions inside the document.
 */
export function accessOf(note: Note, revision: Revision): Access {
  return revision.number === published(note).number ? publishedAccess(note, revision) : unpublishedAccess(note, revision)
}

/** The published face: what lists, search and digests may show. */
export function faceAccess(note: Note): Access {
  return publishedAccess(note, published(note))
}

function publishedAccess(note: Note, revision: Revision): Access {
  const { rights } = note
  return {
    author: revision.by,
    named: isClosed(note) ? [] : rights.named,
    reach: reachOf(note, rights),
    desk: note.home.department,
    stewards: rights.stewards,
    level: rights.level,
    customers: revision.about.customers,
  }
}

/** Pending and old text: its writer and the curators only, at the strictest it ever was. */
function unpublishedAccess(note: Note, revision: Revision): Access {
  return {
    author: revision.by,
    named: [],
    reach: 'self',
    desk: note.home.department,
    stewards: note.rights.stewards.length > 0 ? note.rights.stewards : revision.floor.stewards,
    level: stricterLevel(revision.floor.level, note.rights.level),
    customers: [...new Set([...revision.about.customers, ...published(note).about.customers])],
  }
}

/**
 * What was added to a note (comment, reuse, flag): read by whoever reads the revision it was made on,
 * and nobody whom a later widening let in, until a curator clears it.
 */
export function additionAccess(note: Note, revision: Revision, floor: Rights): Access {
  const face = accessOf(note, revision)
  const level = stricterLevel(note.rights.level, floor.level)
  const audience = narrowerAudience(note.rights.audience, floor.audience)
  return {
    ...face,
    named: face.named.filter((party) => floor.named.includes(party)),
    reach: face.reach === 'self' ? 'self' : reachOf(note, { audience, level }),
    stewards: face.stewards.length > 0 ? face.stewards : floor.stewards,
    level: stricterLevel(face.level, level),
  }
}

/** Whether nobody but writers and curators reads the published face, whatever the audience says. */
function isClosed(note: Note): boolean {
  const confidence = livingConfidence(note)
  if (confidence === 'wip' || note.withheld !== null) return true
  return confidence === 'not_validated' && note.governance === 'review_first'
}

function reachOf(note: Note, rights: Pick<Rights, 'audience' | 'level'>): Reach {
  if (isClosed(note) || rights.level === 'restricted') return 'self'
  const team: Reach = note.home.team === null ? 'self' : `t:${note.home.team}`
  const audience = livingConfidence(note) === 'validated' ? rights.audience : narrowerAudience(rights.audience, 'team')
  switch (audience) {
    case 'private': return 'self'
    case 'team': return team
    case 'department': return `d:${note.home.department}`
    case 'enterprise': return 'all'
  }
}
