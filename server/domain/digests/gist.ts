import { lexer, type Token } from 'marked'

const READ = 2_000

/**
 * The first line of a note as plain words, for a mail: no Markdown, no line break, cut at a word or sentence.
 * @param max in characters; Chinese, which says more in one, gets half of them
 */
export function gistOf(body: string, title: string, max = 160): string {
  const seen = fold(title)
  const cut = /…\s*$/u.test(title)
  // Where the title was left to us it is the first line: saying it twice tells nothing.
  for (const line of linesOf(body.slice(0, READ))) {
    if (fold(line) !== seen && !(cut && fold(line).startsWith(seen))) return shortened(line, /\p{Script=Han}/u.test(line) ? Math.ceil(max / 2) : max)
  }
  return ''
}

/** One line of plain characters: nothing that could break a subject, a header or the direction of reading. */
export function plainLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ').replace(/\s+/g, ' ').trim()
}

function linesOf(body: string): string[] {
  const lines: string[] = []
  for (const token of lexer(body)) {
    if (token.type === 'code' || token.type === 'html' || token.type === 'hr' || token.type === 'def') continue
    for (const line of wordsOf([token]).split('\n')) {
      const plain = plainLine(line)
      if (plain !== '') lines.push(plain)
    }
  }
  return lines
}

function wordsOf(tokens: readonly Token[]): string {
  return tokens.map((token): string => {
    if (token.type === 'image' || token.type === 'html') return ''
    if (token.type === 'br' || token.type === 'space') return '\n'
    if (token.type === 'list') return token['items'].map((item: Token) => `${wordsOf([item])}\n`).join('')
    if (token.type === 'table') return `${token['header'].map((cell: { text: string }) => cell.text).join(' · ')}\n`
    if ('tokens' in token && token.tokens) return wordsOf(token.tokens)
    return 'text' in token ? unescaped(token.text) : ''
  }).join('')
}

/** marked leaves the entities of the source as they are written; the mail's own template escapes anew. */
function unescaped(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ENTITIES[name] as string)
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

function shortened(line: string, max: number): string {
  const characters = [...line]
  if (characters.length <= max) return line
  const head = characters.slice(0, max).join('')
  const sentence = Math.max(head.lastIndexOf('. '), head.lastIndexOf('。'), head.lastIndexOf('！'), head.lastIndexOf('？'))
  if (sentence > head.length / 2) return head.slice(0, sentence + 1)
  const word = head.lastIndexOf(' ')
  return `${head.slice(0, word > head.length / 2 ? word : head.length).replace(/[\s,，、;；:：]+$/u, '')}…`
}

function fold(text: string): string {
  return plainLine(text).replace(/[\s.。…!！?？]+$/u, '').toLowerCase()
}
