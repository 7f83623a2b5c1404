import type { FastifyRequest } from 'fastify'
import type { ConceptTyped } from '../../domain/curation/vocabulary-concepts.js'
import type { Concept } from '../../domain/notes/glossary.js'
import type { Refusals } from '../../domain/people/refusal.js'
import { mayAttempt } from '../../domain/policy/roles.js'
import { fold } from '../../domain/search/fold.js'
import { refusalAt, sayRefusals } from '../form.js'
import { me } from '../session.js'
import { labelsOf, type Labels } from './labels.js'
import { one, type Fields } from './note-fields.js'
import { changesSaid } from './vocabulary-page.js'

/** All concepts, or those that have the words typed, in either language and however they are written. */
export function glossaryPage(request: FastifyRequest, q: string) {
  const { house } = request
  const labels = labelsOf(request)
  const wanted = fold(q).trim()
  const concepts = house.vocabularies.glossary().concepts.filter((concept) => wanted === '' || everyWord(concept).some((word) => fold(word).includes(wanted)))
  const edits = mayAttempt(me(request), 'vocabulary.edit', house.people.directory(), house.clock.today())
  const sorted = [...concepts].sort((a, b) => nameOf(a, labels).localeCompare(nameOf(b, labels), labels.zh ? 'zh-CN' : 'en'))
  return {
    q,
    can: { edit: edits },
    total: sorted.length,
    rows: sorted.map((concept) => ({
      id: concept.key, href: `/glossary/${concept.key}`, name: nameOf(concept, labels), en: concept.words.en.join(' · '), zh: concept.words.zh.join(' · '),
      departments: Object.entries(concept.departments ?? {}).map(([department, word]) => ({ department: labels.department(department), word })),
      note: concept.note ? labels.of(concept.note) : '',
    })),
  }
}

export function conceptPage(request: FastifyRequest, concept: Concept | null, typed: ConceptTyped, seen: number, refused: Refusals, into: string) {
  const { house } = request
  const labels = labelsOf(request)
  const glossary = house.vocabularies.glossary()
  const refusals = sayRefusals(request, refused)
  const departments = [...new Set([...house.people.directory().departments.keys(), ...Object.keys(typed.departments)])].map((id) => ({ value: id, label: labels.department(id) }))
  const called = Object.entries(typed.departments)
  const rows = [...called, ['', ''] as const, ['', ''] as const]
  return {
    crumbs: [{ href: '/glossary', label: request.say('glossary.title') }],
    action: concept ? `/glossary/${concept.key}` : '/glossary',
    heading: concept ? nameOf(concept, labels) : request.say('glossary.new'),
    isNew: concept === null,
    conceptKey: concept?.key ?? '',
    version: seen,
    latest: glossary.version,
    refusals,
    conflict: refused.some(({ code }) => code === 'vocabulary.changed') ? changesSaid(request, (glossary.changes ?? []).filter(({ version }) => version > seen)) : null,
    key: { id: 'key', name: 'key', type: 'text', label: request.say('vocabulary.field.key'), value: typed.key, hint: request.say('vocabulary.field.key_hint'), refusal: refusalAt(refusals, 'key'), optional: false, autocomplete: 'off' },
    en: typed.en, zh: typed.zh, noteEn: typed.noteEn, noteZh: typed.noteZh,
    at: Object.fromEntries(['en', 'zh', 'noteEn', 'noteZh', 'departments', 'into'].map((name) => [name, refusalAt(refusals, name)])),
    called: rows.map(([department, word], n) => ({ n, word, options: departments.map((each) => ({ ...each, checked: each.value === department })) })),
    targets: glossary.concepts.filter((one) => one.key !== concept?.key).map((one) => ({ value: one.key, label: nameOf(one, labels), checked: one.key === into }))
      .sort((a, b) => a.label.localeCompare(b.label, labels.zh ? 'zh-CN' : 'en')),
  }
}

export function typedFromConcept(concept: Concept | null): ConceptTyped {
  return {
    key: concept?.key ?? '', en: concept?.words.en.join(', ') ?? '', zh: concept?.words.zh.join('，') ?? '', departments: concept?.departments ?? {},
    noteEn: concept?.note?.en ?? '', noteZh: concept?.note?.zh ?? '',
  }
}

/** Departments and what they call it come as two lists side by side. */
export function typedConcept(fields: Fields): ConceptTyped {
  const all = (name: string) => [fields[name] ?? []].flat()
  const [ids, words] = [all('department'), all('word')]
  const departments = Object.fromEntries(ids.map((id, at) => [id, (words[at] ?? '').trim()] as const).filter(([id, word]) => id !== '' && word !== ''))
  return { key: one(fields, 'key'), en: one(fields, 'en'), zh: one(fields, 'zh'), departments, noteEn: one(fields, 'noteEn'), noteZh: one(fields, 'noteZh') }
}

function nameOf(concept: Concept, labels: Labels): string {
  return (labels.zh ? concept.words.zh : concept.words.en)[0] ?? concept.key
}

function everyWord(concept: Concept): readonly string[] {
  return [...concept.words.en, ...concept.words.zh, ...Object.values(concept.departments ?? {})]
}
