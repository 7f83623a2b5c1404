import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { stringify } from 'csv-stringify/sync'
import { acceptImport, standingToBatch } from '../../domain/curation/accept-import.js'
import { MOST_BYTES, type Batch } from '../../domain/curation/import-batch.js'
import type { Mapping } from '../../domain/curation/import-mapping.js'
import { beginBatch, newBatch } from '../../domain/curation/new-batch.js'
import { guarded } from '../../domain/customers/customer-row.js'
import { done, refused, type Outcome, type Refusal } from '../../domain/people/refusal.js'
import type { Reliability } from '../../domain/notes/words.js'
import { AUDIENCES, LEVELS } from '../../domain/policy/level.js'
import { standingApart } from '../../domain/policy/rules.js'
import { Forbidden, Missing } from '../faults.js'
import { sayRefusals } from '../form.js'
import { listOnRecord } from '../list-reads.js'
import { grantNew, grantOn, idIn, roleFacts } from '../note-room.js'
import { isPartial } from '../origin.js'
import { OWN, homeFrom, importForm, proposalFrom, type ImportKind } from '../present/import-form.js'
import { acceptForm, importPage, importRow, reportLine } from '../present/import-page.js'
import { wrongRowsFile } from '../present/left-out-file.js'
import { one, type Fields } from '../present/note-fields.js'
import { me } from '../session.js'
import { uploadOf, type Upload } from '../upload.js'

