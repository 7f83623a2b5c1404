import type { FastifyRequest } from 'fastify'
import { readFileSync } from 'node:fs'
import { findIdentifiers } from '../../domain/notes/identifiers.js'
import { ableStewards } from '../../domain/notes/writing.js'
import type { Refusals } from '../../domain/people/refusal.js'
import type { Party } from '../../domain/policy/access.js'
import { AUDIENCES, LEVELS, type Audience, type Level } from '../../domain/policy/level.js'
import { sayRefusals } from '../form.js'
import { customersShown, namesOnRecord } from '../names-read.js'
import { me } from '../session.js'
import { labelsOf } from './labels.js'
import { keysNow, many, one, type Fields, AUDIENCE_BY_DEFAULT, LEVEL_BY_DEFAULT } from './note-fields.js'
import { OFFERED, peopleFound } from './people-found.js'
import { ROOT } from '../../root.js'

export interface FormTask {
  /** where it is sent */
  readonly action: string
  readonly draft: string
  /** of an edit */
  readonly edits: { readonly note: string; readonly revision: number; readonly suggestion: boolean } | null
  /** department of the note's home */
  readonly department: string
  readonly refusals: Refusals
  readonly savedAt: string | null
}

/** The form as typed, with everything it offers. */
export async function noteForm(request: FastifyRequest, typed: Fields, task: FormTask) {
  const { house } = request
  const labels = labelsOf(request)
  const vocabulary = house.vocabularies.vocabulary()
  const fields = keysNow(typed, vocabulary)
  const refusals = sayRefusals(request, task.refusals).map((r) => (r.at === '' ? r : { ...r, href: `#${FOCUS[r.at] ?? r.at}` }))
  const at = Object.fromEntries(FIELDS.map((name) => [name, refusals.find((r) => r.at === name)?.text ?? '']))
  const chosen = (name: string) => (value: string, label: string, hint = '') => ({ value, label, hint, checked: many(fields, name).includes(value) })
  const person = me(request)
  const identifiers = findIdentifiers(`${one(fields, 'title')}\n${one(fields, 'body')}`)
  const topics = vocabulary.offered('topics', many(fields, 'topic'))
  const topic = one(fields, 'topic') === '' ? undefined : vocabulary.topic(one(fields, 'topic'))
  const level = levelIn(fields)
  const audience = audienceIn(fields)
  const stewards = ableStewards(house.people.directory(), task.department, house.clock.today(), [person.id])
  return {
    action: task.action,
    draft: task.draft,
    edits: task.edits,
    revision: task.edits?.revision ?? 0,
    refusals,
    at,
    savedAt: task.savedAt,
    titleTyped: one(fields, 'title'),
    body: one(fields, 'body'),
    prompts: promptsIn(request.readerLanguage()),
    templates: ['meeting-with-a-customer', 'complaint-calmed', 'market-rumour'].map((key) => ({ href: `/notes/new?template=${key}`, label: request.say(`notes.template.${key}`) })),
    lines: linesOf(request, fields, identifiers.length),
    customers: await customerPart(request, fields),
    named: namedPart(request, fields, 'writing', '/notes/form', at['named']),
    touchpoints: vocabulary.offered('touchpoints', many(fields, 'touchpoint')).map((term) => chosen('touchpoint')(term.key, labels.of(term))),
    informants: vocabulary.taxonomy.sources.map((term) => chosen('informant')(term.key, labels.of(term))),
    firsthand: ['yes', 'no'].map((value) => chosen('firsthand')(value, request.say(`notes.firsthand.${value}`))),
    saidBy: one(fields, 'saidBy'),
    observedOn: one(fields, 'observedOn'),
    today: house.clock.today(),
    reference: one(fields, 'reference'),
    directions: vocabulary.taxonomy.directions.map((term) => chosen('direction')(term.key, labels.of(term))),
    natures: vocabulary.taxonomy.natures.map((term) => chosen('nature')(term.key, labels.of(term), term.description ? labels.of(term.description) : '')),
    stages: vocabulary.taxonomy.stages.map((term) => chosen('stage')(term.key, labels.of(term))),
    products: vocabulary.offered('products', many(fields, 'product')).map((term) => chosen('product')(term.key, labels.of(term))),
    segments: vocabulary.offered('segments', many(fields, 'segment')).map((term) => chosen('segment')(term.key, labels.of(term))),
    topicGroups: topics.filter((t) => !t.parent).map((t) => ({
      label: labels.of(t),
      options: [t, ...topics.filter((child) => child.parent === t.key)].map((each) => chosen('topic')(each.key, labels.of(each))),
    })),
    routeTo: topic?.route_to ? labels.of(topic.route_to) : '',
    tags: one(fields, 'tags'),
    audiences: AUDIENCES.map((value) => ({ value, label: request.say(`frame.audience.${value}`), hint: request.say(`notes.audience_hint.${value}`), checked: value === audience })),
    levels: LEVELS.map((value) => ({ value, label: request.say(`frame.level.${value}`), hint: request.say(`notes.level_hint.${value}`), checked: value === level })),
    stewards: stewards.map((p) => chosen('steward')(`p:${p.id}`, labels.person(p.id), labels.department(p.department))),
    teams: person.teams.length > 1 && !task.edits ? person.teams.map((id) => ({ value: id, label: labels.team(id), hint: '', checked: id === (one(fields, 'team') || person.teams[0]) })) : [],
    plainly: willRead(request, fields),
    now: {
      source: [labels.term('touchpoints', one(fields, 'touchpoint') || null), one(fields, 'firsthand') ? request.say(`notes.firsthand.${one(fields, 'firsthand')}`) : ''].filter(Boolean).join(' · '),
      about: [labels.term('topics', one(fields, 'topic') || null), ...many(fields, 'product').map((key) => labels.term('products', key))].filter(Boolean).join(' · '),
    },
    openSource: ['touchpoint', 'observedOn', 'saidBy', 'reference'].some((name) => at[name]),
    openAbout: ['topic', 'products', 'segment', 'tags'].some((name) => at[name]),
    openReaders: ['audience', 'level', 'named', 'stewards', 'team'].some((name) => at[name]) || level === 'restricted',
  }
}

