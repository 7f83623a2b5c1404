import type { Act } from './acts.js'

/**
 * How a person stands to one thing, as facts; each room computes them from its noun and the viewer's sight.
 * Rules below look at nothing else.
 */
export interface Standing {
  readonly id: string
  readonly revision: number
  /** posted the thing first */
  readonly author: boolean
  /** wrote the newest text of it, published or waiting */
  readonly wroteLatest: boolean
  /** wrote the text that readers read */
  readonly wrotePublished: boolean
  /** wrote any of the text since the last decision */
  readonly wroteSinceDecision: boolean
  /** L4: its home is in their domain, within their clearance, and named on it when restricted */
  readonly curator: boolean
  readonly admin: boolean
  readonly auditor: boolean
  readonly validated: boolean
  readonly archived: boolean
  readonly wip: boolean
  /** an undecided review item exists */
  readonly underReview: boolean
  /** an edit by somebody else waits for its decision */
  readonly editWaiting: boolean
  /** the curator wants it wider than the author proposed */
  readonly wideningOffered: boolean
}

type Rule = (standing: Standing) => string | null

const always: Rule = () => null
const curator: Rule = (s) => (s.curator ? null : 'policy.curators_only')
const admin: Rule = (s) => (s.admin ? null : 'policy.admins_only')
const living: Rule = (s) => (s.archived ? 'policy.archived' : null)
// Whoever only suggested an edit has no say in what is published.
const writer: Rule = (s) => (s.author || s.wrotePublished ? null : 'policy.writers_only')
const writerOrCurator: Rule = (s) => (s.author || s.wrotePublished || s.curator ? null : 'policy.writers_and_curators_only')
const editorOrCurator: Rule = (s) => (s.author || s.wroteLatest || s.curator ? null : 'policy.writers_and_curators_only')

/** The first reason that speaks against it. */
const all = (...rules: readonly Rule[]): Rule => (s) => {
  for (const rule of rules) {
    const reason = rule(s)
    if (reason !== null) return reason
  }
  return null
}

/** Who may do (PRODUCT.md §2 and §3); a reason is a string key, null means yes. */
export const RULES: { readonly [A in Act]: Rule } = {
  'self.manage': always,
  'help.read': always,
  'search': always,
  'note.read': always,
  'note.post': always,
  'note.edit': all(living, editorOrCurator, (s) => (s.editWaiting ? 'policy.edit_waiting' : null)),
  'note.suggest': all(
    living,
    (s) => (s.validated ? null : 'policy.suggest_validated_only'),
    (s) => (s.editWaiting ? 'policy.edit_waiting' : null),
  ),
  'note.withdraw': all(living, (s) => (s.underReview && s.wroteLatest ? null : 'policy.writers_only')),
  'note.narrow': writerOrCurator,
  'note.agree': all(writer, (s) => (s.wideningOffered ? null : 'policy.nothing_to_agree')),
  'note.reply': editorOrCurator,
  'note.comment': living,
  'note.reuse': living,
  'note.helpful': all(living, (s) => (s.author ? 'policy.own_note' : null)),
  'note.flag': living,
  'note.archive': all(living, writerOrCurator),
  'note.restore': all((s) => (s.archived ? null : 'policy.not_archived'), writerOrCurator),
  'note.curate': curator,
  'note.claim': all(living, curator, (s) => (s.wroteSinceDecision ? 'policy.own_text' : null)),
  // Four eyes: the decider wrote no part of the text since the last decision.
  'note.decide': all(living, curator, (s) => (s.wroteSinceDecision ? 'policy.own_text' : null)),
  'note.classify': all(living, curator),
  'note.clear': curator,
  'note.rehome': curator,
  'note.merge': all(living, curator, (s) => (s.wroteSinceDecision ? 'policy.own_text' : null)),
  'note.redact': curator,
  'customer.read': always,
  'customer.create': always,
  'customer.edit': always,
  'vocabulary.edit': always,
  'gap.ask': always,
  'gap.read': always,
  'import.run': always,
  'import.accept': always,
  'channel.manage': always,
  'channel.ceiling': curator,
  'cover.manage': always,
  'people.administer': admin,
  'health.read': admin,
  'mail.read': always,
  'record.read': (s) => (s.auditor ? null : 'policy.auditors_only'),
}

/** Standing to something that has no author, review or home of its own: a page, a list, oneself. */
export function standingApart(id: string, facts: Partial<Standing> = {}): Standing {
  return {
    id, revision: 0, author: false, wroteLatest: false, wrotePublished: false, wroteSinceDecision: false, curator: false, admin: false,
    auditor: false, validated: false, archived: false, wip: false, underReview: false, editWaiting: false,
    wideningOffered: false, ...facts,
  }
}
