import type { Act } from '../../domain/policy/acts.js'
import type { Standing } from '../../domain/policy/rules.js'

/** Facts about a person and one note that they can read; a plain copy of what PRODUCT.md §2 speaks of. */
export type Facts = Pick<Standing,
  'author' | 'wroteLatest' | 'wrotePublished' | 'wroteSinceDecision' | 'curator' | 'admin' | 'auditor' | 'validated' | 'archived' |
  'underReview' | 'editWaiting' | 'wideningOffered'>

export const FACTS: readonly (keyof Facts)[] = [
  'author', 'wroteLatest', 'wrotePublished', 'wroteSinceDecision', 'curator', 'admin', 'auditor', 'validated', 'archived', 'underReview',
  'editWaiting', 'wideningOffered',
]

const anybody = () => true
const curator = (f: Facts) => f.curator
/** "Author": whoever posted it, or wrote what is published; not a reader whose suggestion waits. */
const writer = (f: Facts) => f.author || f.wrotePublished
const editor = (f: Facts) => f.author || f.wroteLatest
const living = (f: Facts) => !f.archived

/** Who may do what, from PRODUCT.md §2 and §3 by hand. Acts whose only condition is the door are `anybody` here. */
export const MAY: { readonly [A in Act]: (facts: Facts) => boolean } = {
  'self.manage': anybody,
  'help.read': anybody,
  'search': anybody,
  'note.read': anybody,
  'note.post': anybody,
  // Writers and curators change the text, unless somebody else's edit waits for its decision.
  'note.edit': (f) => living(f) && (editor(f) || curator(f)) && !f.editWaiting,
  // "Readers … suggest an edit": of what is validated.
  'note.suggest': (f) => living(f) && f.validated && !f.editWaiting,
  'note.withdraw': (f) => living(f) && f.underReview && f.wroteLatest,
  // "Author or curator may narrow … in one click": of an archived note too.
  'note.narrow': (f) => writer(f) || curator(f),
  // "until the author agrees (one click)"
  'note.agree': (f) => writer(f) && f.wideningOffered,
  // "The review thread is for the author and L4."
  'note.reply': (f) => editor(f) || curator(f),
  'note.comment': living,
  'note.reuse': living,
  'note.helpful': (f) => living(f) && !f.author,
  'note.flag': living,
  'note.archive': (f) => living(f) && (writer(f) || curator(f)),
  'note.restore': (f) => f.archived && (writer(f) || curator(f)),
  'note.curate': curator,
  // "The decider wrote no part of the text since the last decision."
  'note.claim': (f) => living(f) && curator(f) && !f.wroteSinceDecision,
  'note.decide': (f) => living(f) && curator(f) && !f.wroteSinceDecision,
  'note.classify': (f) => living(f) && curator(f),
  'note.clear': curator,
  'note.rehome': curator,
  'note.merge': (f) => living(f) && curator(f) && !f.wroteSinceDecision,
  'note.redact': curator,
  'customer.read': anybody,
  'customer.create': anybody,
  'customer.edit': anybody,
  'vocabulary.edit': anybody,
  'gap.ask': anybody,
  'gap.read': anybody,
  'import.run': anybody,
  'import.accept': anybody,
  'channel.manage': anybody,
  'channel.ceiling': curator,
  'cover.manage': anybody,
  'people.administer': (f) => f.admin,
  'health.read': (f) => f.admin,
  'mail.read': anybody,
  'record.read': (f) => f.auditor,
}

/** Every combination of the facts. */
export function* everyStanding(): Generator<Facts> {
  for (let bits = 0; bits < 2 ** FACTS.length; bits += 1) {
    yield Object.fromEntries(FACTS.map((fact, at) => [fact, (bits & (1 << at)) !== 0])) as unknown as Facts
  }
}
