const MARKS = /[*_~`[\]<>|&\\!(+#:=-]|\d[.)]\s/g
const MOST_CHARACTERS = 8_000
const MOST_MARKS = 250

/**
 * Is the text so short and so plain that rendering it cannot hold up the server? Marked's worst cases grow with the
 * square of the marks in the text (measured: 4 000 characters of `(__a` take 150 ms), so marks are counted.
 */
export function isSimple(text: string): boolean {
  if (text.length > MOST_CHARACTERS) return false
  let marks = 0
  MARKS.lastIndex = 0
  while (MARKS.test(text)) if (++marks > MOST_MARKS) return false
  return true
}
