import type { FacetName } from '../../domain/search/entry.js'
import { FACETS } from '../../domain/search/entry.js'
import type { Results } from '../../domain/search/port.js'
import { parseQuery } from '../../domain/search/query.js'
import type { Principal } from '../oracle/principals.js'
import { CUSTOMER_KEYS, curatesText, knowsCustomer, principalsOf, publishedOf, readsPublished, readsText, type World, type WorldNote } from '../oracle/world.js'
import type { Portal } from './portal.js'

/** The topic above, from content/taxonomy.json. */
export const TOPICS = { fees: 'pricing', complaints: 'service' } as const

/** @returns in words, everything somebody finds or is told that the oracle says otherwise of (V1, V2, V5) */
export async function lookedAt(portal: Portal, world: World): Promise<string[]> {
  const wrong = await Promise.all(principalsOf(world).map(async (who) => [
    ...(await searched(portal, world, who)), ...(await counted(portal, world, who)), ...(await opened(portal, world, who)),
  ]))
  return wrong.flat()
}

/** While search has not heard of the last act: "index lag may hide a note; it may never show one". */
export async function lookedAtOnce(portal: Portal, world: World, kind: string): Promise<string[]> {
  const wrong = await Promise.all(principalsOf(world).map(async (who) => {
    const found: string[] = []
    for (const archived of placesOf(world)) {
      const results = await find(portal, who, '', archived)
      if (results.total !== results.hits.length) found.push(`${who.name} is told of ${results.total} and given ${results.hits.length}`)
      for (const { id, kind } of results.hits) {
        const note = world.notes.find((one) => one.id === id)
        if (kind === 'note' && !(note && readsPublished(world, who, note))) found.push(`${who.name} is shown ${called(world, id)} at once after it was closed`)
      }
    }
    for (const key of kind === 'customer' ? CUSTOMER_KEYS : []) {
      const { hits } = await find(portal, who, world.customers[key].word)
      if (hits.length > 0 && !knowsCustomer(world, who, key)) found.push(`${who.name} finds ${hits.map(({ id }) => called(world, id)).join()} by the name of the ${key} customer at once`)
    }
    return found
  }))
  return wrong.flat()
}

async function searched(portal: Portal, world: World, who: Principal): Promise<string[]> {
  const wrong: string[] = []
  const expect = (what: string, { hits, total, corrected }: Results, expected: readonly string[]) => {
    const ids = hits.map(({ id }) => id)
    if (!same(ids, expected) || total !== expected.length) wrong.push(`${who.name} searches ${what}: finds [${ids.map((id) => called(world, id)).join()}] of ${total}, should find [${expected.map((id) => called(world, id)).join()}]`)
    if (expected.length === 0 && corrected.length > 0) wrong.push(`${who.name} searches ${what}: is told of another word`)
  }
  for (const note of world.notes) {
    const shows = readsPublished(world, who, note) ? [note.id] : []
    for (const [at, { word }] of note.texts.entries()) {
      // Once there are many old texts, two of them stand for all.
      if (at !== note.published && at < note.texts.length - 2) continue
      expect(`text ${at + 1} of ${called(world, note.id)}`, await find(portal, who, word, note.archived), at === note.published ? shows : [])
    }
    if (note.archived) expect(`${called(world, note.id)} outside the archive`, await find(portal, who, publishedOf(note).word), [])
  }
  for (const key of CUSTOMER_KEYS) {
    const { id, word } = world.customers[key]
    // Its writer may read a note about a customer they must not know: then none of its customers' names finds it for them.
    const about = world.notes.filter((note) => !note.archived && publishedOf(note).customers.includes(key) && publishedOf(note).customers.every((one) => knowsCustomer(world, who, one)) && readsPublished(world, who, note))
    expect(`the ${key} customer`, await find(portal, who, word), knowsCustomer(world, who, key) ? [id, ...about.map((note) => note.id)] : [])
  }
  return wrong
}

