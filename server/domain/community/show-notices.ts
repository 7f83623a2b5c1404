import type { Sight } from '../policy/readable.js'
import type { Notes } from '../notes/port.js'
import type { NoteSeen } from '../notes/seen.js'
import type { Notice } from './notice.js'

/** A notice as it may be shown now. */
export interface ShownNotice {
  readonly notice: Notice
  /** null when it is about no note, or the reader may not read it any more: then a neutral line without link is shown */
  readonly note: NoteSeen | null
}

/** Reads every note again under the reader's present sight; a right lost since hides the title. */
export async function showNotices(notices: readonly Notice[], notes: Pick<Notes, 'get'>, sight: Sight): Promise<ShownNotice[]> {
  const ids = new Set(notices.filter(({ about }) => about.kind === 'note').map(({ about }) => about.id))
  const seen = new Map(await Promise.all([...ids].map(async (id) => [id, await notes.get(id, sight)] as const)))
  return notices.map((notice) => ({ notice, note: notice.about.kind === 'note' ? (seen.get(notice.about.id) ?? null) : null }))
}
