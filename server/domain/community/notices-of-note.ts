import { sightOf, type Directories } from '../policy/readable.js'
import { curatorsAt } from '../curation/escalate.js'
import { revisionNumbered, type Happening, type Note } from '../notes/note.js'
import { noteAsSeen } from '../notes/seen.js'
import type { Notice, NoticeKind } from './notice.js'

export interface Told {
  readonly person: string
  readonly notice: Notice
}

/**
 * Everything a note's timeline has to tell people, computed anew each time: the same note gives the same notices
 * under the same ids, so a consumer that starts over tells nobody twice. Only people who may read that very line of
 * the timeline today are told of it.
 * @param today `YYYY-MM-DD`
 */
export function noticesOfNote(note: Note, directories: Directories, today: string): readonly Told[] {
  const told: Told[] = []
  const readers = new Map<string, ReadonlySet<Happening>>()
  const mayRead = (id: string, line: Happening) => {
    const person = directories.people.person(id)
    if (!person?.active) return false
    let lines = readers.get(id)
    if (!lines) {
      const seen = noteAsSeen(note, sightOf({ kind: 'person', person }, directories, today))
      readers.set(id, (lines = new Set(seen?.timeline ?? [])))
    }
    return lines.has(line)
  }
  note.timeline.forEach((line, index) => {
    for (const [kind, persons] of addressees(note, line, index, directories, today)) {
      for (const person of new Set(persons)) {
        if (person === line.by || !mayRead(person, line)) continue
        told.push({
          person,
          notice: { id: `${note.id}/${index}/${kind}`, at: line.at, kind, about: { kind: 'note', id: note.id }, by: line.by, with: line.with, readAt: null },
        })
      }
    }
  })
  return told
}

/** Whom a line concerns. What is not listed here tells nobody. */
function addressees(note: Note, line: Happening, index: number, directories: Directories, today: string): [NoticeKind, readonly string[]][] {
  const writer = revisionNumbered(note, line.on)?.by ?? note.author
  // Of that moment: whoever took over later is not told of what happened before.
  const caretaker = note.timeline.slice(0, index).filter((one) => one.what === 'handed_over').slice(-1).map((one) => String(one.with['to'] ?? ''))
  const writers = [note.author, writer, ...caretaker]
  const earlier = (what: string) => note.timeline.slice(0, index).filter((one) => one.what === what).slice(-1).map((one) => one.by)
  const curators = () => nearestCurators(note.home.department, directories, today)
  // An import is accepted as a whole: thousands of notices would bury everything else its importer is told.
  if (line.what === 'accepted' && note.origin !== null && note.revisions.length === 1) return []
  switch (line.what) {
    case 'accepted':
    case 'merged':
    case 'still_true':
    case 'narrowed':
    case 'withheld':
    case 'rehomed':
    case 'archived':
    case 'restored':
    case 'commented':
    case 'reused':
    case 'due':
      return [[line.what, writers]]
    case 'returned':
    case 'widening_offered':
      return [[line.what, [writer, ...caretaker]]]
    case 'declined':
    case 'edit_declined':
      return [['declined', [writer, ...caretaker]]]
    case 'widening_agreed':
    case 'widening_refused':
      return [[line.what, earlier('widening_offered')]]
    case 'lowering_asked':
      return [['lowering_asked', curators()]]
    case 'lowering_refused':
      return [['lowering_refused', earlier('lowering_asked')]]
    case 'resubmitted':
      return [['resubmitted', earlier('returned')]]
    case 'replied':
      return [['replied', [writer, ...caretaker, ...note.thread.map((one) => one.by), ...earlier('returned')]]]
    case 'handed_over':
      return [['handed_over', [String(line.with['to'] ?? '')]]]
    case 'claim_taken_over':
      return [['claim_taken_over', [String(line.with['from'] ?? '')]]]
    case 'flagged':
      return line.with['reason'] === 'says_too_much' ? [['says_too_much', curators()]] : []
    case 'redacted':
      return [['redacted', [...writers, ...earlier('redaction_proposed')]]]
    case 'redaction_proposed':
      return [['redaction_proposed', curators()]]
    case 'escalated':
      return [['escalated', curatorsAt(String(line.with['department'] ?? ''), directories.people, today).map((person) => person.id)]]
    default:
      return []
  }
}

/** Curators of the first department, from the note's upwards, that has any: not everybody up to head office. */
function nearestCurators(department: string, directories: Directories, today: string): readonly string[] {
  const { people } = directories
  for (const at of people.lineage(department)) {
    const here = people.curatorsOf(at, today).filter((person) => person.domain.includes(at))
    if (here.length > 0) return here.map((person) => person.id)
  }
  return people.curatorsOf(department, today).map((person) => person.id)
}