async function counted(portal: Portal, world: World, who: Principal): Promise<string[]> {
  const wrong: string[] = []
  for (const archived of placesOf(world)) {
    const shown = world.notes.filter((note) => note.archived === archived && readsPublished(world, who, note))
    const { total, facets } = await find(portal, who, '', archived, ['note'])
    if (total !== shown.length) wrong.push(`${who.name} is told of ${total} notes${archived ? ' in the archive' : ''}, should be of ${shown.length}`)
    for (const facet of FACETS) {
      const [told, should] = [countsOf(facets[facet]), countsOf(tally(shown.flatMap((note) => valuesOf(world, who, note, facet))))]
      if (told !== should) wrong.push(`${who.name} is told ${facet} ${told || 'nothing'}, should be ${should || 'nothing'}`)
    }
    if (archived) continue
    const sight = portal.sight(who)
    const list = await portal.store.notes.list({ order: 'newest', page: 1, size: 100 }, sight)
    if (list.total !== shown.length || !same(list.rows.map(({ id }) => id), shown.map(({ id }) => id))) wrong.push(`${who.name} has a list of ${list.total}, should be ${shown.length}`)
    const waiting = world.notes.filter((note) => ((note.item.active && !note.item.returned) || note.item.lowering !== null) && curatesText(world, who, note, note.texts[note.item.subject] as WorldNote['texts'][number]))
    const { open } = await portal.store.notes.queueCounts({ me: '', now: portal.now() }, sight)
    if (open !== waiting.length) wrong.push(`${who.name} has a queue of ${open}, should be ${waiting.length}`)
  }
  return wrong
}

/** Each text of each note, and each customer, by its address. */
async function opened(portal: Portal, world: World, who: Principal): Promise<string[]> {
  const wrong: string[] = []
  const sight = portal.sight(who)
  for (const note of world.notes) {
    const seen = await portal.store.notes.get(note.id, sight)
    const told = (seen?.revisions ?? []).map(({ title }) => title)
    const should = note.texts.filter((text) => readsText(world, who, note, text)).map(({ word }) => word)
    const numbers = (words: readonly string[]) => words.map((word) => note.texts.findIndex((text) => text.word === word) + 1).join()
    if (!same(told, should)) wrong.push(`${who.name} reads texts ${numbers(told) || 'none'} of ${called(world, note.id)}, should read ${numbers(should) || 'none'}`)
  }
  for (const key of CUSTOMER_KEYS) {
    const known = (await portal.store.customers.get(world.customers[key].id, sight)) !== null
    if (known !== knowsCustomer(world, who, key)) wrong.push(`${who.name} ${known ? 'knows' : 'does not know'} the ${key} customer`)
  }
  return wrong
}

/** Outside the archive, and in it once anything is there. */
function placesOf(world: World): readonly boolean[] {
  return world.notes.some(({ archived }) => archived) ? [false, true] : [false]
}

/** As the search page asks; every hit is read again through its store. */
async function find(portal: Portal, who: Principal, typed: string, archived = false, kinds: readonly ('note' | 'customer')[] = ['note', 'customer']): Promise<Results> {
  const sight = portal.sight(who)
  return portal.engine.search(parseQuery(typed), sight, { now: portal.now(), hold: portal.hold(), archived, size: 100, kinds: typed === '' ? ['note'] : kinds })
}

function valuesOf(world: World, who: Principal, note: WorldNote, facet: FacetName): readonly string[] {
  const text = publishedOf(note)
  switch (facet) {
    case 'topic': return [text.topic, TOPICS[text.topic as keyof typeof TOPICS]]
    case 'customer': return text.customers.filter((key) => knowsCustomer(world, who, key)).map((key) => world.customers[key].id)
    case 'department': return [note.place.department]
    case 'direction': return ['about']
    case 'nature': return ['experience']
    case 'confidence': return [note.archived ? 'archived' : note.confidence]
    case 'confidentiality': return [note.rights.level]
    case 'tag': return [`tag of ${text.topic}`]
    case 'author': return [text.by]
    case 'year': return ['2026']
    default: return []
  }
}

function tally(values: readonly string[]): readonly { readonly value: string; readonly count: number }[] {
  return [...new Set(values)].map((value) => ({ value, count: values.filter((one) => one === value).length }))
}

function countsOf(counts: readonly { readonly value: string; readonly count: number }[]): string {
  return counts.map(({ value, count }) => `${value} ${count}`).sort().join(', ')
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && new Set(a).size === a.length && a.every((one) => b.includes(one))
}

export function called(world: World, id: string): string {
  const at = world.notes.findIndex((note) => note.id === id)
  if (at >= 0) return `note ${at + 1}`
  return CUSTOMER_KEYS.find((key) => world.customers[key].id === id) ?? 'something unknown'
}
