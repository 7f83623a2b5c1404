import { Directory } from '../people/directory.js'
import type { Person } from '../people/person.js'
import { permit, type Grant } from '../policy/grant.js'
import { sightOf, type RestrictedCustomer, type Sight } from '../policy/readable.js'
import type { Act } from '../policy/acts.js'
import { standingApart } from '../policy/rules.js'
import type { Note } from './note.js'
import { postNote } from './post-note.js'
import { ABOUT_NOTHING, NO_SOURCE } from './revision.js'
import { noteAsSeen, standingTo } from './seen.js'
import { Vocabulary, type Taxonomy } from './taxonomy.js'
import type { Circumstances, Writing } from './writing.js'

/** A very small bank for the tests of pure verbs: Retail and Corporate under head office, one branch below Retail. */

export const NOW = '2026-11-21T08:00:00.000Z'
export const TODAY = '2026-11-21'

function person(id: string, department: string, more: Partial<Person> = {}): Person {
  return {
    id, login: id, name: id, email: `${id}@bank.example`, title: '', department, teams: [], roles: ['employee'], domain: [],
    clearance: 'internal', language: 'en', active: true, absence: null, nameEn: '', settings: { shortcuts: true, theme: 'auto' }, ...more,
  }
}

export const PEOPLE: readonly Person[] = [
  person('teller', 'branch', { teams: ['counter'] }),
  person('colleague', 'branch', { teams: ['counter'] }),
  person('lender', 'branch', { teams: ['loans'] }),
  person('corporate', 'corporate', { clearance: 'restricted' }),
  person('curator', 'retail', { roles: ['employee', 'curator'], domain: ['retail'], clearance: 'restricted' }),
  person('second', 'retail', { roles: ['employee', 'curator'], domain: ['retail'], clearance: 'restricted' }),
  person('plain-curator', 'retail', { roles: ['employee', 'curator'], domain: ['retail'], clearance: 'internal' }),
  person('other-curator', 'corporate', { roles: ['employee', 'curator'], domain: ['corporate'], clearance: 'restricted' }),
  person('admin', 'head', { roles: ['admin'], clearance: 'restricted' }),
]

export const DIRECTORY = new Directory(
  PEOPLE,
  [
    { id: 'head', name: 'Head office', nameZh: '总行', parent: null },
    { id: 'retail', name: 'Retail', nameZh: '零售', parent: 'head' },
    { id: 'branch', name: 'Branch', nameZh: '支行', parent: 'retail' },
    { id: 'corporate', name: 'Corporate', nameZh: '公司', parent: 'head' },
  ],
  [
    { id: 'counter', name: 'Counter', nameZh: '柜面', department: 'branch', email: '' },
    { id: 'loans', name: 'Loans', nameZh: '信贷', department: 'branch', email: '' },
  ],
)

const none = { return: [], decline: [], flag: [], merge: [], withhold: [], archive: [], redaction: [] }
export const TAXONOMY: Taxonomy = {
  version: 1,
  topics: [
    { key: 'pricing', en: 'Pricing', zh: '定价' },
    { key: 'rumours', en: 'Rumours', zh: '传闻', governance: 'review_first' },
    { key: 'staff', en: 'Staff', zh: '员工', route_to: { en: 'Human Resources', zh: '人力资源部' } },
  ],
  products: [{ key: 'mortgage', en: 'Mortgage', zh: '房贷' }],
  touchpoints: [{ key: 'visit', en: 'Visit', zh: '走访' }],
  segments: [{ key: 'affluent', en: 'Affluent', zh: '财富客户' }],
  stages: [], directions: [], natures: [], sources: [],
  outcomes: [{ key: 'solved', en: 'Solved', zh: '解决' }],
  reasons: {
    ...none,
    return: [{ key: 'needs_source', en: 'Source?', zh: '来源' }, { key: 'says_too_much', en: 'Too much', zh: '过多' }],
    decline: [{ key: 'not_true', en: 'Not true', zh: '不实' }],
  },
  aliases: {},
}
export const VOCABULARY = new Vocabulary(TAXONOMY)

export function person_(id: string): Person {
  return DIRECTORY.person(id) as Person
}

export function around(writer: string, more: Partial<Circumstances> = {}): Circumstances {
  return {
    writer: person_(writer), people: DIRECTORY, vocabulary: VOCABULARY, knownCustomers: new Set(), restricted: new Set(),
    identifiers: 0, identifiersKept: false, now: NOW, today: NOW.slice(0, 10), ...more,
  }
}

export function writing(more: Partial<Writing> = {}): Writing {
  return {
    title: 'Why they left', body: 'Nobody called before the rate reset.', about: ABOUT_NOTHING, source: NO_SOURCE,
    proposed: { audience: 'enterprise', level: 'internal', named: [], stewards: [] }, ...more,
  }
}

/** A grant as a page would get it: through the rules, from how this person stands to this note. */
export function grantFor<A extends Act>(who: string, act: A, note: Note): Grant<A> {
  const seen = noteAsSeen(note, sightFor(who))
  const permission = permit({ kind: 'person', person: person_(who) }, act, seen?.standing ?? standingTo(note, who, false))
  if (!permission.ok) throw new Error(`${who} may not ${act}: ${permission.refusals[0]?.code}`)
  return permission.grant
}

export function sightFor(who: string, restricted: readonly RestrictedCustomer[] = []): Sight {
  return sightOf({ kind: 'person', person: person_(who) }, { people: DIRECTORY, restricted }, TODAY)
}

export function posted(by = 'teller', more: Partial<Writing> = {}, circumstances: Partial<Circumstances> = {}): Note {
  const permission = permit({ kind: 'person', person: person_(by) }, 'note.post', standingApart('n1'))
  if (!permission.ok) throw new Error('cannot post')
  const writer = person_(by)
  const home = { department: writer.department, team: writer.teams[0] ?? null }
  const outcome = postNote(permission.grant, writing(more), { id: 'n1', item: 'i1', home, titleFromText: 'Nobody called', key: null }, around(by, circumstances))
  if (!outcome.ok) throw new Error(outcome.refusals.map((r) => r.code).join())
  return outcome.value
}
