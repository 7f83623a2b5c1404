import { Marked, Tokenizer, type Tokens } from 'marked'
import { safeAddress } from './address.js'

/**
 * Marked, set up for what bank staff write: line ends count, raw HTML is text and not markup, pictures are links.
 * One instance renders one text at a time.
 */
export function parser(): (text: string) => string {
  let outline: number[] = []
  const marked = new Marked({ gfm: true, breaks: true })
  marked.use({
    renderer: {
      heading(token) {
        // Under the page's own h1, and never skipping a level however the author counted.
        while ((outline.at(-1) ?? 0) >= token.depth) outline.pop()
        outline.push(token.depth)
        const level = Math.min(outline.length + 1, 6)
        return `<h${level}>${this.parser.parseInline(token.tokens)}</h${level}>\n`
      },
      html: ({ text }) => escape(text),
      image: ({ href, text }) => link(href, escape(text === '' ? href : text)),
      link({ href, tokens }) {
        return link(href, this.parser.parseInline(tokens))
      },
      code: ({ text }) => `<pre><code>${escape(text)}\n</code></pre>\n`,
      checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
      tablecell(token) {
        const tag = token.header ? 'th' : 'td'
        const align = token.align ? ` class="align-${token.align}"` : ''
        return `<${tag}${align}>${this.parser.parseInline(token.tokens)}</${tag}>\n`
      },
    },
    tokenizer: {
      url(src) {
        return chineseEndsAddress(this, src)
      },
      // One tilde is a range ("5~10 万"), two strike out.
      del(src) {
        return /^~~(?!~)/.test(src) ? false : undefined
      },
      emStrong(src, maskedSrc, prevChar) {
        return Tokenizer.prototype.emStrong.call(this, src, maskedSrc, prevChar) ?? strongBesideChinese(this, src)
      },
    },
  })
  return (text) => {
    outline = []
    return marked.parse(text, { async: false })
  }
}

// Chinese follows an address without a blank; no address as people type them holds it.
function chineseEndsAddress(tokenizer: Tokenizer, src: string): Tokens.Link | undefined {
  const end = src.slice(0, 2_000).search(/[\s\u2018-\u201f\u2026\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]/)
  return Tokenizer.prototype.url.call(tokenizer, end === -1 ? src : src.slice(0, end))
}

/**
 * `这是**重点。**下一句`: CommonMark sees no end of emphasis between punctuation and a letter, because it counts
 * on blanks between words; Chinese has none, so authors would see their asterisks.
 */
function strongBesideChinese(tokenizer: Tokenizer, src: string): Tokens.Strong | undefined {
  const match = /^\*\*(?![\s*])([^*\n\\`[\]<>]{0,200}[^*\s\\`[\]<>])\*\*(?!\*)/.exec(src)
  if (!match || !/[\u3000-\u9fff\uff00-\uffef\u2018-\u201f\u2026]/.test(match[0])) return undefined
  const text = match[1] as string
  return { type: 'strong', raw: match[0], text, tokens: tokenizer.lexer.inlineTokens(text) }
}

/** Words alone where the address is not one we link to; the sanitiser decides again, by the same rule. */
function link(href: string, html: string): string {
  return safeAddress(href) === null ? html : `<a href="${escape(href)}">${html}</a>`
}

export function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
}
