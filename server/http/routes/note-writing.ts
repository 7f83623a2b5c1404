import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { changedTexts } from '../present/changed-texts.js'
import { editNote } from '../../domain/notes/edit-note.js'
import { findIdentifiers, maskIdentifiers } from '../../domain/notes/identifiers.js'
import { withoutGuidance } from '../../domain/notes/guidance.js'
import { titleOf } from '../../domain/notes/markdown.js'
import { postNote } from '../../domain/notes/post-note.js'
import type { NoteSeen } from '../../domain/notes/seen.js'
import type { Refusals } from '../../domain/people/refusal.js'
import { may } from '../../domain/policy/grant.js'
import { noteIdFrom } from '../note-id.js'
import { circumstancesOf, grantNew, grantOn, isConflict, noteOf } from '../note-room.js'
import { isPartial } from '../origin.js'
import { fieldsToEdit, many, one, writingFrom, type Fields } from '../present/note-fields.js'
import { customerPart, linesOf, namedPart, noteForm, templateGuidance, templateText, type FormTask } from '../present/note-form.js'
import { me } from '../session.js'
import { similarTo } from '../similar.js'
import { settledNames, unclearNames } from '../typed-names.js'
import { readOnRecord } from './notes.js'

const MANY = ['customer', 'product', 'named', 'steward'] as const
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

