import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Refusals } from '../../domain/people/refusal.js'
import type { StaffPlan } from '../../domain/policy/import-staff.js'
import type { StaffImport } from '../../domain/policy/staff-import.js'
import { Missing } from '../faults.js'
import { sayRefusals } from '../form.js'
import { idIn } from '../note-room.js'
import { isPartial } from '../origin.js'
import { handOf } from '../people-room.js'
import { one, type Fields } from '../present/note-fields.js'
import { staffColumns, staffReport } from '../present/staff-report.js'
import { staffTaken, staffTold } from '../present/staff-told.js'
import { me } from '../session.js'
import { MOST_STAFF_BYTES, checkStaff, importStaff, keepStaff, readStaff } from '../staff-room.js'
import { uploadOf, type UploadedFile } from '../upload.js'

const ALLOW = 'people.administer'
const PAST = 10

interface Looked {
  readonly plan: StaffPlan
  /** null when there is nothing to take */
  readonly kept: StaffImport | null
  /** what would come of it when it was looked at before is not what would come of it now */
  readonly differs?: boolean
}

/** A file of staff: looked through first, then taken as a whole or not at all; then people are told, beside the pages. */
export function staffImport(app: FastifyInstance): void {
  app.get('/admin/people/import', { config: { allow: ALLOW } }, async (request, reply) => show(request, reply, null, []))

  app.post('/admin/people/import', { config: { allow: ALLOW, upload: true } }, async (request, reply) => {
    const { file } = await uploadOf(request)
    const bytes = file ? await allOf(file) : null
    if (!bytes) return show(request, reply.code(422), null, [{ at: 'file', code: 'imports.file.missing' }])
    const read = await readStaff(request.house, bytes)
    if (!read.ok) return show(request, reply.code(422), null, read.refusals)
    const plan = await checkStaff(request.house, me(request), read.value)
    return show(request, reply.code(plan.refused ? 422 : 200), await looked(request, plan, bytes), [])
  })

  app.post('/admin/people/import/run', { config: { allow: ALLOW } }, async (request, reply) => {
    const { house } = request
    const kept = house.staffImports.get(one((request.body ?? {}) as Fields, 'import'))
    if (kept && kept.owner === me(request).id && staffTaken(request).includes(kept)) return reply.seeOther(`/admin/people/import/${kept.id}`)
    const bytes = kept && kept.owner === me(request).id ? await house.staffImports.paper(kept.id, 'file') : null
    if (!kept || !bytes) return show(request, reply.code(422), null, [{ at: 'file', code: 'staff.file.gone' }])
    const read = await readStaff(house, bytes)
    if (!read.ok) return show(request, reply.code(422), null, read.refusals)
    const { plan, what } = await importStaff(house, me(request), read.value, handOf(request), { checked: kept })
    if (plan && what === 'refused') return show(request, reply.code(422), { plan, kept: null }, [])
    if (plan && (what === 'differs' || what === 'unchanged')) return show(request, reply.code(409), { ...(await looked(request, plan, bytes)), differs: true }, [])
    await house.staffImports.dropFile(kept.id)
    return reply.flash('staff.said.done', { added: kept.counts.added, changed: kept.counts.changed }).seeOther(`/admin/people/import/${kept.id}`)
  })

  app.get('/admin/people/import/:id', { config: { allow: ALLOW } }, async (request, reply) => {
    const taken = staffTaken(request).find(({ id }) => id === idIn(request))
    if (!taken) throw new Missing()
    const told = staffTold(request, taken)
    if (isPartial(request)) return reply.fragment('admin/_staff-told', { told })
    return reply.page('admin/staff-told', { title: request.say('staff.told.title'), told })
  })
}

/** What can be taken is kept until it is: what is imported is what was looked at. */
async function looked(request: FastifyRequest, plan: StaffPlan, bytes: Uint8Array): Promise<Looked> {
  const news = plan.lines.some(({ what }) => what === 'added' || what === 'changed')
  return { plan, kept: !plan.refused && news ? await keepStaff(request.house, me(request), plan, bytes) : null }
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

async function show(request: FastifyRequest, reply: FastifyReply, looked: Looked | null, refusals: Refusals): Promise<FastifyReply> {
  return reply.page('admin/staff-import', {
    title: request.say('staff.title'),
    refusals: sayRefusals(request, refusals),
    refusal: sayRefusals(request, refusals).find(({ at }) => at === 'file')?.text ?? '',
    columns: staffColumns(request),
    megabytes: MOST_STAFF_BYTES / 1024 / 1024,
    report: looked && staffReport(request, looked.plan),
    differs: looked?.differs ?? false,
    kept: looked?.kept?.id ?? '',
    past: staffTaken(request).slice(0, PAST).map((taken) => staffTold(request, taken)),
  })
}
