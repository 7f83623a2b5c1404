import { NAMED, RESTRICTED_CUSTOMER, STEWARDS, type Circle, type DepartmentId, type EmployeeId, type PartyName, type TeamId } from './principals.js'

export const LEVELS = ['shareable', 'internal', 'confidential', 'restricted'] as const
export const AUDIENCES = ['private', 'team', 'department', 'enterprise'] as const
export const HOMES = {
  'own team': { department: 'corporate', team: 'alpha' },
  'other team': { department: 'corporate', team: 'beta' },
  'other department': { department: 'loans', team: 'gamma' },
} as const satisfies Record<string, { readonly department: DepartmentId; readonly team: TeamId }>

export type Level = (typeof LEVELS)[number]
export type Audience = (typeof AUDIENCES)[number]
export type Home = keyof typeof HOMES
export interface Place {
  readonly department: DepartmentId
  readonly team: TeamId | null
}

/** Confidence with what an archived note was; `wip` notes were withdrawn, declined ones are a state below. */
export const CONFIDENCES = ['wip', 'not_validated', 'validated', 'archived from not_validated', 'archived from validated'] as const
export type Confidence = (typeof CONFIDENCES)[number]

export const STATES = ['published', 'pending', 'old', 'old, once stricter', 'withheld', 'merged away', 'declined'] as const
export type State = (typeof STATES)[number]

/** One text of a note, as the oracle knows it. */
export interface Text {
  readonly by: EmployeeId
  readonly standing: 'published' | 'pending' | 'old' | 'closed'
  /** the strictest confidentiality in force since it was written */
  readonly strictest: Level
}

/** One note, described by what PRODUCT.md §3 asks about and nothing else. */
export interface NoteFacts {
  readonly name: string
  readonly level: Level
  readonly audience: Audience
  readonly confidence: Confidence
  readonly governance: 'publish_first' | 'review_first'
  readonly home: Home
  /** where it is at home at this moment */
  readonly place: Place
  readonly named: readonly PartyName[]
  /** its curators, when it is or was restricted */
  readonly stewards: readonly EmployeeId[]
  readonly customer: 'plain' | 'restricted'
  /** who may know each of the restricted customers it is about */
  readonly circles: readonly Circle[]
  readonly state: State
  readonly writer: EmployeeId
  /** oldest first; the newest is the last */
  readonly texts: readonly Text[]
  /** an undecided review item exists, on the text of this position */
  readonly underReview: number | null
}

/** Writers as if by lot, so that no kind of writer always meets the same kind of note. */
const WRITERS: readonly EmployeeId[] = ['author', 'author-who-moved', 'curator-who-wrote', 'disabled-author']
const EDITORS: readonly EmployeeId[] = ['colleague-in-delta', 'author', 'author-who-moved', 'author']

/** The cross product of SAFETY.md "Objects", without the combinations that cannot be (a pending edit of a note never validated). */
export function allNotes(): readonly NoteFacts[] {
  const notes: NoteFacts[] = []
  for (const level of LEVELS) for (const audience of AUDIENCES) for (const confidence of CONFIDENCES)
    for (const governance of ['publish_first', 'review_first'] as const) for (const home of Object.keys(HOMES) as Home[])
      for (const customer of ['plain', 'restricted'] as const) for (const state of STATES) {
        const turn = (Math.imul(notes.length + 1, 2654435761) >>> 20) % WRITERS.length
        const writer = WRITERS[turn] as EmployeeId
        const texts = textsOf(state, confidence, level, writer, EDITORS[turn] as EmployeeId)
        if (!texts) continue
        const living = confidence === 'not_validated' || confidence === 'validated'
        const open = state === 'pending' || (confidence === 'not_validated' && state !== 'merged away') || (state === 'withheld' && living)
        notes.push({
          name: [level, audience, confidence, governance, home, `${customer} customer`, state, `by ${writer}`].join(' · '),
          level, audience, confidence, governance, home, place: HOMES[home], named: NAMED, stewards: STEWARDS,
          customer, circles: customer === 'restricted' ? [RESTRICTED_CUSTOMER] : [], state, writer, texts,
          underReview: open && living ? texts.length - 1 : null,
        })
      }
  return notes
}

function textsOf(state: State, confidence: Confidence, level: Level, writer: EmployeeId, editor: EmployeeId): readonly Text[] | null {
  const validated = confidence === 'validated' || confidence === 'archived from validated'
  const published: Text = { by: writer, standing: 'published', strictest: level }
  switch (state) {
    case 'published':
    case 'withheld':
      return [published]
    case 'merged away':
      return confidence.startsWith('archived') ? [published] : null
    case 'pending':
      return validated ? [published, { by: editor, standing: 'pending', strictest: level }] : null
    case 'old':
      return [{ by: editor, standing: 'old', strictest: level }, published]
    case 'old, once stricter':
      return level === 'restricted' ? null : [{ by: editor, standing: 'old', strictest: stricter[level] }, published]
    case 'declined':
      if (validated) return [published, { by: editor, standing: 'closed', strictest: level }]
      return confidence === 'wip' ? [published] : null
  }
}

const stricter: { readonly [L in Exclude<Level, 'restricted'>]: Level } = { shareable: 'internal', internal: 'confidential', confidential: 'restricted' }
