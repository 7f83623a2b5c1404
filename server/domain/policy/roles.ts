import type { Directory } from '../people/directory.js'
import type { Person } from '../people/person.js'
import type { Act } from './acts.js'

/** Who may stand at the door of an act: everybody who is signed in, those who decide on some domain, or one role. */
type Doorkeeper = 'everybody' | 'deciders' | 'admin' | 'auditor'

const DOORS: { readonly [A in Act]: Doorkeeper } = {
  'self.manage': 'everybody',
  'help.read': 'everybody',
  'search': 'everybody',
  'note.read': 'everybody',
  'note.post': 'everybody',
  'note.edit': 'everybody',
  'note.suggest': 'everybody',
  'note.withdraw': 'everybody',
  'note.narrow': 'everybody',
  'note.agree': 'everybody',
  'note.reply': 'everybody',
  'note.comment': 'everybody',
  'note.reuse': 'everybody',
  'note.helpful': 'everybody',
  'note.flag': 'everybody',
  'note.archive': 'everybody',
  'note.restore': 'everybody',
  'note.curate': 'deciders',
  'note.claim': 'deciders',
  'note.decide': 'deciders',
  'note.classify': 'deciders',
  'note.clear': 'deciders',
  'note.rehome': 'deciders',
  'note.merge': 'deciders',
  'note.redact': 'deciders',
  'customer.read': 'everybody',
  'customer.create': 'everybody',
  'customer.edit': 'deciders',
  'vocabulary.edit': 'deciders',
  'gap.ask': 'everybody',
  'gap.read': 'deciders',
  'import.run': 'deciders',
  'import.accept': 'deciders',
  'channel.manage': 'everybody',
  'channel.ceiling': 'deciders',
  'cover.manage': 'deciders',
  'people.administer': 'admin',
  'health.read': 'admin',
  'mail.read': 'everybody',
  'record.read': 'auditor',
}

/**
 * The first lock: may this person set out to do this at all? Being let in says nothing about any one thing.
 * A deputy decides for the curator who is away, so the role alone is not asked.
 * @param today `YYYY-MM-DD`
 */
export function mayAttempt(person: Person, act: Act, directory: Directory, today: string): boolean {
  if (!person.active) return false
  switch (DOORS[act]) {
    case 'everybody':
      return true
    case 'deciders':
      return directory.domainOf(person, today).length > 0
    case 'admin':
      return person.roles.includes('admin')
    case 'auditor':
      return person.roles.includes('auditor')
  }
}

/** Why somebody was not let in: a string key. */
export function reasonAtDoor(act: Act): string {
  return REASONS[DOORS[act]]
}

const REASONS: Readonly<Record<Doorkeeper, string>> = {
  everybody: 'policy.not_signed_in',
  deciders: 'policy.curators_only',
  admin: 'policy.admins_only',
  auditor: 'policy.auditors_only',
}
