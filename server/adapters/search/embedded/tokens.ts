import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Jieba } from '@node-rs/jieba'
import { fold } from '../../../domain/search/fold.js'
import { pairsOf, runsOf, type Run } from '../../../domain/search/runs.js'

let jieba: Jieba | undefined

/** Made when the first Chinese comes. The package's own way to its dictionary would keep the file in memory, and a second one that nobody needs: 11 MB. */
function segmenter(): Jieba {
  return (jieba ??= Jieba.withDict(readFileSync(createRequire(import.meta.url).resolve('@node-rs/jieba/dict.txt'))))
}

/** Chinese words of a dense run, one after the other, without gaps. */
export function cut(dense: string): string[] {
  return segmenter().cut(dense, true)
}

/** As `cut`, with the shorter words inside longer ones too: 招商 商银 银行 招商银行. */
export function cutFinely(dense: string): string[] {
  return segmenter().cutForSearch(dense, true)
}

/** What the index stores of a text: words as written (folded), Chinese as pairs of neighbouring characters. */
export function pairStream(texts: readonly string[]): string {
  const tokens: string[] = []
  for (const text of texts) {
    for (const run of runsOf(fold(text))) {
      if (run.dense) tokens.push(...pairsOf(run.text))
      else tokens.push(run.text)
    }
  }
  return tokens.join(' ')
}

/** The Chinese words of a text, as the segmenter sees them; kept beside the pairs because both together rank best. */
export function wordStream(text: string): string {
  const tokens: string[] = []
  for (const run of runsOf(fold(text))) if (run.dense) tokens.push(...cutFinely(run.text))
  return tokens.join(' ')
}

/**
 * The tokens that stand one after the other in the index where the text holds these runs in this order.
 * `open`: the last token is only the beginning of one (a single Chinese character, which starts a pair).
 */
export function tokensOf(runs: readonly Run[]): { tokens: string[]; open: boolean } {
  const tokens: string[] = []
  let open = false
  runs.forEach((run, i) => {
    if (!run.dense) return tokens.push(run.text)
    const pairs = pairsOf(run.text)
    const last = i === runs.length - 1
    // Inside a longer sentence the lone last character is not there; only a run that ends in the text has it.
    if (last && pairs.length > 1) pairs.pop()
    open = last && [...run.text].length === 1
    return tokens.push(...pairs)
  })
  return { tokens, open }
}

/** An FTS5 expression; tokens hold letters, digits and marks only, so nothing a person types is ever an operator. */
export function expression(tokens: readonly string[], open = false): string {
  return `"${tokens.join(' ').replaceAll('"', '')}"${open ? ' *' : ''}`
}
