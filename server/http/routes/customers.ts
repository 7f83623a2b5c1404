import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { addCustomer, changeCustomer } from '../../domain/customers/change-customer.js'
import { CUSTOMER_KINDS, knowers, type Customer } from '../../domain/customers/customer.js'
import type { Outcome, Refusals } from '../../domain/people/refusal.js'
import { mayAttempt } from '../../domain/policy/roles.js'
import { standingApart } from '../../domain/policy/rules.js'
import { customerOf, roomAround } from '../customer-room.js'
import { listOnRecord } from '../list-reads.js'
import { namesOnRecord } from '../names-read.js'
import { grantNew, grantOn, roleFacts } from '../note-room.js'
import { isPartial } from '../origin.js'
import { curatorsAsked, customerForm, entryFrom, fieldsOfCustomer, type CustomerFormTask } from '../present/customer-form.js'
import { customerPage, customerRow, customerSheet, notesAbout, viewFrom } from '../present/customer-page.js'
import { labelsOf } from '../present/labels.js'
import { one, type Fields } from '../present/note-fields.js'
import { personChoice, rechosen, settledChoice } from '../present/person-choice.js'
import { pagesOf } from '../present/pages.js'
import { me } from '../session.js'

const SIZE = 30
/** Notes on the sheet one prints before a meeting. */
const ON_PAPER = 30

export function customers(app: FastifyInstance): void {
  app.get<{ Querystring: Asked }>('/customers', { config: { allow: 'customer.read' } }, async (request, reply) => {
    const { house } = request
    const asked = askedFor(request.query)
    const found = await house.customers.list(asked, request.sight())
    await listOnRecord(request, { customers: found.rows })
    const counts = await Promise.all(found.rows.map(({ id }) => house.notes.count({ customer: id, order: 'newest', page: 1, size: 1 }, request.sight())))
    const query = new URLSearchParams(Object.entries({ q: asked.text ?? '', kind: asked.kind ?? '', segment: asked.segment ?? '', team: asked.team ?? '' }).filter(([, value]) => value !== ''))
    const model = {
      total: found.total,
      narrowed: query.size > 0,
      rows: found.rows.map((customer, n) => customerRow(request, customer, counts[n] ?? 0)),
      pages: pagesOf(`/customers?${query.toString()}`, asked.page, SIZE, found.total),
    }
    if (isPartial(request)) return reply.fragment('customers/_results', model)
    return reply.page('customers/index', { title: request.say('customers.title'), ...model, ...offered(request, asked), q: asked.text ?? '', canImport: mayAttempt(me(request), 'import.run', house.people.directory(), house.clock.today()) })
  })

  app.get<{ Querystring: { name?: string } }>('/customers/new', { config: { allow: 'customer.create' } }, async (request, reply) =>
    show(request, reply, { name: request.query.name ?? '' }, newTask([])))

  app.post('/customers', { config: { allow: 'customer.create', many: ['curators'] } }, async (request, reply) => {
    const { house } = request
    const { fields, refusals: unclear } = settled(request)
    if (unclear.length > 0) return show(request, reply.code(422), fields, newTask(unclear))
    const entry = entryFrom(fields)
    const namesakes = entry.name.trim() === '' || one(fields, 'another') === 'yes' ? [] : await house.customers.named(entry.name.trim(), request.sight())
    await namesOnRecord(request, namesakes)
    const id = house.ids.next()
    const grant = grantNew(request, 'customer.create', id)
    const outcome = addCustomer(grant, id, entry, await roomAround(request, entry.number, null))
    const refusals = [...(outcome.ok ? [] : outcome.refusals), ...(namesakes.length > 0 ? [{ at: 'name', code: 'customers.name.exists', with: { count: namesakes.length } }] : [])]
    if (!outcome.ok || refusals.length > 0) return show(request, reply.code(422), fields, { ...newTask(refusals), namesakes })
    await house.customers.add(grant, outcome.value)
    await house.record.append({ at: house.clock.now(), who: grant.who, did: 'customer.created', thing: { kind: 'customer', id }, ...(entry.restricted && { to: 'restricted' }), via: 'page', request: request.id })
    return seeOrLeave(request, reply, id, 'customers.said.created')
  })

  // The form comes back with a curator found, chosen or taken off again. Nothing is kept.
  app.post('/customers/form', { config: { allow: 'customer.create', many: ['curators'] } }, async (request, reply) => {
    const asked = curatorsAsked(request, (request.body ?? {}) as Fields)
    const fields = rechosen((request.body ?? {}) as Fields, asked)
    if (isPartial(request)) return reply.fragment('parts/_choose', personChoice(request, fields, asked))
    const edited = one(fields, 'customer')
    return show(request, reply, fields, edited === '' ? newTask([]) : asSeen(await customerOf(request, edited), fields, []))
  })

  app.get<{ Params: { id: string }; Querystring: { direction?: string; confidence?: string; page?: string } }>('/customers/:id', { config: { allow: 'customer.read' } }, async (request, reply) => {
    const customer = await customerOf(request)
    const view = viewFrom(request.query)
    const found = await notesAbout(request, customer, view)
    await listOnRecord(request, { notes: found.rows, customers: [customer] })
    const model = await customerPage(request, customer, view, found)
    if (isPartial(request)) return reply.fragment('customers/_notes', { customer: model })
    return reply.page('customers/show', { title: customer.name, customer: model })
  })

  app.get<{ Params: { id: string }; Querystring: { direction?: string; confidence?: string } }>('/customers/:id/print', { config: { allow: 'customer.read' } }, async (request, reply) => {
    const customer = await customerOf(request)
    const found = await request.house.notes.list({ customer: customer.id, order: 'trust', page: 1, size: ON_PAPER }, request.sight())
    await listOnRecord(request, { notes: found.rows, customers: [customer] }, 'thing.printed')
    return reply.page('customers/print', { title: customer.name, sheet: await customerSheet(request, customer, found.rows), left: found.total - found.rows.length })
  })

  app.get('/customers/:id/edit', { config: { allow: 'customer.edit' } }, async (request, reply) => {
    const customer = await customerOf(request)
    return show(request, reply, fieldsOfCustomer(customer), editTask(customer, []))
  })

  app.post<{ Params: { id: string } }>('/customers/:id', { config: { allow: 'customer.edit', many: ['curators'] } }, async (request, reply) => {
    const { house } = request
    const customer = await customerOf(request)
    const { fields, refusals: unclear } = settled(request)
    if (unclear.length > 0) return show(request, reply.code(422), fields, asSeen(customer, fields, unclear))
    const entry = entryFrom(fields)
    const grant = grantOn(request, 'customer.edit', standingApart(customer.id, roleFacts(request)))
    const room = await roomAround(request, entry.number, customer.id)
    let before = customer
    const outcome = await house.customers.change(grant, (now): Outcome<Customer> => {
      before = now
      if (String(now.version) !== one(fields, 'version')) return { ok: false, refusals: [{ at: '', code: 'customers.changed' }] }
      return changeCustomer(now, grant, entry, room)
    })
    if (!outcome.ok) {
      const conflict = outcome.refusals.some(({ code }) => code === 'customers.changed')
      return show(request, reply.code(conflict ? 409 : 422), fields, editTask(conflict ? await customerOf(request) : customer, outcome.refusals), conflict)
    }
    const at = house.clock.now()
    const entryOf = { at, who: grant.who, thing: { kind: 'customer', id: customer.id }, via: 'page', request: request.id } as const
    await house.record.append({ ...entryOf, did: 'customer.changed' })
    if (knowers(before) !== knowers(entry)) await house.record.append({ ...entryOf, did: 'customer.restricted_changed', from: knowers(before), to: knowers(entry) })
    return seeOrLeave(request, reply, customer.id, 'customers.said.changed')
  })
}

