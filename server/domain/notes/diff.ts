import { diffArrays } from 'diff'

/** A stretch of two texts. `same` and `removed` in order are the text before, `same` and `added` the text after. */
export interface Part {
  readonly kind: 'same' | 'added' | 'removed'
  readonly text: string
}

/** Above this the words of both texts are not compared, only those of lines that changed; UTF-16 units together. */
const WORDS_AT_ONCE = 20_000
/** Words changed in one go; beyond it a stretch is shown as replaced. The cost grows with the square of this. */
const MOST_WORDS = 600
const MOST_LINES = 1_500

/** What changed between two texts, word by word; in texts long or very different, line by line. Bounded for any text. */
export function diffTexts(before: string, after: string): Part[] {
  if (before.length + after.length <= WORDS_AT_ONCE) {
    const parts = compared(wordsOf(before), wordsOf(after), MOST_WORDS)
    if (parts) return parts
  }
  const lines = compared(linesOf(before), linesOf(after), MOST_LINES)
  return lines ? joined(withWords(lines)) : joined(replaced(before, after))
}

function compared(before: string[], after: string[], most: number): Part[] | null {
  const changes = diffArrays(before, after, { maxEditLength: most })
  if (changes === undefined) return null
  return joined(changes.map(({ added, removed, value }) => ({ kind: added ? 'added' : removed ? 'removed' : 'same', text: value.join('') })))
}

/** Where a line replaced another, shows which words did. */
function withWords(lines: readonly Part[]): Part[] {
  const parts: Part[] = []
  for (let i = 0; i < lines.length; i++) {
    const part = lines[i] as Part
    const next = lines[i + 1]
    if (part.kind === 'removed' && next?.kind === 'added' && part.text.length + next.text.length <= WORDS_AT_ONCE / 4) {
      parts.push(...(compared(wordsOf(part.text), wordsOf(next.text), MOST_WORDS / 4) ?? replaced(part.text, next.text)))
      i++
    } else parts.push(part)
  }
  return parts
}

function replaced(before: string, after: string): Part[] {
  return [{ kind: 'removed', text: before }, { kind: 'added', text: after }]
}

function joined(parts: readonly Part[]): Part[] {
  const whole: Part[] = []
  for (const part of parts) {
    const last = whole.at(-1)
    if (part.text === '') continue
    if (last?.kind === part.kind) whole[whole.length - 1] = { kind: part.kind, text: last.text + part.text }
    else whole.push(part)
  }
  return whole
}

const SEGMENTER = new Intl.Segmenter('zh', { granularity: 'word' })

/** Words, Chinese ones too, and every blank, line end and sign by itself. */
function wordsOf(text: string): string[] {
  return Array.from(SEGMENTER.segment(text), ({ segment }) => segment)
}

function linesOf(text: string): string[] {
  return text.split(/(?<=\n)/)
}

/** One line beside another, as a page shows them; null where there is none on that side. */
export interface Row {
  readonly changed: boolean
  readonly before: readonly Part[] | null
  readonly after: readonly Part[] | null
}

/** The parts as lines side by side. Lines hold no line end. */
export function rowsOf(parts: readonly Part[]): Row[] {
  const rows: Row[] = []
  let before: Part[][] = [[]]
  let after: Part[][] = [[]]
  const finish = (): void => {
    rows.push(...sideBySide(before, after))
    before = [[]]
    after = [[]]
  }
  for (const { kind, text } of parts) {
    // Both sides stand at the start of a line: what comes is the same on both, so it must stand in one row.
    if (kind === 'same' && before.at(-1)?.length === 0 && after.at(-1)?.length === 0) {
      rows.push(...sideBySide(before.slice(0, -1), after.slice(0, -1)))
      before = [[]]
      after = [[]]
    }
    for (const [n, line] of text.split('\n').entries()) {
      if (n > 0 && kind === 'same') finish()
      const sides = kind === 'same' ? [before, after] : kind === 'removed' ? [before] : [after]
      if (n > 0 && kind !== 'same') for (const side of sides) side.push([])
      if (line !== '') for (const side of sides) side.at(-1)?.push({ kind, text: line })
    }
  }
  finish()
  return rows
}

function sideBySide(before: readonly Part[][], after: readonly Part[][]): Row[] {
  const count = Math.max(before.length, after.length)
  const share = [before, after].every((lines) => lines.at(-1)?.some((part) => part.kind === 'same'))
  const at = (lines: readonly Part[][], n: number): Part[] | null => {
    if (!share || lines.length === count) return lines[n] ?? null
    // The last lines end alike: they belong together, and the missing ones come before them.
    return n === count - 1 ? (lines.at(-1) ?? null) : n < lines.length - 1 ? (lines[n] ?? null) : null
  }
  return Array.from({ length: count }, (_, n) => {
    const [left, right] = [at(before, n), at(after, n)]
    const changed = left === null || right === null || [...left, ...right].some((part) => part.kind !== 'same')
    return { changed, before: left, after: right }
  })
}

export type Stretch = { readonly kind: 'rows'; readonly rows: readonly Row[] } | { readonly kind: 'skipped'; readonly rows: number }

/**
 * Long unchanged stretches left out.
 * @param around unchanged rows to keep beside each change
 */
export function withoutUnchanged(rows: readonly Row[], around = 2): Stretch[] {
  const kept = new Uint8Array(rows.length)
  for (const [n, row] of rows.entries()) if (row.changed) kept.fill(1, Math.max(0, n - around), n + around + 1)
  const stretches: Stretch[] = []
  for (let from = 0; from < rows.length; ) {
    let end = from
    while (end < rows.length && kept[end] === kept[from]) end++
    // A note "1 line left out" would take the place of the line.
    stretches.push(kept[from] === 1 || end - from === 1 ? { kind: 'rows', rows: rows.slice(from, end) } : { kind: 'skipped', rows: end - from })
    from = end
  }
  return stretches
}
