import { diffWordsWithSpace } from 'diff'

/** What was added and removed between two texts, as parts/_diff shows it. */
export function changedTexts(before: string, after: string) {
  const parts = diffWordsWithSpace(before, after).map((p) => ({ kind: p.added ? 'added' : p.removed ? 'removed' : 'same', text: p.value }))
  return { parts, same: before === after }
}
