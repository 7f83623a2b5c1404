import type { FastifyRequest } from 'fastify'
import { labelsOf } from './labels.js'

/**
 * Marks of redaction in rendered Markdown, as boxes with words in the reader's language. Only marks this note really
 * has: one that somebody typed stays text. Tags are passed over, so nothing is ever put into an attribute.
 */
export function withMarks(request: FastifyRequest, html: string, marks: readonly string[]): string {
  if (marks.length === 0) return html
  return html.split(/(<[^>]*>)/).map((part) => {
    if (part.startsWith('<')) return part
    return marks.reduce((text, mark) => text.replaceAll(mark, `<span class="removed">${escaped(markInWords(request, mark))}</span>`), part)
  }).join('')
}

/** The same in a text without markup: a title, a comment. */
export function textWithMarks(request: FastifyRequest, text: string, marks: readonly string[]): string {
  return marks.reduce((so, mark) => so.replaceAll(mark, `[${markInWords(request, mark)}]`), text)
}

function markInWords(request: FastifyRequest, mark: string): string {
  const [, day = '', reason = ''] = /^\[抹除 (\S+) (\S+)\]$/.exec(mark) ?? []
  return request.say('redaction.mark', { day, reason: labelsOf(request).reason('redaction', reason) })
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
}
