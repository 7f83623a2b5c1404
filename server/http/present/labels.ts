import type { FastifyRequest } from 'fastify'
import { nameIn } from '../../domain/people/person.js'
import type { Party } from '../../domain/policy/access.js'
import type { ClosedKind, ReasonKind, Term, TermKind } from '../../domain/notes/taxonomy.js'

/** Names and words of things by their ids and keys, in the reader's language. */
export interface Labels {
  readonly zh: boolean
  person(id: string): string
  department(id: string): string
  team(id: string): string
  party(party: Party): string
  term(kind: Exclude<TermKind, 'tags'>, key: string | null): string
  closed(kind: ClosedKind, key: string | null): string
  reason(kind: ReasonKind, key: string): string
  of(term: Pick<Term, 'en' | 'zh'>): string
}

export function labelsOf(request: FastifyRequest): Labels {
  const zh = request.readerLanguage() === 'zh'
  const directory = request.house.people.directory()
  const vocabulary = request.house.vocabularies.vocabulary()
  const of = (term: Pick<Term, 'en' | 'zh'>) => (zh ? term.zh : term.en)
  const labels: Labels = {
    zh,
    of,
    person: (id) => {
      const found = directory.person(id)
      return found ? nameIn(zh ? 'zh' : 'en', found) : request.say('notes.somebody')
    },
    department: (id) => {
      const found = directory.department(id)
      return found ? (zh ? found.nameZh : found.name) : id
    },
    team: (id) => {
      const found = directory.team(id)
      return found ? (zh ? found.nameZh : found.name) : id
    },
    party: (party) => (party.startsWith('t:') ? labels.team(party.slice(2)) : labels.person(party.slice(2))),
    term: (kind, key) => {
      const found = key === null ? undefined : vocabulary.term(kind, key)
      return found ? of(found) : (key ?? '')
    },
    closed: (kind, key) => {
      const found = key === null ? undefined : vocabulary.closed(kind, key)
      return found ? of(found) : (key ?? '')
    },
    reason: (kind, key) => {
      const found = vocabulary.reason(kind, key)
      return found ? of(found) : key
    },
  }
  return labels
}

/** Which of the two languages a text is mostly in, for fonts and screen readers. */
export function languageOf(text: string): 'zh' | 'en' {
  const sample = text.slice(0, 400)
  const han = sample.match(/\p{Script=Han}/gu)?.length ?? 0
  return han * 4 > sample.replace(/\s/g, '').length ? 'zh' : 'en'
}
