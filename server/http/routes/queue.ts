import type { FastifyInstance, FastifyRequest } from 'fastify'
import { classifyNote, type Retagging } from '../../domain/curation/classify-note.js'
import type { NoteQuery, QueueTab } from '../../domain/notes/port.js'
import type { NoteSeen } from '../../domain/notes/seen.js'
import type { Refusals } from '../../domain/people/refusal.js'
import { deskSight } from '../../domain/policy/readable.js'
import { permit } from '../../domain/policy/grant.js'
import { QUEUE_TABS, applied, listOnRecord, named, queryOfWithin, queueAddress, queueQuery, withinFrom } from '../curation-room.js'
import { sayRefusals } from '../form.js'
import { labelsOf } from '../present/labels.js'
import { many, one, type Fields } from '../present/note-fields.js'
import { noteRows } from '../present/note-rows.js'
import { pagesOf } from '../present/pages.js'
import { queueFilters, queueRow } from '../present/queue-page.js'
import { me } from '../session.js'
import { pageIn } from './notes.js'

const SIZE = 30
/** The most notes that one press classifies. */
const MOST_AT_ONCE = 200
const CONFIDENCES = ['validated', 'not_validated', 'wip'] as const

export function queue(app: FastifyInstance): void {
  app.get('/queue', { config: { allow: 'note.curate' } }, async (request, reply) => {
    const { house } = request
    const within = withinFrom(request.query as Fields)
    const page = pageIn(one(request.query as Fields, 'page'))
    const query = queueQuery(request, within, page, SIZE)
    const [counts, found, reasons] = await Promise.all([
      countsOf(request), house.notes.queue(query, request.sight()), house.notes.queueReasons(query, request.sight()),
    ])
    // The last page may have been emptied by the very decisions that lead back to it.
    if (found.rows.length === 0 && found.total > 0) return reply.seeOther(queueAddress(within))
    await listOnRecord(request, found.rows)
    const labels = labelsOf(request)
    const filters = queueFilters(request, within, labels, reasons)
    return reply.page('queue/index', {
      title: request.say('curation.title'),
      tabs: tabsOf(request, counts, within.tab),
      filters,
      rows: found.rows.map((note) => queueRow(request, note, within, labels)),
      bulk: bulkPart(request, queueAddress(within)),
      nothing: {
        icon: 'queue',
        title: request.say(filters.inForce ? 'curation.none.filtered' : `curation.none.${within.tab}`),
        text: request.say(filters.inForce ? 'curation.none.filtered_text' : 'curation.none.text'),
        links: filters.inForce ? [{ href: filters.clear, label: request.say('frame.chips.clear'), primary: false }] : [],
      },
      pages: pagesOf(`/queue?${queryOfWithin(within)}`, page, SIZE, found.total),
      total: found.total,
    })
  })

  // Everything of one's own desk, decided or not: where knowledge is put in order, many notes at a time.
  app.get('/queue/desk', { config: { allow: 'note.curate' } }, async (request, reply) => {
    const { house } = request
    const fields = request.query as Fields
    const within = withinFrom(fields)
    const page = pageIn(one(fields, 'page'))
    const query = deskQuery(request, fields, page)
    const [counts, found] = await Promise.all([countsOf(request), house.notes.list(query, deskSight(request.sight()))])
    if (found.rows.length === 0 && found.total > 0) return reply.seeOther('/queue/desk')
    await listOnRecord(request, found.rows)
    const rows = await noteRows(request, found.rows)
    const address = `/queue/desk?${new URLSearchParams(Object.entries({ department: within.department, topic: within.topic, level: within.level, confidence: one(fields, 'confidence'), tag: one(fields, 'tag') }).filter(([, value]) => value !== ''))}`
    const filters = queueFilters(request, within)
    return reply.page('queue/desk', {
      title: request.say('curation.desk.title'),
      tabs: tabsOf(request, counts, 'desk'),
      filters: {
        ...filters,
        inForce: filters.inForce || one(fields, 'confidence') !== '' || one(fields, 'tag') !== '',
        tag: one(fields, 'tag'),
        confidences: CONFIDENCES.map((value) => ({ value, label: request.say(`frame.confidence.${value}`), checked: value === one(fields, 'confidence') })),
      },
      rows: rows.map((row, i) => ({ ...row, id: found.rows[i]?.id ?? '', tags: found.rows[i]?.shown.about.tags ?? [] })),
      bulk: bulkPart(request, address),
      nothing: { icon: 'notes', title: request.say('curation.none.desk'), text: request.say('curation.none.filtered_text'), links: [{ href: '/queue/desk', label: request.say('frame.chips.clear'), primary: false }] },
      pages: pagesOf(address, page, SIZE, found.total),
      total: found.total,
    })
  })

  app.post('/queue/classification', { config: { allow: 'note.classify', many: ['note'] } }, async (request, reply) => {
    const { house } = request
    const fields = (request.body ?? {}) as Fields
    const ids = many(fields, 'note').slice(0, MOST_AT_ONCE)
    const to = retaggingFrom(fields)
    const back = one(fields, 'back')
    if (ids.length === 0) return reply.flash('curation.bulk.nothing_marked', {}, 'warning').seeOther(back)
    if (Object.keys(to).length === 0) return reply.flash('curation.bulk.nothing_chosen', {}, 'warning').seeOther(back)
    const shown: NoteSeen[] = []
    const outcomes: { href: string; heading: string; done: boolean; text: string }[] = []
    let unseen = 0
    for (const id of ids) {
      const note = await house.notes.get(id, request.sight())
      if (!note) {
        unseen += 1
        continue
      }
      shown.push(note)
      const result = await classifyOne(request, note, to)
      outcomes.push({ href: `/notes/${id}`, heading: note.shown.title, done: result === null, text: result === null ? request.say('curation.bulk.done') : sayRefusals(request, named(request, result))[0]?.text ?? '' })
    }
    const failed = outcomes.filter((outcome) => !outcome.done).length
    if (failed === 0 && unseen === 0) return reply.flash('curation.bulk.all_done', { count: outcomes.length }).seeOther(back)
    await listOnRecord(request, shown)
    return reply.page('queue/classified', { title: request.say('curation.bulk.title'), outcomes, unseen, done: outcomes.length - failed, back })
  })
}

