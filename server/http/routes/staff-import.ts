import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Refusals } from '../../domain/people/refusal.js'
import { STAFF_COLUMNS, type StaffPlan } from '../../domain/policy/import-staff.js'
import { sayRefusals } from '../form.js'
import { handOf } from '../people-room.js'
import { one, type Fields } from '../present/note-fields.js'
import { staffReport } from '../present/staff-report.js'
import { me } from '../session.js'
import { MOST_STAFF_BYTES, STAFF_WORDS, checkStaff, importStaff, readStaff } from '../staff-room.js'
import { uploadOf, type UploadedFile } from '../upload.js'

const ALLOW = 'people.administer'

/** A file of staff: looked through first, then taken as a whole or not at all. */
export function staffImport(app: FastifyInstance): void {
  app.get('/admin/people/import', { config: { allow: ALLOW } }, async (request, reply) => show(request, reply, null, '', []))

  app.post('/admin/people/import', { config: { allow: ALLOW, upload: true } }, async (request, reply) => {
    const { file } = await uploadOf(request)
    const bytes = file ? await allOf(file) : null
    if (!bytes) return show(request, reply.code(422), null, '', [{ at: 'file', code: 'imports.file.missing' }])
    const read = await readStaff(request.house, bytes)
    if (!read.ok) return show(request, reply.code(422), null, '', read.refusals)
    const plan = checkStaff(request.house, me(request), read.value)
    // Carried by the page itself: what is imported is what was looked at, and nothing waits on the server.
    return show(request, reply.code(plan.refused ? 422 : 200), plan, bytes.toString('base64'), [])
  })

  app.post('/admin/people/import/run', { config: { allow: ALLOW }, bodyLimit: 3 * MOST_STAFF_BYTES }, async (request, reply) => {
    const bytes = Buffer.from(one((request.body ?? {}) as Fields, 'file'), 'base64')
    const read = await readStaff(request.house, bytes)
    if (!read.ok) return show(request, reply.code(422), null, '', read.refusals)
    const { plan } = await importStaff(request.house, me(request), read.value, handOf(request))
    if (plan.refused) return show(request, reply.code(422), plan, '', [])
    const count = (what: string) => plan.lines.filter((line) => line.what === what).length
    return reply.flash('staff.said.done', { added: count('added'), changed: count('changed') }).seeOther('/admin/people')
  })
}

/** One byte more than is allowed is enough to know. */
async function allOf(file: UploadedFile): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of file.content) {
    length += piece.length
    if (length <= MOST_STAFF_BYTES + 1) pieces.push(piece)
    else if (length - piece.length <= MOST_STAFF_BYTES) pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

async function show(request: FastifyRequest, reply: FastifyReply, plan: StaffPlan | null, file: string, refusals: Refusals): Promise<FastifyReply> {
  return reply.page('admin/staff-import', {
    title: request.say('staff.title'),
    refusals: sayRefusals(request, refusals),
    refusal: sayRefusals(request, refusals).find(({ at }) => at === 'file')?.text ?? '',
    columns: STAFF_COLUMNS.map((column) => STAFF_WORDS.columns[column].find((name) => request.readerLanguage() === 'zh' === /\p{Script=Han}/u.test(name)) ?? column).join(', '),
    megabytes: MOST_STAFF_BYTES / 1024 / 1024,
    report: plan && staffReport(request, plan),
    file: plan && !plan.refused ? file : '',
  })
}
