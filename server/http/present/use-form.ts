import type { FastifyRequest } from 'fastify'
import type { Customer } from '../../domain/customers/customer.js'
import type { NoteSeen } from '../../domain/notes/seen.js'
import { done, refused, type Outcome, type Refusals } from '../../domain/people/refusal.js'
import { sayRefusals } from '../form.js'
import { customersShown, namesOnRecord } from '../names-read.js'
import { labelsOf } from './labels.js'
import { one, type Fields } from './note-fields.js'

/**
 * "I used this", with the customers it may have been used for: those of the note, and whoever is found for what is typed.
 * @param own the customers of the note that this viewer may know
 */
export async function useForm(request: FastifyRequest, note: NoteSeen, own: ReadonlyMap<string, Customer>, fields: Fields = {}, refusals: Refusals = []) {
  const typed = one(fields, 'customerText').trim()
  const found = typed === '' ? [] : (await request.house.customers.list({ text: typed, order: 'name', page: 1, size: 8 }, request.sight())).rows.filter((each) => usable(note, each))
  await namesOnRecord(request, found)
  const before = one(fields, 'customer') === '' ? [] : [...(await customersShown(request, [one(fields, 'customer')])).values()].filter((each) => usable(note, each))
  const ofNote = note.shown.about.customers.flatMap((id) => own.get(id) ?? [])
  const choices = [...new Map([...ofNote, ...before, ...found].map((each) => [each.id, each])).values()]
  const chosen = before[0]?.id ?? (found.length === 1 ? found[0]?.id : undefined)
  const labels = labelsOf(request)
  return {
    href: `/notes/${note.id}/reuses`,
    open: refusals.length > 0,
    outcome: one(fields, 'outcome'),
    text: one(fields, 'text'),
    typed,
    choices: choices.map((each) => ({ id: each.id, name: each.name, note: [each.aliases[0], labels.team(each.team)].filter(Boolean).join(' · '), checked: each.id === chosen })),
    none: chosen === undefined,
    nothing: typed !== '' && found.length === 0,
    refusal: sayRefusals(request, refusals).find(({ at }) => at === 'use-customer')?.text ?? '',
  }
}

/** Whom the note was used for, of those this viewer may know: chosen, or typed so that it can mean only one. */
export async function usedFor(request: FastifyRequest, note: NoteSeen, fields: Fields): Promise<Outcome<string | null>> {
  const { customers } = request.house
  const [id, typed] = [one(fields, 'customer'), one(fields, 'customerText').trim()]
  if (id !== '') {
    const chosen = (await customers.some([id], request.sight())).get(id)
    // One that is hidden and one that does not exist get the same words.
    return chosen && usable(note, chosen) ? done(chosen.id) : refused('use-customer', 'community.reuse.customer_unknown')
  }
  if (typed === '') return done(null)
  const named = (await customers.named(typed, request.sight())).filter((each) => usable(note, each))
  return named.length === 1 && named[0] ? done(named[0].id) : refused('use-customer', 'notes.customers.which', { name: typed })
}

/** What is said of a restricted customer stays on notes about them, which follow that customer's rule. */
function usable(note: NoteSeen, customer: Customer): boolean {
  return !customer.restricted || note.revisions.some(({ about }) => about.customers.includes(customer.id))
}