export function noteWriting(app: FastifyInstance): void {
  app.get<{ Querystring: { customer?: string; template?: string; draft?: string; body?: string } }>('/notes/new', { config: { allow: 'note.post' } }, async (request, reply) => {
    const { house } = request
    const draft = UUID.test(request.query.draft ?? '') ? await house.drafts.get(request.query.draft as string, me(request).id) : null
    if (draft?.edits) return reply.seeOther(`/notes/${draft.edits.note}/edit?draft=${draft.id}`)
    const fields: Fields = draft?.fields ?? {
      ...(await remembered(request)),
      body: request.query.template ? templateText(request.readerLanguage(), request.query.template) : (request.query.body ?? ''),
      customer: request.query.customer ?? [],
    }
    return show(request, reply, fields, newTask(request, draft?.id ?? house.ids.next(), [], draft?.savedAt ?? null))
  })

  app.post('/notes', { config: { allow: 'note.post', many: MANY } }, async (request, reply) => {
    const fields = await settledNames(request)
    const draft = draftIn(fields) ?? request.house.ids.next()
    const id = noteIdFrom(draft, me(request).id)
    const unclear = unclearNames(fields)
    const typed = writingFrom(fields)
    const writing = { ...typed, body: withoutGuidance(typed.body, templateGuidance()) }
    const around = await circumstancesOf(request, writing, one(fields, 'identifiersKept') === 'yes')
    const { writer } = around
    const team = writer.teams.find((t) => t === one(fields, 'team')) ?? writer.teams[0] ?? null
    const grant = grantNew(request, 'note.post', id)
    const posting = { id, item: request.house.ids.next(), home: { department: writer.department, team }, titleFromText: titleOf(writing.body), key: id }
    const outcome = unclear.length > 0 ? { ok: false as const, refusals: unclear } : postNote(grant, writing, posting, around)
    if (!outcome.ok) return show(request, reply.code(422), fields, newTask(request, draft, outcome.refusals, null))
    await request.house.notes.add(grant, outcome.value)
    await request.house.drafts.drop(draft, writer.id)
    return reply.flash(outcome.value.governance === 'review_first' ? 'notes.said.posted_review_first' : 'notes.said.posted').seeOther(`/notes/${id}`)
  })

  app.get<{ Params: { id: string }; Querystring: { draft?: string } }>('/notes/:id/edit', { config: { allow: 'note.edit' } }, async (request, reply) => {
    const note = await noteOf(request)
    const task = editTask(request, note, [])
    // The form holds the text as it stands.
    await readOnRecord(request, note)
    const drafts = (await request.house.drafts.list(me(request).id)).filter((d) => d.edits?.note === note.id)
    const draft = drafts.find((d) => d.id === request.query.draft) ?? drafts[0]
    if (!draft) return show(request, reply, fieldsToEdit(baseOf(note)), task)
    const edits = task.edits && draft.edits ? { ...task.edits, revision: draft.edits.revision } : task.edits
    return show(request, reply, draft.fields, { ...task, edits, draft: draft.id, savedAt: draft.savedAt })
  })

  app.post<{ Params: { id: string } }>('/notes/:id/revisions', { config: { allow: 'note.edit', many: MANY } }, async (request, reply) => {
    const note = await noteOf(request)
    const { house } = request
    const fields = await settledNames(request)
    const seen = Number(one(fields, 'revision'))
    // A form without the revision it was made on could overwrite anything.
    if (!Number.isSafeInteger(seen) || seen < 1) return show(request, reply.code(409), fields, editTask(request, note, [{ at: '', code: 'notes.revision_missing' }]), note)
    const suggestion = !may(request.viewer, 'note.edit', note.standing)
    const grant = suggestion ? grantOn(request, 'note.suggest', note.standing, seen) : grantOn(request, 'note.edit', note.standing, seen)
    const unclear = unclearNames(fields)
    const writing = writingFrom(fields)
    const around = await circumstancesOf(request, writing, one(fields, 'identifiersKept') === 'yes')
    const ids = { item: house.ids.next(), titleFromText: titleOf(writing.body) }
    const outcome = unclear.length > 0
      ? { ok: false as const, refusals: unclear }
      : await house.notes.change(grant, (now) => editNote(now, grant, writing, ids, around))
    if (!outcome.ok) {
      const conflict = isConflict(outcome)
      // Whoever was first may have been so after this note was read: both texts are those of now.
      const now = conflict ? await noteOf(request) : note
      const task = { ...editTask(request, now, outcome.refusals), draft: draftIn(fields) ?? house.ids.next() }
      return show(request, reply.code(conflict ? 409 : 422), fields, conflict || !task.edits ? task : { ...task, edits: { ...task.edits, revision: seen } }, conflict ? now : undefined)
    }
    const draft = draftIn(fields)
    if (draft) await house.drafts.drop(draft, me(request).id)
    return reply.flash(note.confidence === 'validated' ? 'notes.said.edit_waits' : 'notes.said.edited').seeOther(`/notes/${note.id}`)
  })

  // The form comes back with one thing done to it: a heading added, a customer chosen, identifiers masked. Nothing is kept.
  app.post<{ Querystring: { part?: string; note?: string } }>('/notes/form', { config: { allow: 'note.post', many: MANY } }, async (request, reply) => {
    const fields = await reshaped(request, request.body as Fields)
    if (isPartial(request) && request.query.part === 'customers') return reply.fragment('notes/_customers', { customers: await customerPart(request, fields), refusal: '' })
    if (isPartial(request) && request.query.part === 'named') return reply.fragment('parts/_choose', namedPart(request, fields, 'writing', '/notes/form'))
    const noteId = one(fields, 'edits')
    if (UUID.test(noteId)) {
      const task = editTask(request, await noteOf(request, noteId), [])
      return show(request, reply, fields, { ...task, draft: draftIn(fields) ?? task.draft, edits: task.edits && { ...task.edits, revision: Number(one(fields, 'revision')) || task.edits.revision } })
    }
    return show(request, reply, fields, newTask(request, draftIn(fields) ?? request.house.ids.next(), [], null))
  })

  app.post('/notes/preview', { config: { allow: 'note.post', many: MANY } }, async (request, reply) => {
    const fields = request.body as Fields
    const html = await request.house.markdown.render(one(fields, 'body'))
    const model = { html, heading: one(fields, 'title') || titleOf(one(fields, 'body')) }
    if (isPartial(request)) return reply.fragment('notes/_preview', model)
    const noteId = one(fields, 'edits')
    const task = UUID.test(noteId) ? editTask(request, await noteOf(request, noteId), []) : newTask(request, draftIn(fields) ?? request.house.ids.next(), [], null)
    return show(request, reply, fields, task, undefined, model)
  })

  app.post('/drafts', { config: { allow: 'note.post', many: MANY } }, async (request, reply) => {
    const { house } = request
    const fields = request.body as Fields
    const owner = me(request).id
    const savedAt = house.clock.now()
    const id = draftIn(fields) ?? house.ids.next()
    const note = one(fields, 'edits')
    const before = await house.drafts.get(id, owner)
    const { _csrf: _token, ...kept } = fields as Record<string, string | readonly string[]>
    await house.drafts.keep({
      schema: 1, id, version: (before?.version ?? 0) + 1, owner, savedAt, fields: kept,
      edits: UUID.test(note) ? { note, revision: Number(one(fields, 'revision')) || 1 } : null,
    })
    if (!isPartial(request)) return reply.flash('notes.said.draft_kept').seeOther('/notes')
    const text = `${one(fields, 'title')}\n${one(fields, 'body')}`
    return reply.fragment('notes/_lines', {
      lines: linesOf(request, fields, findIdentifiers(text).length), savedAt, alike: await similarTo(request, text, UUID.test(note) ? note : null, id),
    })
  })

  app.post<{ Params: { id: string } }>('/drafts/:id/removal', { config: { allow: 'note.post' } }, async (request, reply) => {
    if (UUID.test(request.params.id)) await request.house.drafts.drop(request.params.id, me(request).id)
    return reply.flash('notes.said.draft_dropped').seeOther('/notes')
  })
}

