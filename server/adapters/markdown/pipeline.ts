import { Marked } from 'marked'
import type { SafeHtml } from '../../domain/notes/markdown.js'
import { escape, parser } from './parser.js'
import { sanitise } from './sanitise.js'

/** Part of every cache key: raise it with any change to what comes out. */
export const RENDERER_VERSION = 1

/** HTML longer than this is not a note but an attack (reference definitions multiply): shown as plain text. UTF-16 units. */
export const MAX_HTML = 1_000_000

const MAX_CELLS = 20_000

/** @throws RangeError when lists or quotes nest too deep for the parser, or the result is too long */
export function renderNow(text: string): SafeHtml {
  if (multiplies(text) || nestsTooDeep(text)) throw new RangeError('the text would grow out of proportion')
  const html = parse(text)
  if (html.length > MAX_HTML) throw new RangeError('the rendered text is too long')
  return sanitise(html)
}

const parse = parser()

/** Two ways in which 50 kB of Markdown become gigabytes: short rows of a wide table, and many uses of one long definition. */
function multiplies(text: string): boolean {
  let columns = 0
  let cells = 0
  let longest = 0
  for (const line of text.split('\n')) {
    if (line.trim() === '') columns = 0
    else if (/^[\s>|:-]+$/.test(line) && line.includes('-')) columns = Math.max(columns, line.split('|').length)
    else cells += columns
    longest = Math.max(longest, line.length)
  }
  return cells > MAX_CELLS || (text.includes(']:') && longest * (text.split('[').length - 1) > MAX_HTML)
}

// Each level of quotes and lists keeps a copy of everything inside it.
function nestsTooDeep(text: string): boolean {
  const marks = /^[ \t]*(?:(?:>|[-*+][ \t]|\d{1,9}[.)][ \t])[ \t]*){60}/m
  return marks.test(text)
}

/** The text as it was typed, escaped: what readers get of a text that cannot be rendered in time. */
export function asTyped(text: string): SafeHtml {
  const paragraphs = text.replace(/\r\n?/g, '\n').split(/\n{2,}/).filter((paragraph) => paragraph.trim() !== '')
  return paragraphs.map((paragraph) => `<p>${escapeText(paragraph.trim()).replace(/\n/g, '<br />')}</p>\n`).join('') as SafeHtml
}

// Like the sanitiser, which leaves quotes in text alone: plain text too is a fix-point.
function escapeText(text: string): string {
  return escape(text).replace(/&quot;/g, '"').replace(/\0/g, '')
}

/** For the test that the Content-Security-Policy alone stops every payload: marked as it comes, nothing taken out. */
export function renderWithoutSanitiser(text: string): SafeHtml {
  return new Marked({ gfm: true }).parse(text, { async: false }) as SafeHtml
}
