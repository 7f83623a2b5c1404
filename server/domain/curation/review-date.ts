import type { Level } from '../policy/level.js'
import type { Nature } from '../notes/words.js'

/** Days until a note must be verified again, by nature: figures age faster than skills. */
const DAYS: Readonly<Record<Nature, number>> = { data: 90, information: 180, experience: 365, idea: 365, skill: 540 }
const WITHOUT_NATURE = 180
/** What is sensitive is looked at twice a year at the latest: a right to read should not outlive its reason. */
const SENSITIVE = 180

/** @returns the review date that the decision form proposes, `YYYY-MM-DD` */
export function defaultReviewDate(nature: Nature | null, level: Level, today: string): string {
  const byNature = nature === null ? WITHOUT_NATURE : DAYS[nature]
  const days = level === 'confidential' || level === 'restricted' ? Math.min(byNature, SENSITIVE) : byNature
  return new Date(Date.parse(`${today}T00:00:00.000Z`) + days * 86_400_000).toISOString().slice(0, 10)
}
