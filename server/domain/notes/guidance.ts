/**
 * A template's text without what its writer left as it was: guidance is there to be written over, and a heading with
 * nothing under it says nothing. A text that holds no guidance stays as it is, letter by letter.
 * @param guidance lines of templates, trimmed
 */
export function withoutGuidance(body: string, guidance: ReadonlySet<string>): string {
  const lines = body.split('\n')
  if (!lines.some((line) => guidance.has(line.trim()))) return body
  const kept: string[] = []
  // Headings whose own guidance was dropped wait for the first line of text below them.
  let heading: string[] = []
  let dropped = false
  for (const line of lines) {
    if (/^#{1,6}\s/.test(line)) {
      if (!dropped) kept.push(...heading)
      heading = [line]
      dropped = false
    } else if (guidance.has(line.trim())) {
      dropped = true
    } else if (line.trim() === '') {
      ;(heading.length > 0 ? heading : kept).push(line)
    } else {
      kept.push(...heading, line)
      heading = []
    }
  }
  if (!dropped) kept.push(...heading)
  return kept.join('\n').replace(/\n{3,}/g, '\n\n').trim()
}
