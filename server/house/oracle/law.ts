import type { Note } from '../../domain/notes/note.js'
import type { Revision } from '../../domain/notes/revision.js'
import type { Rights } from '../../domain/notes/rights.js'
import type { NoteSeen } from '../../domain/notes/seen.js'
import type { Access, Party, Visible } from '../../domain/policy/access.js'
import type { Act } from '../../domain/policy/acts.js'
import type { Grant, Permission } from '../../domain/policy/grant.js'
import type { Audience, Level } from '../../domain/policy/level.js'
import type { Directories, RestrictedCustomer, Sight } from '../../domain/policy/readable.js'
import type { Standing } from '../../domain/policy/rules.js'
import type { Viewer } from '../../domain/policy/viewer.js'

/** The app's law, or a variation of it with one rule flipped. */
export interface Law {
  sightOf(viewer: Viewer, directories: Directories, today: string): Sight
  knowersOf(customer: RestrictedCustomer): readonly Party[]
  noteAsSeen(note: Note, sight: Sight): NoteSeen | null
  may(viewer: Viewer, act: Act, standing: Standing): boolean
  permit<A extends Act>(viewer: Viewer, act: A, standing: Standing, revision?: number): Permission<A>
  granted(grant: Grant, thing: string): void
  isLowerLevel(a: Level, than: Level): boolean
  isWiderAudience(a: Audience, than: Audience): boolean
  standingApart(id: string, facts: Partial<Standing>): Standing
  deskSight(sight: Sight): Sight
  readerSight(sight: Sight): Sight
  sees(visible: Visible, access: Access): boolean
  faceAccess(note: Note): Access
  accessOf(note: Note, revision: Revision): Access
  additionAccess(note: Note, revision: Revision, floor: Rights): Access
  RULES: { readonly [A in Act]: (standing: Standing) => string | null }
}
