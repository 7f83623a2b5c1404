import type { Acceptance } from '../../domain/curation/accept-note.js'
import { defaultReviewDate } from '../../domain/curation/review-date.js'
import type { Revision } from '../../domain/notes/revision.js'
import type { Rights } from '../../domain/notes/rights.js'
import type { NoteSeen } from '../../domain/notes/seen.js'
import { RELIABILITIES } from '../../domain/notes/words.js'
import { AUDIENCES, LEVELS, narrowerAudience, stricterLevel, type Level } from '../../domain/policy/level.js'
import { fieldsFrom, one, writingFrom, type Fields } from './note-fields.js'

/** What the decision form starts with: the text's own classification, the last ratings, and nothing wider than proposed. */
export function startingFields(note: NoteSeen, subject: Revision, today: string): Record<string, string | string[]> {
  const ratings = note.rating?.ratings
  const rights = startingRights(note, subject)
  const { nature } = subject.about
  const reviewOn = defaultReviewDate(nature, rights.level, today)
  return {
    ...fieldsFrom(subject),
    body: '', title: '',
    value: ratings ? String(ratings.value) : '',
    correctness: ratings ? String(ratings.correctness) : '',
    reliability: ratings?.reliability ?? '',
    ease: ratings ? String(ratings.ease) : '',
    audience: rights.audience,
    level: rights.level,
    named: [...rights.named],
    steward: [...rights.stewards],
    reviewOn,
    reviewProposed: reviewOn,
  }
}

/** Of a validated text what is in force; of a new one what its writer proposed, unless somebody has closed it since. */
function startingRights(note: NoteSeen, subject: Revision): Rights {
  if (note.standing.validated && subject.number === note.published?.number) return note.rights
  const { proposed } = subject
  // An edit that leaves the earlier proposal as it was asks for nothing new: what was decided then stands.
  const asBefore = note.standing.validated && proposed.audience === note.published?.proposed.audience
  return {
    audience: asBefore ? note.rights.audience : note.standing.validated ? proposed.audience : narrowerAudience(proposed.audience, note.rights.audience),
    level: stricterLevel(proposed.level, note.rights.level),
    named: proposed.named,
    stewards: proposed.stewards.length > 0 ? proposed.stewards : note.rights.stewards,
  }
}

/** What a curator chose. What no form of ours sends stays as closed as it is, and missing ratings are refused by the verb. */
export function acceptanceFrom(fields: Fields, note: NoteSeen): Acceptance {
  const { about, proposed } = writingFrom(fields)
  const level = LEVELS.find((each) => each === one(fields, 'level')) ?? note.rights.level
  return {
    about,
    ratings: {
      value: digit(fields, 'value'), correctness: digit(fields, 'correctness'), ease: digit(fields, 'ease'),
      reliability: RELIABILITIES.find((each) => each === one(fields, 'reliability')) ?? ('' as never),
    },
    rights: {
      audience: AUDIENCES.find((each) => each === one(fields, 'audience')) ?? 'private',
      level,
      named: proposed.named,
      stewards: level === 'restricted' ? proposed.stewards : [],
    },
    reviewOn: one(fields, 'reviewOn'),
    text: one(fields, 'text').trim().slice(0, 2_000),
    clearComments: one(fields, 'clearComments') === 'yes',
  }
}

/** The date follows nature and level for as long as nobody chose another one. */
export function withReviewDate(fields: Fields, today: string): Fields {
  if (one(fields, 'reviewOn') !== one(fields, 'reviewProposed')) return fields
  const level = LEVELS.find((each) => each === one(fields, 'level')) ?? ('internal' satisfies Level)
  const reviewOn = defaultReviewDate(writingFrom(fields).about.nature, level, today)
  return { ...fields, reviewOn, reviewProposed: reviewOn }
}

function digit(fields: Fields, name: string): number {
  return /^\d$/.test(one(fields, name)) ? Number(one(fields, name)) : 0
}