/** Files of notes and customers: looked through first, written when all rows are good, accepted once by somebody else. */
export function imports(app: FastifyInstance): void {
  app.get('/imports', { config: { allow: 'import.run' } }, async (request, reply) => {
    const batches = await request.house.imports.parts.batches.list(request.sight())
    return reply.page('imports/index', { title: request.say('imports.title'), rows: batches.slice(0, 200).map((batch) => importRow(request, batch)) })
  })

  for (const kind of ['notes', 'customers'] as const) {
    app.get(`/imports/new/${kind}`, { config: { allow: 'import.run' } }, async (request, reply) => show(request, reply, kind, {}, []))

    app.post(`/imports/new/${kind}`, { config: { allow: 'import.run', upload: true } }, async (request, reply) => {
      const upload = await uploadOf(request, ['mappingFile'])
      const outcome = await batchFrom(request, kind, upload)
      if (!outcome.ok) return show(request, reply.code(422), kind, upload.fields, outcome.refusals)
      const { desk, batch, bytes } = { desk: request.house.imports, ...outcome.value }
      await desk.parts.batches.add(grantNew(request, 'import.run', batch.id), batch, bytes)
      desk.check(batch)
      return reply.seeOther(`/imports/${batch.id}`)
    })
  }

  app.get('/imports/:id', { config: { allow: 'import.run' } }, async (request, reply) => {
    const batch = await batchOf(request)
    if (isPartial(request)) return reply.fragment('imports/_batch', { batch: await importPage(request, batch) })
    return page(request, reply, batch, {}, [])
  })

  app.get('/imports/:id/report', { config: { allow: 'import.run' } }, async (request, reply) => {
    const batch = await batchOf(request)
    const header = ['imports.report.line', 'imports.report.what', 'imports.report.why'].map((key) => request.say(key))
    const lines = batch.report.map((line) => reportLine(request, line)).map(({ line, whatLabel, text }) => [String(line), whatLabel, text].map(guarded))
    await reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="import-report-${batch.id}.csv"`)
      .send(stringify([header, ...lines], { bom: true }))
    return reply
  })

  // The rows that are wrong or were left out, as they stand in the file, with the reason in front: to be mended and sent again.
  app.get('/imports/:id/left-out', { config: { allow: 'import.run' } }, async (request, reply) => {
    const { house } = request
    const batch = await ownBatch(request)
    const wrong = batch.leftOut?.rows.length
      ? batch.leftOut
      : batch.state === 'checked' ? await house.imports.wrongRows(batch, new Set(batch.report.filter(({ what }) => what === 'refused').map(({ line }) => line))) : null
    if (!wrong || wrong.rows.length === 0) throw new Missing()
    await house.record.append({ at: house.clock.now(), who: me(request).id, did: 'thing.exported', thing: { kind: 'import', id: batch.id }, to: `rows,${wrong.rows.length}`, via: 'page', request: request.id })
    const { text, ending } = wrongRowsFile(request, batch, wrong)
    await reply
      .type(ending === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8')
      .header('content-disposition', `attachment; filename="left-out-${batch.id}.${ending}"`)
      .send(text)
    return reply
  })

  // Only the importer begins, takes up again, or throws away; everybody else who sees the batch is told so.
  app.post('/imports/:id/run', { config: { allow: 'import.run' } }, async (request, reply) => {
    const batch = await ownBatch(request)
    const desk = request.house.imports
    if (batch.state === 'running' || batch.state === 'checking') {
      if (batch.state === 'running') desk.run(batch)
      else desk.check(batch)
      return reply.seeOther(`/imports/${batch.id}`)
    }
    const grant = grantOn(request, 'import.run', standingApart(batch.id, roleFacts(request)))
    const fields = (request.body ?? {}) as Fields
    const leaving = one(fields, 'wrong') === 'leave_out' ? { by: me(request).id, at: request.house.clock.now(), rows: Number(one(fields, 'count')) } : null
    const outcome = await desk.parts.batches.change(grant, (now) => beginBatch(now, leaving))
    if (!outcome.ok) return page(request, reply.code(outcome.refusals.some(({ code }) => code === 'imports.left_out.changed') ? 409 : 422), await batchOf(request), {}, outcome.refusals)
    desk.run(outcome.value)
    return reply.seeOther(`/imports/${batch.id}`)
  })

  app.post('/imports/:id/removal', { config: { allow: 'import.run' } }, async (request, reply) => {
    const batch = await ownBatch(request)
    if (batch.state !== 'checked' && batch.state !== 'failed') return page(request, reply.code(422), batch, {}, [{ at: '', code: 'imports.run.not_ready' }])
    await request.house.imports.parts.batches.drop(grantOn(request, 'import.run', standingApart(batch.id, roleFacts(request))))
    return reply.flash('imports.said.dropped').seeOther('/imports')
  })

  app.post('/imports/:id/acceptance', { config: { allow: 'import.accept' } }, async (request, reply) => {
    const { house } = request
    const batch = await batchOf(request)
    const fields = (request.body ?? {}) as Fields
    const standing = standingToBatch(batch, me(request).id, request.sight())
    if (standing.author) throw new Forbidden('imports.accept.own')
    if (!standing.curator) throw new Forbidden('policy.curators_only')
    const grant = grantOn(request, 'import.accept', standing)
    const outcome = await house.imports.parts.batches.change(grant, (now) => acceptImport(now, grant, decisionFrom(fields), house.clock.today(), house.clock.now()))
    if (!outcome.ok) return page(request, reply.code(422), await batchOf(request), fields, outcome.refusals)
    house.imports.accept(outcome.value)
    return reply.flash('imports.said.accepting').seeOther(`/imports/${batch.id}`)
  })
}

async function batchFrom(request: FastifyRequest, kind: ImportKind, { fields, file }: Upload): Promise<Outcome<{ batch: Batch; bytes: Buffer }>> {
  const { house } = request
  const bytes = file ? await wholeOf(file.content) : Buffer.alloc(0)
  const mapping = kind === 'notes' ? mappingFrom(request, fields) : null
  if (mapping && !mapping.ok) return mapping
  const made = newBatch(house.ids.next(), me(request), {
    fileName: file?.name ?? '', bytes: bytes.length, source: one(fields, 'source').trim(),
    notes: mapping ? { mapping: mapping.value, home: homeFrom(fields), proposed: proposalFrom(fields) } : null,
  }, { people: house.people.directory(), vocabulary: house.vocabularies.vocabulary(), today: house.clock.today(), now: house.clock.now() })
  if (!made.ok) return made
  const opened = await house.imports.table(made.value, bytes)
  return opened.ok ? done({ batch: made.value, bytes }) : opened
}

async function wholeOf(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const read: Uint8Array[] = []
  for await (const chunk of content) read.push(chunk)
  return Buffer.concat(read)
}

function mappingFrom(request: FastifyRequest, fields: Fields): Outcome<Mapping> {
  const { mappings } = request.house.imports.parts
  const key = one(fields, 'mapping')
  const own = one(fields, 'mappingFile')
  if (key === OWN && own.trim() === '') return refused('mapping', 'imports.mapping.missing')
  const mapping = key === OWN ? mappings.read(own) : (mappings.shipped().find((one) => one.key === key) ?? null)
  if (!mapping) return refused('mapping', key === OWN ? 'imports.mapping.unreadable' : 'imports.mapping.unknown')
  return done(mapping)
}

function decisionFrom(fields: Fields): Parameters<typeof acceptImport>[2] {
  const level = LEVELS.find((known) => known === one(fields, 'level')) ?? 'confidential'
  return {
    ratings: { value: Number(one(fields, 'value')), correctness: Number(one(fields, 'correctness')), reliability: one(fields, 'reliability') as Reliability, ease: Number(one(fields, 'ease')) },
    audience: AUDIENCES.find((known) => known === one(fields, 'audience')) ?? 'private',
    level: level === 'restricted' ? 'confidential' : level,
    reviewOn: one(fields, 'reviewOn'),
  }
}

/** @throws Missing for an unknown batch and for one this viewer may not know of, alike */
async function batchOf(request: FastifyRequest): Promise<Batch> {
  const batch = await request.house.imports.parts.batches.get(idIn(request), request.sight())
  if (!batch) throw new Missing()
  return batch
}

async function ownBatch(request: FastifyRequest): Promise<Batch> {
  const batch = await batchOf(request)
  if (batch.owner !== me(request).id) throw new Forbidden('imports.run.own_only')
  return batch
}

async function show(request: FastifyRequest, reply: FastifyReply, kind: ImportKind, fields: Fields, refusals: readonly Refusal[]): Promise<FastifyReply> {
  return reply.page('imports/new', { title: request.say(`imports.new.${kind}`), crumbs: crumbs(request), form: importForm(request, kind, fields, refusals), megabytes: MOST_BYTES / 1024 / 1024 })
}

async function page(request: FastifyRequest, reply: FastifyReply, batch: Batch, fields: Fields, refusals: readonly Refusal[]): Promise<FastifyReply> {
  const decide = await acceptForm(request, batch, fields)
  if (decide) await listOnRecord(request, { notes: decide.notes.rows })
  return reply.page('imports/show', { title: batch.fileName, crumbs: crumbs(request), batch: await importPage(request, batch), decide, refusals: sayRefusals(request, refusals) })
}

function crumbs(request: FastifyRequest): readonly { readonly href: string; readonly label: string }[] {
  return [{ href: '/imports', label: request.say('imports.title') }]
}