async function show(
  request: FastifyRequest, reply: FastifyReply, fields: Fields, task: FormTask, conflict?: NoteSeen, preview: { html: string; heading: string } | null = null,
): Promise<FastifyReply> {
  if (conflict) await readOnRecord(request, conflict)
  const form = await noteForm(request, fields, task)
  const title = request.say(task.edits ? (task.edits.suggestion ? 'notes.suggest.title' : 'notes.edit.title') : 'notes.new.title')
  return reply.page('notes/new', {
    title, form, preview, section: task.edits ? null : 'mine', alike: [], conflict: conflict ? { ...changedTexts(baseOf(conflict).body, one(fields, 'body')), own: baseOf(conflict).by === me(request).id } : null,
    routes: routesElsewhere(request),
  })
}

/** What does not belong here at all, and where it goes instead. */
function routesElsewhere(request: FastifyRequest): { readonly label: string; readonly to: string }[] {
  const zh = request.readerLanguage() === 'zh'
  return request.house.vocabularies.vocabulary().offered('topics').flatMap((topic) => (topic.route_to ? [{ label: zh ? topic.zh : topic.en, to: zh ? topic.route_to.zh : topic.route_to.en }] : []))
}

function newTask(request: FastifyRequest, draft: string, refusals: Refusals, savedAt: string | null): FormTask {
  return { action: '/notes', draft, edits: null, department: me(request).department, refusals, savedAt }
}

function editTask(request: FastifyRequest, note: NoteSeen, refusals: Refusals): FormTask {
  const suggestion = !may(request.viewer, 'note.edit', note.standing)
  if (suggestion) grantOn(request, 'note.suggest', note.standing)
  return {
    action: `/notes/${note.id}/revisions`, draft: request.house.ids.next(), department: note.home.department, refusals, savedAt: null,
    edits: { note: note.id, revision: note.revision, suggestion },
  }
}

function baseOf(note: NoteSeen) {
  return note.pending ?? note.shown
}

/** The last choice of how one learned something is likely to be the next. */
async function remembered(request: FastifyRequest): Promise<Record<string, string>> {
  const [mine] = await request.house.notes.rows({ writer: me(request).id, order: 'newest', page: 1, size: 1 }, request.sight())
  const last = mine?.revisions.filter((r) => r.by === me(request).id).at(-1)
  if (!last) return {}
  const { touchpoint, firsthand } = last.source
  return { touchpoint: touchpoint ?? '', firsthand: firsthand === null ? '' : firsthand ? 'yes' : 'no' }
}

function draftIn(fields: Fields): string | null {
  const draft = one(fields, 'draft')
  return UUID.test(draft) ? draft : null
}

async function reshaped(request: FastifyRequest, typed: Fields): Promise<Fields> {
  const fields: Record<string, string | readonly string[]> = { ...typed }
  const without = (name: string, value: string) => (fields[name] = many(fields, name).filter((each) => each !== value))
  const prompt = one(fields, 'prompt')
  if (prompt !== '') fields['body'] = `${one(fields, 'body').trimEnd()}\n\n${prompt}\n\n`.replace(/^\n+/, '')
  if (one(fields, 'mask') !== '') {
    fields['body'] = maskIdentifiers(one(fields, 'body'))
    fields['title'] = maskIdentifiers(one(fields, 'title'))
  }
  if (one(fields, 'addCustomer') !== '') {
    fields['customer'] = [...many(fields, 'customer'), one(fields, 'addCustomer')]
    fields['customerText'] = ''
  }
  if (one(fields, 'dropCustomer') !== '') without('customer', one(fields, 'dropCustomer'))
  if (one(fields, 'addNamed') !== '') {
    fields['named'] = [...many(fields, 'named'), one(fields, 'addNamed')]
    fields['namedText'] = ''
  }
  if (one(fields, 'dropNamed') !== '') without('named', one(fields, 'dropNamed'))
  for (const done of ['prompt', 'mask', 'addCustomer', 'dropCustomer', 'addNamed', 'dropNamed']) delete fields[done]
  return fields
}