function settled(request: FastifyRequest) {
  const fields = (request.body ?? {}) as Fields
  return settledChoice(request, fields, curatorsAsked(request, fields))
}

type Asked = { readonly q?: string; readonly kind?: string; readonly segment?: string; readonly team?: string; readonly page?: string }

function askedFor({ q, kind, segment, team, page }: Asked) {
  const text = (q ?? '').trim().slice(0, 200)
  const known = CUSTOMER_KINDS.find((one) => one === kind)
  return {
    ...(text !== '' && { text }), ...(known && { kind: known }), ...(segment && { segment }), ...(team && { team }),
    order: 'name' as const, page: /^[1-9]\d{0,4}$/.test(page ?? '') ? Number(page) : 1, size: SIZE,
  }
}

/** The filters above the list. */
function offered(request: FastifyRequest, asked: ReturnType<typeof askedFor>) {
  const labels = labelsOf(request)
  const directory = request.house.people.directory()
  return {
    kinds: CUSTOMER_KINDS.map((value) => ({ value, label: request.say(`customers.kind.${value}`), checked: value === asked.kind })),
    segments: request.house.vocabularies.vocabulary().offered('segments').map((term) => ({ value: term.key, label: labels.of(term), checked: term.key === asked.segment })),
    teams: [...directory.teams.values()].map(({ id }) => ({ value: id, label: labels.team(id), checked: id === asked.team })),
  }
}

function newTask(refusals: Refusals): CustomerFormTask {
  return { action: '/customers', back: '/customers', id: '', version: null, refusals, namesakes: [] }
}

function editTask(customer: Customer, refusals: Refusals): CustomerFormTask {
  return { action: `/customers/${customer.id}`, back: `/customers/${customer.id}`, id: customer.id, version: customer.version, refusals, namesakes: [] }
}

/** The version that was seen stays: whoever changed the customer meanwhile is not overwritten. */
function asSeen(customer: Customer, fields: Fields, refusals: Refusals): CustomerFormTask {
  return { ...editTask(customer, refusals), version: Number(one(fields, 'version')) || customer.version }
}

async function show(request: FastifyRequest, reply: FastifyReply, fields: Fields, task: CustomerFormTask, conflict = false): Promise<FastifyReply> {
  const title = request.say(task.version === null ? 'customers.new.title' : 'customers.edit.title')
  const theirs = conflict ? customerRow(request, await customerOf(request), 0) : null
  return reply.page('customers/form', { title, form: customerForm(request, fields, task), theirs })
}

/** Whoever has just closed a customer to themselves is not sent to a page that is not there for them any more. */
async function seeOrLeave(request: FastifyRequest, reply: FastifyReply, id: string, said: string): Promise<FastifyReply> {
  const still = await request.house.customers.get(id, request.sight())
  return still ? reply.flash(said).seeOther(`/customers/${id}`) : reply.flash('customers.said.closed').seeOther('/customers')
}
