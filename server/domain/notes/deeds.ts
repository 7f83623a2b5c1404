import type { Act, RecordEntry } from '../policy/record.js'
import type { Note } from './note.js'

type Deed = Pick<RecordEntry, 'did' | 'from' | 'to'>

/** What each line of a note's timeline is called on the record. Additions of readers are not deeds about the note. */
const CALLED: Readonly<Record<string, Act>> = {
  posted: 'note.posted', edited: 'note.edited', resubmitted: 'note.edited', took_over_text: 'note.edited', withdrawn: 'note.withdrawn', edit_withdrawn: 'note.withdrawn',
  claimed: 'note.claimed', claim_taken_over: 'note.taken_over', accepted: 'note.accepted', returned: 'note.returned', declined: 'note.declined', edit_declined: 'note.declined',
  merged: 'note.merged', still_true: 'note.reverified', classified: 'note.reclassified', withheld: 'note.withheld', rehomed: 'note.moved', archived: 'note.archived',
  restored: 'note.restored', handed_over: 'note.handed_over', comment_cleared: 'note.cleared', revision_cleared: 'note.cleared',
  redaction_proposed: 'redaction.proposed', redaction_refused: 'redaction.refused', redacted: 'redaction.done',
}

/** What one write did to a note, for the record (A1): codes and levels, never words anybody wrote. */
export function deedsBetween(before: Note | null, after: Note): readonly Deed[] {
  const deeds: Deed[] = after.timeline.slice(before?.timeline.length ?? 0).flatMap((line) => {
    const did = CALLED[line.what]
    return did ? [{ did }] : []
  })
  if (!before) return deeds
  if (before.rights.level !== after.rights.level) deeds.push({ did: 'note.reclassified', from: before.rights.level, to: after.rights.level })
  if (before.rights.audience !== after.rights.audience) deeds.push({ did: 'note.audience_changed', from: before.rights.audience, to: after.rights.audience })
  const names = (note: Note) => [...note.rights.named].sort().join(',')
  if (names(before) !== names(after)) deeds.push({ did: 'note.readers_changed', from: names(before), to: names(after) })
  return deeds
}
