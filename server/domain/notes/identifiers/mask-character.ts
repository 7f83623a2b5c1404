/**
 * What stands for a hidden character. Not an asterisk: two numbers masked with `****` in one paragraph become
 * bold text in Markdown, and the asterisks are gone.
 */
export const MASK = '•'

/** Hides every character of the text that is a letter or a digit and that `keep` does not want, by its place among them. */
export function hide(text: string, keep: (place: number, of: number) => boolean): string {
  const hidden = /[\p{L}\p{N}]/u
  const characters = [...text]
  const of = characters.filter((character) => hidden.test(character)).length
  let place = 0
  return characters.map((character) => (!hidden.test(character) || keep(place++, of) ? character : MASK)).join('')
}
