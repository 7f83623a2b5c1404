import type { FastifyRequest } from 'fastify'
import type { Notice } from '../../domain/community/notice.js'
import type { ShownNotice } from '../../domain/community/show-notices.js'
import { me } from '../session.js'
import { languageOf, type Labels } from './labels.js'

/** One line of the notices. */
export function noticeRow(request: FastifyRequest, { notice, note }: ShownNotice, labels: Labels) {
  const hidden = notice.about.kind === 'note' && note === null
  return {
    id: notice.id,
    at: notice.at,
    unread: notice.readAt === null,
    // What it says of a note that they may not read any more would tell of that note.
    text: hidden ? request.say('notices.hidden') : sentence(request, notice, labels),
    href: hidden ? '' : hrefOfNotice(notice),
    heading: headingOf(request, notice, note?.shown.title ?? ''),
    lang: note ? languageOf(note.shown.title + note.shown.body) : request.readerLanguage(),
  }
}

/** Where a notice leads; empty when it leads nowhere. The page there asks the law by itself. */
export function hrefOfNotice({ about, kind, with: values }: Notice): string {
  if (about.kind === 'note') return CURATORS_KINDS.has(kind) ? `/queue/${about.id}` : `/notes/${about.id}`
  // Of an address only its owner is told, and there they say whether it is theirs.
  if (kind === 'rights_changed' && String(values['changes']).split(',').includes('email')) return '/me'
  if (about.kind === 'import') return `/notices/imports/${about.id}`
  return about.kind === 'channel' ? `/channels/${about.id}` : ''
}

const CURATORS_KINDS = new Set<Notice['kind']>(['resubmitted', 'claim_taken_over', 'says_too_much', 'escalated', 'redaction_proposed', 'lowering_asked', 'lowering_refused'])

function headingOf(request: FastifyRequest, notice: Notice, title: string): string {
  if (notice.about.kind === 'import') return request.say('notices.see_import')
  if (notice.about.kind !== 'channel') return title
  const channel = request.house.post.channels.get(notice.about.id)
  return channel ? request.say('notices.see_channel', { name: channel.name }) : request.say('notices.gone')
}

function sentence(request: FastifyRequest, notice: Notice, labels: Labels): string {
  const values: Record<string, string | number> = {
    who: notice.by === '' ? request.say(notice.kind === 'channel_paused' ? 'notices.by_link' : 'notes.the_portal') : labels.person(notice.by),
    whose: notice.about.kind === 'person' ? labels.person(notice.about.id) : '',
  }
  for (const [name, value] of Object.entries(notice.with)) values[name] = said(request, name, value, labels)
  return request.say(`notices.kind.${variant(request, notice)}`, values)
}

/** Rights of one's own or of somebody else, a note, a channel or customers handed over: each its own sentence. */
function variant(request: FastifyRequest, { kind, about, with: values }: Notice): string {
  if (kind === 'rights_changed' && about.id !== me(request).id) return 'rights_changed_other'
  if (kind === 'handed_over' && about.kind === 'channel') return 'handed_over_channel'
  if (kind === 'handed_over' && about.kind === 'person') return values['to'] === me(request).id ? 'handed_over_customers' : 'handed_over_customers_other'
  return kind
}

function said(request: FastifyRequest, name: string, value: string | number, labels: Labels): string | number {
  if (typeof value === 'number') return value
  switch (name) {
    case 'audience': return request.say(`frame.audience.${value}`)
    case 'level': return request.say(`frame.level.${value}`)
    case 'to': return labels.person(value)
    case 'department': return labels.department(value)
    case 'before':
    case 'above': return labels.department(value)
    case 'outcome': return labels.closed('outcomes', value)
    case 'reason': return labels.reason('flag', value)
    case 'code': return labels.reason('return', value)
    case 'changes': return value.split(',').map((right) => request.say(`notices.right.${right}`)).join(labels.zh ? '、' : ', ')
    default: return value
  }
}
