import sanitizeHtml from 'sanitize-html'
import type { SafeHtml } from '../../domain/notes/markdown.js'
import { safeAddress } from './address.js'

export const ALLOWED_TAGS: readonly string[] = [
  'h2', 'h3', 'h4', 'h5', 'h6', 'p', 'ul', 'ol', 'li', 'blockquote', 'pre', 'code', 'strong', 'em', 'del', 'a', 'br', 'hr',
  'table', 'thead', 'tbody', 'tr', 'th', 'td',
]
export const ALLOWED_CLASSES: readonly string[] = ['align-left', 'align-center', 'align-right']
export const LINK_REL = 'noopener noreferrer nofollow'

const OPTIONS: sanitizeHtml.IOptions = {
  allowedTags: [...ALLOWED_TAGS],
  allowedAttributes: { a: ['href', 'rel'], ol: ['start'] },
  allowedClasses: { th: [...ALLOWED_CLASSES], td: [...ALLOWED_CLASSES] },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowProtocolRelative: false,
  disallowedTagsMode: 'discard',
  nonTextTags: ['script', 'style', 'textarea', 'option', 'noscript', 'xmp', 'iframe', 'noembed', 'noframes', 'plaintext', 'template', 'title', 'svg', 'math'],
  transformTags: {
    a(_tag, { href }) {
      const address = href === undefined ? null : safeAddress(href)
      return { tagName: 'a', attribs: address === null ? {} : { href: address, rel: LINK_REL } }
    },
    ol: (_tag, { start }) => ({ tagName: 'ol', attribs: /^\d{1,9}$/.test(start ?? '') ? { start: start as string } : {} }),
  },
}

/** Keeps what the allow list names and nothing else. Sanitising the result again changes nothing. */
export function sanitise(html: string): SafeHtml {
  return sanitizeHtml(html, OPTIONS) as SafeHtml
}
