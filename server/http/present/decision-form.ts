import type { FastifyRequest } from 'fastify'
import type { Revision } from '../../domain/notes/revision.js'
import type { NoteSeen } from '../../domain/notes/seen.js'
import { RELIABILITIES } from '../../domain/notes/words.js'
import { ableStewards } from '../../domain/notes/writing.js'
import type { Refusals } from '../../domain/people/refusal.js'
import { AUDIENCES, LEVELS } from '../../domain/policy/level.js'
import { sayRefusals } from '../form.js'
import { acceptanceFrom } from './decision-fields.js'
import { audienceIn, outcomeOf } from './decision-outcome.js'
import { labelsOf, type Labels } from './labels.js'
import { keysNow, many, one, type Fields } from './note-fields.js'
import { customerPart, namedPart } from './note-form.js'

/** The one form of a decision, as typed so far, in the order of thought. */
export async function decisionForm(request: FastifyRequest, note: NoteSeen, subject: Revision, typed: Fields, refused: Refusals) {
  const { house } = request
  const labels = labelsOf(request)
  const vocabulary = house.vocabularies.vocabulary()
  const fields = keysNow(typed, vocabulary)
  const refusals = sayRefusals(request, refused).map((r) => (FOCUS[r.at] ? { ...r, href: `#${FOCUS[r.at]}` } : r))
  const at = Object.fromEntries(FIELDS.map((name) => [name, refusals.find((r) => r.at === name)?.text ?? '']))
  const chosen = (name: string) => (value: string, label: string, hint = '') => ({ value, label, hint, checked: many(fields, name).includes(value) })
  const scale = (name: string, values: readonly string[]) => ({
    id: name, name, legend: request.say(`curation.field.${name}`), hint: request.say(`curation.hint.${name}`), refusal: at[name] ?? '',
    steps: values.map((value) => ({ value, mark: value, word: request.say(`curation.${name}.${value}`), checked: one(fields, name) === value })),
  })
  // "Only me" is true for the writer alone.
  const nameOf = (name: 'audience' | 'level', value: string) => request.say(value === 'private' ? 'curation.private' : `frame.${name}.${value}`)
  const readers = (name: 'audience' | 'level', values: readonly string[], word: (value: string) => string, proposed: string) => ({
    id: name, name, legend: request.say(`curation.field.${name}`), refusal: at[name] ?? '',
    hint: request.say('curation.proposed', { who: labels.person(subject.by), what: nameOf(name, proposed) }),
    steps: values.map((value) => ({ value, mark: nameOf(name, value), word: word(value), checked: one(fields, name) === value })),
  })
  const topics = vocabulary.offered('topics', many(fields, 'topic')).filter((topic) => !topic.route_to)
  const as = acceptanceFrom(fields, note)
  return {
    refusals,
    at,
    correctness: scale('correctness', ['1', '2', '3', '4', '5', '6']),
    reliability: scale('reliability', RELIABILITIES),
    value: scale('value', ['1', '2', '3', '4', '5']),
    ease: scale('ease', ['1', '2', '3']),
    audience: readers('audience', AUDIENCES, (value) => audienceIn(request, note, value, labels), subject.proposed.audience),
    level: readers('level', LEVELS, (value) => request.say(`notes.level_hint.${value}`), subject.proposed.level),
    named: namedPart(request, fields, 'deciding', `/queue/${note.id}/outcome`, at['named']),
    stewards: ableStewards(house.people.directory(), note.home.department, house.clock.today()).map((p) => chosen('steward')(`p:${p.id}`, labels.person(p.id), labels.department(p.department))),
    openReaders: many(fields, 'named').length > 0 || as.rights.level === 'restricted' || Boolean(at['named'] || at['stewards']) || one(fields, 'namedText') !== '',
    topicGroups: topics.filter((topic) => !topic.parent).map((topic) => ({
      label: labels.of(topic),
      options: [topic, ...topics.filter((child) => child.parent === topic.key)].map((each) => chosen('topic')(each.key, labels.of(each))),
    })),
    topicElsewhere: elsewhere(request, one(fields, 'topic'), labels),
    directions: vocabulary.taxonomy.directions.map((term) => chosen('direction')(term.key, labels.of(term))),
    natures: vocabulary.taxonomy.natures.map((term) => chosen('nature')(term.key, labels.of(term))),
    stages: vocabulary.taxonomy.stages.map((term) => chosen('stage')(term.key, labels.of(term))),
    segments: vocabulary.offered('segments', many(fields, 'segment')).map((term) => chosen('segment')(term.key, labels.of(term))),
    products: vocabulary.offered('products', many(fields, 'product')).map((term) => chosen('product')(term.key, labels.of(term))),
    openMore: Boolean(at['customers'] || at['tags'] || at['segment'] || at['products']) || one(fields, 'customerText') !== '',
    moreNow: [labels.term('segments', one(fields, 'segment') || null), labels.closed('stages', one(fields, 'stage') || null), one(fields, 'tags')].filter((part) => part !== '').join(' · '),
    productsNow: many(fields, 'product').map((key) => labels.term('products', key)).join(' · '),
    tags: one(fields, 'tags'),
    customers: await customerPart(request, fields),
    review: reviewPart(request, fields, at['reviewOn'] ?? ''),
    comments: note.comments.filter((comment) => comment.on !== subject.number).length,
    clearComments: as.clearComments,
    text: one(fields, 'text'),
    returns: vocabulary.reasonsOffered('return').map((term) => chosen('returnCode')(term.key, labels.of(term))),
    returnText: one(fields, 'returnText'),
    declines: vocabulary.reasonsOffered('decline').map((term) => chosen('declineCode')(term.key, labels.of(term))),
    declineText: one(fields, 'declineText'),
    openReturn: one(fields, 'say') === 'return' || Boolean(at['returnCode'] || at['returnText']) || one(fields, 'returnText') !== '',
    openDecline: Boolean(at['declineCode'] || at['declineText']) || one(fields, 'declineText') !== '',
    outcome: outcomeOf(request, note, subject, as),
  }
}

/** The review date, with the reason for the one proposed. */
export function reviewPart(request: FastifyRequest, fields: Fields, refusal = '') {
  const nature = one(fields, 'nature')
  const sensitive = ['confidential', 'restricted'].includes(one(fields, 'level'))
  return {
    reviewOn: one(fields, 'reviewOn'),
    proposed: one(fields, 'reviewProposed'),
    today: request.house.clock.today(),
    why: [
      nature === '' ? request.say('curation.review.no_nature') : request.say('curation.review.by_nature', { nature: labelsOf(request).closed('natures', nature) }),
      ...(sensitive ? [request.say('curation.review.sensitive')] : []),
    ].join(labelsOf(request).zh ? '' : ' '),
    refusal,
  }
}

/** A topic that belongs to somebody else entirely: the curator is told where to send the writer. */
function elsewhere(request: FastifyRequest, key: string, labels: Labels): string {
  const topic = key === '' ? undefined : request.house.vocabularies.vocabulary().topic(key)
  return topic?.route_to ? labels.of(topic.route_to) : ''
}

const FIELDS = [
  'correctness', 'reliability', 'value', 'ease', 'audience', 'level', 'named', 'stewards', 'topic', 'products', 'segment', 'tags', 'customers', 'reviewOn',
  'returnCode', 'returnText', 'declineCode', 'declineText',
] as const
/** Where the link of a refusal leads, when the field's id is another. */
const FOCUS: Readonly<Record<string, string>> = { customers: 'customerText', named: 'namedText' }
