import { LEVELS, type Level, type NoteFacts, type Text } from './objects.js'
import { ABOVE, EMPLOYEES, type Circle, type Clearance, type DepartmentId, type Employee, type EmployeeId, type Principal, type Staff } from './principals.js'

/**
 * What PRODUCT.md §3 says, sentence by sentence, written by hand a second time. It shares no code with the policy it
 * is compared with; when the two differ, read the sentence and decide which is wrong. `staff` is everybody as they are
 * at the moment of asking: "membership, clearance, names and relationship teams are always those of now".
 */
export function reads(principal: Principal, note: NoteFacts, text: Text, staff: Staff = EMPLOYEES): boolean {
  if (principal.kind === 'anonymous') return false
  if (principal.kind === 'channel') return channelReads(principal, note, text, staff)
  // "A token reads as its owner and never more than its scope."
  if (principal.kind === 'token' && !principal.scopes.includes('read')) return false
  const who = principal.who
  const person = staff[who]
  if (person.disabled) return false

  // "L1 they wrote that revision (later revisions by others only by L2–L4)"
  if (text.by === who) return true

  // "And over L2–L4: for every restricted customer it is about, the viewer belongs to that customer's relationship
  // team or is a curator appointed on that customer."
  if (!knowsEveryCustomer(who, note, staff)) return false

  return l2(who, note, text, staff) || l3(person, note, text) || l4(who, note, text, staff)
}

/** Whether the viewer reads it as a curator. */
export function readsAsCurator(principal: Principal, note: NoteFacts, text: Text, staff: Staff = EMPLOYEES): boolean {
  if (principal.kind === 'anonymous' || principal.kind === 'channel') return false
  if (principal.kind === 'token' && !principal.scopes.includes('read')) return false
  if (staff[principal.who].disabled) return false
  if (!knowsEveryCustomer(principal.who, note, staff)) return false
  return l4(principal.who, note, text, staff)
}

/** What they read without being a curator of it: what digests and lists for everybody use. */
export function readsAsReader(principal: Principal, note: NoteFacts, text: Text): boolean {
  if (!reads(principal, note, text)) return false
  if (!('who' in principal)) return true
  return text.by === principal.who || l2(principal.who, note, text, EMPLOYEES) || l3(EMPLOYEES[principal.who], note, text)
}

/** "Published = the last validated revision or, if none was ever validated, the last one posted" */
export function publishedText(note: NoteFacts): Text {
  return note.texts.find((text) => text.standing === 'published') as Text
}

export type Verdict = 'none' | 'read' | 'edit' | 'decide'

/** The most a principal may do with a note as a whole. */
export function verdict(principal: Principal, note: NoteFacts): Verdict {
  if (!note.texts.some((text) => reads(principal, note, text))) return 'none'
  if (principal.kind === 'anonymous' || principal.kind === 'channel') return 'read'
  if (principal.kind === 'token' && !principal.scopes.includes('write')) return 'read'
  const who = principal.who
  // An edit that was declined or taken back is nobody's text to go on with.
  const newest = note.texts.findLast((text) => text.standing !== 'closed') as Text
  const subject = note.underReview === null ? publishedText(note) : (note.texts[note.underReview] as Text)
  const curator = readsAsCurator(principal, note, subject) && readsAsCurator(principal, note, publishedText(note))
  // "Archive. Out of lists": an archived note is restored before anything else is done to it.
  if (note.confidence.startsWith('archived')) return 'read'
  // "The decider wrote no part of the text since the last decision."
  if (curator && !writersSinceDecision(note).includes(who)) return 'decide'
  // An edit by somebody else waits for its decision; the curators who may decide on it may also change it.
  const waits = newest.standing === 'pending' && newest.by !== who && !curator
  const writes = note.texts[0]?.by === who || newest.by === who || curator
  // "Nobody's text is silently overwritten": whoever cannot read the text an edit would start from writes none.
  const start = newest.standing === 'pending' ? newest : publishedText(note)
  return writes && !waits && reads(principal, note, start) ? 'edit' : 'read'
}

