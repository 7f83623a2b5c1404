import { MAX_TITLE_LENGTH } from './words.js'

declare const sanitised: unique symbol

/** HTML that came out of the sanitiser; the only kind a view may print unescaped. */
export type SafeHtml = string & { readonly [sanitised]: true }

/** What notes need of a Markdown renderer. Preview and page use the same one. */
export interface Markdown {
  /** Never throws on any text; what cannot be rendered in time comes back as plain text, escaped. */
  render(text: string): SafeHtml | Promise<SafeHtml>
  plain(text: string): string
  /** Makes ready what the first text would wait for; called once the server listens. */
  warm(): void
}

/**
 * The first line that says something, without Markdown.
 * @returns at most 120 UTF-16 units, cut between words (English) or characters (Chinese); '' for a text without words
 */
export function titleOf(text: string): string {
  for (const line of text.split('\n', 200)) {
    const title = oneLine(plainText(line.slice(0, 2_000)))
    if (/[\p{L}\p{N}]/u.test(title)) return cut(title, MAX_TITLE_LENGTH)
  }
  return cut(oneLine(plainText(text.slice(0, 2_000))), MAX_TITLE_LENGTH)
}

/**
 * The text in one line for lists and digests, without Markdown.
 * @param max UTF-16 units
 */
export function gist(text: string, max: number): string {
  return cut(oneLine(plainText(text.slice(0, max * 4 + 2_000))), max)
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

function cut(line: string, max: number): string {
  if (line.length <= max) return line
  let end = 0
  for (const { index, segment } of new Intl.Segmenter('zh', { granularity: 'word' }).segment(line.slice(0, max + 40))) {
    if (index + segment.length > max - 1) break
    end = index + segment.length
  }
  if (end === 0) {
    for (const { index, segment } of new Intl.Segmenter('zh', { granularity: 'grapheme' }).segment(line.slice(0, max))) {
      if (index + segment.length > max - 1) break
      end = index + segment.length
    }
  }
  return `${line.slice(0, end).trimEnd()}…`
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ', '#39': "'" }

/**
 * The words of a Markdown text, for search, gists and text mail. Every step reads the text once, so it needs no
 * time limit; it approximates the renderer and its result is text, to be escaped like any other.
 */
export function plainText(text: string): string {
  return text
    .split(/\r\n?|\n/)
    .filter((line) => !isOrnament(line))
    .map((line) => inline(withoutLineMarks(line)))
    .join('\n')
}

/** Rules, code fences, underlines of headings, the line under a table's head. */
function isOrnament(line: string): boolean {
  if (!/^[\s>]*[`~=*_|:-]/.test(line)) return false
  const bare = line.replace(/[\s>]+/g, '')
  return /^(?:`{3,}[\w+-]*|~{3,}[\w+-]*|-{3,}|={3,}|\*{3,}|_{3,})$/.test(bare) || (/^[|:-]+$/.test(bare) && bare.includes('|') && bare.includes('-'))
}

function withoutLineMarks(line: string): string {
  const rest = line.replace(/^(?:\s*(?:>|[-*+](?=\s)|\d{1,9}[.)](?=\s)))*\s*/, '').replace(/^#{1,6}(?:\s+|$)/, '').replace(/^\[[ xX]\]\s+/, '')
  return rest.startsWith('|') ? rest.replace(/^\|\s*/, '').replace(/\s*\|\s*$/, '').replace(/\s*(?<!\\)\|\s*/g, ' · ') : rest
}

function inline(line: string): string {
  // Most lines have nothing of what follows in them.
  if (!/[[<`*_~\\&]/.test(line)) return line
  return line
    .replace(/!?\[([^[\]]{0,500})\]\([^()\s]{0,2000}(?:\s+"[^"]{0,200}")?\)/g, '$1')
    .replace(/!?\[([^[\]]{1,500})\]\[[^[\]]{0,200}\]/g, '$1')
    .replace(/<((?:https?:\/\/|mailto:)[^<>\s]{1,2000})>/g, '$1')
    .replace(/(?<!\\)(`+)(?!`)/g, '')
    .replace(/(?<!\\)(?:\*\*|__|~~)(?=\S)|(?<=[^\s\\])(?:\*\*|__|~~)/g, '')
    .replace(/(?<![\\\w])[*_](?=[^\s*_])|(?<=[^\s*_\\])[*_](?!\w)/g, '')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1')
    .replace(/&(amp|lt|gt|quot|nbsp|#39);/g, (whole, name: string) => ENTITIES[name] ?? whole)
}
