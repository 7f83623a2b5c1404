import type { Sight } from '../policy/readable.js'
import type { Notes } from '../notes/port.js'
import type { Notice } from './notice.js'

/** A notice as it may be shown now. */
export interface ShownNotice {
  readonly notice: Notice
  /** null when the reader may not read the note any more: a neutral line without link is shown */
  readonly title: string | null
}

/** Reads every note again under the reader's present sight; a right lost since hides the title. */
export async function showNotices(notices: readonly Notice[], notes: Pick<Notes, 'get'>, sight: Sight): Promise<ShownNotice[]> {
  const titles = new Map<string, string | null>()
  const shown: ShownNotice[] = []
  for (const notice of notices) {
    const { kind, id } = notice.about
    if (kind === 'note' && !titles.has(id)) titles.set(id, (await notes.get(id, sight))?.shown.title ?? null)
    shown.push({ notice, title: kind === 'note' ? (titles.get(id) ?? null) : null })
  }
  return shown
}