const FIELDS = ['title', 'body', 'customers', 'touchpoint', 'observedOn', 'saidBy', 'reference', 'topic', 'products', 'segment', 'tags', 'audience', 'level', 'named', 'stewards', 'team'] as const
/** Where the link of a refusal leads, when the field's id is another. */
const FOCUS: Readonly<Record<string, string>> = { customers: 'customerText', named: 'namedText' }

/** The customers chosen, and those found for what is being typed. */
export async function customerPart(request: FastifyRequest, fields: Fields) {
  const sight = request.sight()
  const chosen = await customersShown(request, many(fields, 'customer'))
  const typed = one(fields, 'customerText').trim()
  const found = typed === '' ? [] : (await request.house.customers.list({ text: typed, order: 'name', page: 1, size: 8 }, sight)).rows
  await namesOnRecord(request, found)
  const labels = labelsOf(request)
  return {
    chosen: [...chosen.values()].map((customer) => ({ id: customer.id, name: customer.name, restricted: customer.restricted })),
    typed,
    options: found.filter((customer) => !chosen.has(customer.id)).map((customer) => ({ id: customer.id, name: customer.name, note: [customer.aliases[0], labels.team(customer.team)].filter(Boolean).join(' · ') })),
    nothing: typed !== '' && found.length === 0,
  }
}

/** Named readers chosen, and people and teams found for what is being typed, as `parts/_choose` shows them. */
export function namedPart(request: FastifyRequest, fields: Fields, form: string, path: string, refusal = '') {
  const labels = labelsOf(request)
  const typed = one(fields, 'namedText').trim()
  const chosen = many(fields, 'named')
  const found = partiesFound(request, typed)
  return {
    field: 'named', form, path, add: 'addNamed', drop: 'dropNamed', refresh: '', refusal, typed,
    label: request.say('notes.readers.named'), hint: '', optional: true, placeholder: request.say('notes.named.hint'), none: request.say('notes.named.none'),
    chosen: chosen.map((party) => ({ id: party, name: labels.party(party as Party), icon: party.startsWith('t:') ? 'team' : 'person' })),
    options: found.parties.filter((option) => !chosen.includes(option.id)),
    more: found.more > 0 ? request.say('notes.named.more', { count: found.more }) : '',
    nothing: typed !== '' && found.parties.length === 0,
  }
}

