import { HOMES, LEVELS, type Level, type NoteFacts, type Text } from './objects.js'
import {
  ABOVE, EMPLOYEES, NAMED, RESTRICTED_CUSTOMER, STEWARDS,
  type Clearance, type DepartmentId, type Employee, type EmployeeId, type Principal,
} from './principals.js'

/**
 * What PRODUCT.md §3 says, sentence by sentence, written by hand a second time. It shares no code with the policy it
 * is compared with; when the two differ, read the sentence and decide which is wrong.
 */
export function reads(principal: Principal, note: NoteFacts, text: Text): boolean {
  if (principal.kind === 'anonymous') return false
  if (principal.kind === 'channel') return channelReads(principal, note, text)
  // "A token reads as its owner and never more than its scope."
  if (principal.kind === 'token' && !principal.scopes.includes('read')) return false
  const who = principal.who
  const person: Employee = EMPLOYEES[who]
  if (person.disabled) return false

  // "L1 they wrote that revision (later revisions by others only by L2–L4)"
  if (text.by === who) return true

  // "And over L2–L4: for every restricted customer it is about, the viewer belongs to that customer's relationship
  // team or is a curator appointed on that customer."
  if (note.customer === 'restricted' && !knowsRestrictedCustomer(who)) return false

  return l2(who, note, text) || l3(person, note, text) || l4(who, note, text)
}

/** Whether the viewer reads it as a curator. */
export function readsAsCurator(principal: Principal, note: NoteFacts, text: Text): boolean {
  if (principal.kind === 'anonymous' || principal.kind === 'channel') return false
  if (principal.kind === 'token' && !principal.scopes.includes('read')) return false
  const person: Employee = EMPLOYEES[principal.who]
  if (person.disabled) return false
  if (note.customer === 'restricted' && !knowsRestrictedCustomer(principal.who)) return false
  return l4(principal.who, note, text)
}

/** What they read without being a curator of it: what digests and lists for everybody use. */
export function readsAsReader(principal: Principal, note: NoteFacts, text: Text): boolean {
  if (!reads(principal, note, text)) return false
  if (!('who' in principal)) return true
  return text.by === principal.who || l2(principal.who, note, text) || l3(EMPLOYEES[principal.who], note, text)
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
  const newest = note.texts[note.texts.length - 1] as Text
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
function l2(who: EmployeeId, note: NoteFacts, text: Text): boolean {
  const person: Employee = EMPLOYEES[who]
  if (text.standing !== 'published' || isClosedToReaders(note)) return false
  const isNamed = NAMED.includes(who) || person.teams.some((team) => NAMED.includes(`team ${team}`))
  return isNamed && within(person.clearance, note.level) && (isValidated(note) || note.governance === 'publish_first')
}

/** "it is published, not restricted, within their clearance, and its effective audience covers them" */
function l3(person: Employee, note: NoteFacts, text: Text): boolean {
  if (text.standing !== 'published' || note.level === 'restricted' || isClosedToReaders(note)) return false
  return within(person.clearance, note.level) && covers(note, person)
}

/** "a curator whose domain includes the home department, the revision was posted, within their clearance and, if restricted, named on it as curator" */
function l4(who: EmployeeId, note: NoteFacts, text: Text): boolean {
  const person: Employee = EMPLOYEES[who]
  const home = HOMES[note.home].department
  // "Old revisions keep the strictest confidentiality in force since they were written."
  const level = text.standing === 'published' ? note.level : text.strictest
  if (!domainsOf(who).some((department) => ABOVE[home].includes(department))) return false
  return within(person.clearance, level) && (level !== 'restricted' || STEWARDS.includes(who))
}

/** "a channel reads as L3 for a member of its team, with clearance = the lower of its ceiling and the lowest among the members" */
function channelReads(channel: Extract<Principal, { kind: 'channel' }>, note: NoteFacts, text: Text): boolean {
  if (note.customer === 'restricted') return false
  const members = channel.members.map((who): Employee => EMPLOYEES[who])
  const lowest = [channel.ceiling, ...members.map((m) => m.clearance)].sort((a, b) => rank(a) - rank(b))[0] as Clearance
  const shared: Employee = { ...(members[0] as Employee), teams: [channel.team], clearance: lowest }
  // It goes to all of them, so a department's audience counts when every member is in it.
  return members.every((member) => l3({ ...shared, department: member.department }, note, text))
}

/** "when not validated, at most the home team under publish_first and nobody under review_first" */
function covers(note: NoteFacts, person: Employee): boolean {
  const home = HOMES[note.home]
  const inTeam = person.teams.includes(home.team)
  if (note.audience === 'private') return false
  if (!isValidated(note)) return note.governance === 'publish_first' && inTeam
  if (note.audience === 'team') return inTeam
  // "department audience means one node of the tree and all below it"
  if (note.audience === 'department') return ABOVE[person.department].includes(home.department)
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

function knowsRestrictedCustomer(who: EmployeeId): boolean {
  const person: Employee = EMPLOYEES[who]
  const appointed: readonly string[] = RESTRICTED_CUSTOMER.curators
  return person.teams.includes(RESTRICTED_CUSTOMER.team) || (person.roles.includes('curator') && appointed.includes(who))
}

/** "domain passes, clearance does not" */
function domainsOf(who: EmployeeId): readonly DepartmentId[] {
  const own: Employee = EMPLOYEES[who]
  const standingInFor = Object.values(EMPLOYEES as Record<string, Employee>).filter((other) => other.deputy === who)
  return [...(own.roles.includes('curator') ? own.domain : []), ...standingInFor.flatMap((other) => other.domain)]
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