/** "they, or a team of theirs, are named on it; it is within their clearance; and it is validated or publish_first" */
function l2(who: EmployeeId, note: NoteFacts, text: Text, staff: Staff): boolean {
  const person = staff[who]
  if (text.standing !== 'published' || isClosedToReaders(note)) return false
  const isNamed = note.named.includes(who) || person.teams.some((team) => note.named.includes(`team ${team}`))
  return isNamed && within(person.clearance, note.level) && (isValidated(note) || note.governance === 'publish_first')
}

/** "it is published, not restricted, within their clearance, and its effective audience covers them" */
function l3(person: Employee, note: NoteFacts, text: Text): boolean {
  if (text.standing !== 'published' || note.level === 'restricted' || isClosedToReaders(note)) return false
  return within(person.clearance, note.level) && covers(note, person)
}

/** "a curator whose domain includes the home department, the revision was posted, within their clearance and, if restricted, named on it as curator" */
function l4(who: EmployeeId, note: NoteFacts, text: Text, staff: Staff): boolean {
  // "Old revisions keep the strictest confidentiality in force since they were written."
  const level = text.standing === 'published' ? note.level : text.strictest
  if (!domainsOf(who, staff).some((department) => ABOVE[note.place.department].includes(department))) return false
  return within(staff[who].clearance, level) && (level !== 'restricted' || note.stewards.includes(who))
}

/** "a channel reads as L3 for a member of its team, with clearance = the lower of its ceiling and the lowest among the members" */
function channelReads(channel: Extract<Principal, { kind: 'channel' }>, note: NoteFacts, text: Text, staff: Staff): boolean {
  if (note.circles.length > 0 || channel.members.length === 0) return false
  const members = channel.members.map((who) => staff[who])
  const lowest = [channel.ceiling, ...members.map((m) => m.clearance)].sort((a, b) => rank(a) - rank(b))[0] as Clearance
  const shared: Employee = { ...(members[0] as Employee), teams: [channel.team], clearance: lowest }
  // It goes to all of them, so a department's audience counts when every member is in it.
  return members.every((member) => l3({ ...shared, department: member.department }, note, text))
}

/** "when not validated, at most the home team under publish_first and nobody under review_first" */
function covers(note: NoteFacts, person: Employee): boolean {
  const { place } = note
  const inTeam = place.team !== null && person.teams.includes(place.team)
  if (note.audience === 'private') return false
  if (!isValidated(note)) return note.governance === 'publish_first' && inTeam
  if (note.audience === 'team') return inTeam
  // "department audience means one node of the tree and all below it"
  if (note.audience === 'department') return ABOVE[person.department].includes(place.department)
  return true
}

/** Withheld by one click, or back to wip: "nobody". */
function isClosedToReaders(note: NoteFacts): boolean {
  return note.state === 'withheld' || note.confidence === 'wip'
}

/** "reading follows the same law" when archived */
function isValidated(note: NoteFacts): boolean {
  return note.confidence === 'validated' || note.confidence === 'archived from validated'
}

/** "for every restricted customer it is about" */
function knowsEveryCustomer(who: EmployeeId, note: NoteFacts, staff: Staff): boolean {
  return note.circles.every((circle) => knows(who, circle, staff))
}

/** "the viewer belongs to that customer's relationship team or is a curator appointed on that customer" */
export function knows(who: EmployeeId, circle: Circle, staff: Staff = EMPLOYEES): boolean {
  const person = staff[who]
  return person.teams.includes(circle.team) || (person.roles.includes('curator') && circle.curators.includes(who))
}

/** "domain passes, clearance does not"; of a curator who is one still */
function domainsOf(who: EmployeeId, staff: Staff): readonly DepartmentId[] {
  const curates = (person: Employee) => person.roles.includes('curator') && !person.disabled
  const standingInFor = Object.values(staff).filter((other) => other.deputy === who && curates(other))
  return [staff[who], ...standingInFor].flatMap((person) => (curates(person) ? person.domain : []))
}

function writersSinceDecision(note: NoteFacts): readonly EmployeeId[] {
  const after = isValidated(note) ? note.texts.filter((text) => text.standing === 'pending') : note.texts
  return after.length > 0 ? after.map((text) => text.by) : [publishedText(note).by]
}

function within(clearance: Clearance, level: Level): boolean {
  return rank(level) <= rank(clearance)
}

function rank(level: Level | Clearance): number {
  return LEVELS.indexOf(level)
}