function partiesFound(request: FastifyRequest, typed: string) {
  const labels = labelsOf(request)
  const wanted = typed.toLowerCase()
  const found = peopleFound(request, typed, ({ active }) => active)
  const people = found.people.map((p) => ({ id: `p:${p.id}`, name: labels.person(p.id), names: [p.name, p.nameEn, p.login], note: `${labels.department(p.department)} · ${p.login}` }))
  const teams = wanted === '' ? [] : [...request.house.people.directory().teams.values()]
    .filter((team) => team.name.toLowerCase().includes(wanted) || team.nameZh.includes(typed))
    .map((team) => ({ id: `t:${team.id}`, name: labels.team(team.id), names: [team.name, team.nameZh], note: request.say('notes.named.team') }))
  const parties = [...people, ...teams].slice(0, OFFERED)
  return { parties, more: found.more + people.length + teams.length - parties.length }
}

/** Whom a name means that was typed but not chosen: the one who is called so or signs in with it, or the only one found; null when it could be several. */
export function partyMeant(request: FastifyRequest, typed: string): string | null {
  if (typed === '') return null
  const wanted = typed.toLowerCase()
  const { parties, more } = partiesFound(request, typed)
  const exact = parties.filter(({ names }) => names.some((name) => name.toLowerCase() === wanted))
  const [only, ...others] = exact.length > 0 ? exact : more > 0 ? [] : parties
  return only && others.length === 0 ? only.id : null
}

/** The quiet lines under the text: identifiers found, and where it does not belong. */
export function linesOf(request: FastifyRequest, fields: Fields, identifiers: number) {
  const kinds = [...new Set(findIdentifiers(one(fields, 'body')).map((found) => request.say(`notes.identifier.${found.kind}`)))]
  return { identifiers, kinds: kinds.join(request.readerLanguage() === 'zh' ? '、' : ', '), kept: one(fields, 'identifiersKept') === 'yes' }
}

/** "Your team now; the whole bank after a curator agrees." */
function willRead(request: FastifyRequest, fields: Fields): string {
  const person = me(request)
  const labels = labelsOf(request)
  const level = levelIn(fields)
  const audience = audienceIn(fields)
  const teamId = one(fields, 'team') || person.teams[0]
  const team = teamId ? labels.team(teamId) : request.say('notes.plainly.no_team')
  const department = labels.department(person.department)
  const values = { team, department, audience: request.say(`notes.audience.${audience}`, { team, department }) }
  if (level === 'restricted') return request.say('notes.plainly.will_restricted')
  if (level === 'confidential') return request.say('notes.plainly.will_review_first', values)
  if (audience === 'private') return request.say('notes.plainly.will_private')
  return request.say('notes.plainly.will_publish_first', values)
}

function levelIn(fields: Fields): Level {
  return LEVELS.find((level) => level === one(fields, 'level')) ?? LEVEL_BY_DEFAULT
}

function audienceIn(fields: Fields): Audience {
  return AUDIENCES.find((audience) => audience === one(fields, 'audience')) ?? AUDIENCE_BY_DEFAULT
}

const prompts = new Map<string, readonly { readonly key: string; readonly heading: string; readonly insert: string }[]>()

function promptsIn(language: string) {
  let found = prompts.get(language)
  if (!found) {
    const content = JSON.parse(readFileSync(`${ROOT}/content/templates/${language}/prompts.json`, 'utf8')) as { prompts: { key: string; heading: string }[] }
    found = content.prompts.map((prompt) => ({ ...prompt, insert: `## ${prompt.heading}` }))
    prompts.set(language, found)
  }
  return found
}

const TEMPLATES = ['meeting-with-a-customer', 'complaint-calmed', 'market-rumour']
let guidance: ReadonlySet<string> | null = null

/** The lines of all templates that tell what to write; none of them is anybody's knowledge. */
export function templateGuidance(): ReadonlySet<string> {
  guidance ??= new Set(['en', 'zh'].flatMap((language) => TEMPLATES.flatMap((key) => templateText(language, key).split('\n')))
    .map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#')))
  return guidance
}

/** The text of a shipped template, without its front matter; '' for a name there is not. */
export function templateText(language: string, key: string): string {
  if (!TEMPLATES.includes(key)) return ''
  return readFileSync(`${ROOT}/content/templates/${language}/${key}.md`, 'utf8').replace(/^---\n[\s\S]*?\n---\n/, '')
}