async function classifyOne(request: FastifyRequest, note: NoteSeen, to: Retagging): Promise<Refusals | null> {
  const { house } = request
  const permission = permit(request.viewer, 'note.classify', note.standing)
  if (!permission.ok) return permission.refusals
  const { grant } = permission
  const outcome = await applied(request, grant, (now) => classifyNote(now, grant, to, house.vocabularies.vocabulary(), house.clock.now(), false))
  return outcome.ok ? null : outcome.refusals
}

/** What the form asks for; nothing is taken off but tags. */
export function retaggingFrom(fields: Fields): Retagging {
  const list = (name: string) => one(fields, name).split(/[,，、;；\n]/).map((tag) => tag.trim()).filter((tag) => tag !== '')
  const topic = one(fields, 'setTopic')
  const added = list('addTags')
  const removed = list('removeTags')
  const products = many(fields, 'addProduct')
  return {
    ...(topic !== '' && { topic }),
    ...(added.length > 0 && { addTags: added }),
    ...(removed.length > 0 && { removeTags: removed }),
    ...(products.length > 0 && { addProducts: products }),
  }
}

function bulkPart(request: FastifyRequest, back: string) {
  const labels = labelsOf(request)
  const vocabulary = request.house.vocabularies.vocabulary()
  return {
    back,
    topics: vocabulary.offered('topics').filter((topic) => !topic.route_to).map((topic) => ({ value: topic.key, label: topic.parent ? `— ${labels.of(topic)}` : labels.of(topic) })),
    products: vocabulary.offered('products').map((term) => ({ value: term.key, label: labels.of(term) })),
  }
}

/** How much stands in each tab of the reader's queue. */
function countsOf(request: FastifyRequest): Promise<Readonly<Record<QueueTab, number>>> {
  return request.house.notes.queueCounts({ me: me(request).id, now: request.house.clock.now() }, request.sight())
}

function tabsOf(request: FastifyRequest, counts: Readonly<Record<string, number>>, now: string) {
  return [
    ...QUEUE_TABS.map((tab) => ({ href: tab === 'open' ? '/queue' : `/queue?tab=${tab}`, label: request.say(`curation.tab.${tab}`), count: counts[tab] ?? 0, counted: true, current: tab === now })),
    { href: '/queue/desk', label: request.say('curation.tab.desk'), count: 0, counted: false, current: now === 'desk' },
  ]
}

function deskQuery(request: FastifyRequest, fields: Fields, page: number): NoteQuery {
  const within = queueQuery(request, withinFrom(fields), page, SIZE)
  const confidence = CONFIDENCES.find((each) => each === one(fields, 'confidence'))
  return {
    order: 'newest', page, size: SIZE,
    ...(within.departments && { departments: within.departments }),
    ...(within.topics && { topics: within.topics }),
    ...(within.level && { levels: [within.level] }),
    ...(confidence && { confidences: [confidence] }),
    ...(one(fields, 'tag') !== '' && { tag: one(fields, 'tag').trim().toLowerCase() }),
  }
}

