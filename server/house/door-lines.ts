import type { Door } from '../http/guard.js'

/** The doors as `doors.txt` lists them, in the order of the alphabet. */
export function doorLines(doors: readonly Door[]): readonly string[] {
  return doors
    .map(({ method, url, allow, tokenless }) => `${url} ${method} ${allow}${tokenless ? ` tokenless:${tokenless}` : ''}`)
    .sort()
}
