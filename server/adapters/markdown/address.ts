const OWN = 'https://portal.invalid'

/**
 * Where a link in a note may lead: the web, a mailbox, or a path of the portal.
 * @returns the address as a browser would understand it, or null: it is then no link
 */
export function safeAddress(href: string): string | null {
  // Browsers drop tabs and line ends inside an address and read "\" as "/": nothing that holds one is what it looks like.
  if (/[\u0000-\u0020\u007f-\u009f\\]/.test(href) || href.length > 2_000) return null
  const own = href.startsWith('/')
  if (!own && !/^(?:https?:\/\/|mailto:)/i.test(href)) return null
  const url = parsed(href)
  if (url === null) return null
  if (own) {
    const path = url.pathname + url.search + url.hash
    return url.origin === OWN && parsed(path)?.origin === OWN && !path.startsWith('//') ? path : null
  }
  // "https://bank.example@elsewhere.example" says one thing and does another.
  if (url.username !== '' || url.password !== '') return null
  return url.href
}

function parsed(href: string): URL | null {
  try {
    return new URL(href, OWN)
  } catch {
    return null
  }
}
