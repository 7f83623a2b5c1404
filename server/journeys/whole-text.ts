/** For tests: a text that says by itself whether it is whole, and is long enough that half of it would be noticed. */
export function wholeText(nonce: string): string {
  return `${`${nonce} was here. `.repeat(1 + (parseInt(nonce.slice(-4).replace('-', ''), 16) % 200))}The end.`
}

export function isWhole(text: string): boolean {
  return text === wholeText(text.slice(0, text.indexOf(' ')))
}
