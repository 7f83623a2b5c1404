/** Rooms of views and the page of help that tells how to go about what is done there; null for what needs none. */
const ROOMS: Readonly<Record<string, string | null>> = {
  search: 'find', notes: 'use-and-answer', customers: 'customers', queue: 'queue', imports: 'import', redaction: 'redact', vocabulary: 'taxonomy',
  gaps: 'taxonomy', record: 'record', admin: 'people', channels: 'digests', notices: 'what-happens-next', outbox: 'mail', me: 'keyboard',
  help: null, password: null, setup: null, 'sign-in': null, errors: null, bench: null,
}

/** Single views that another page tells more about than that of their room. */
const APART: Readonly<Record<string, string>> = {
  'notes/new': 'write', 'notes/mine': 'what-happens-next', 'notes/revision': 'who-can-read',
  'queue/decide': 'rate', 'queue/merge': 'decide', 'queue/both': 'decide', 'queue/cover': 'cover', 'queue/short-of-curators': 'cover',
  'admin/departments': 'departments-and-teams',
}

/**
 * Where "Help" leads from a page: to what somebody who stands there may want to know.
 * @returns a path of the portal
 * @throws Error for a room that nobody thought of
 */
export function helpOf(view: string): string {
  const slug = view in APART ? APART[view] : ROOMS[view.slice(0, view.indexOf('/'))]
  if (slug === undefined) throw new Error(`no help is named for the views of ${view}: say in help-of.ts which, or null`)
  return slug === null ? '/help' : `/help/${slug}`
}
