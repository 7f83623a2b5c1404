import { diffTexts } from '../../domain/notes/diff.js'

/** What was added and removed between two texts, as parts/_diff shows it. */
export function changedTexts(before: string, after: string) {
  return { parts: diffTexts(before, after), same: before === after }
}
