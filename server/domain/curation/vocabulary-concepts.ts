import { done, refused, refusedAll, type Outcome, type Refusal } from '../people/refusal.js'
import type { Concept, Glossary } from '../notes/glossary.js'
import type { Grant } from '../policy/grant.js'
import { MAX_WORD_LENGTH, changedMeanwhile, isKey, noted, type Editing } from './vocabulary-change.js'

/** A concept as typed: words separated by commas or lines, and what single departments call it. */
export interface ConceptTyped {
  readonly key: string
  readonly en: string
  readonly zh: string
  readonly departments: Readonly<Record<string, string>>
  readonly noteEn: string
  readonly noteZh: string
}

const MAX_WORDS = 30
const MAX_NOTE_LENGTH = 400

export function addConcept(now: Glossary, _grant: Grant<'vocabulary.edit'>, typed: ConceptTyped, editing: Editing): Outcome<Glossary> {
  const changed = changedMeanwhile(now, editing)
  if (changed) return changed
  const key = typed.key.trim()
  const objections: Refusal[] = []
  if (!isKey(key)) objections.push({ at: 'key', code: 'vocabulary.key.form' })
  else if (now.concepts.some((one) => one.key === key)) objections.push({ at: 'key', code: 'vocabulary.key.taken' })
  objections.push(...objectionsTo(now, key, typed))
  if (objections.length > 0) return refusedAll(objections)
  return done(noted({ ...now, concepts: [...now.concepts, conceptFrom(key, typed)] }, editing, { what: 'added', kind: 'concepts', key }))
}

export function changeConcept(now: Glossary, _grant: Grant<'vocabulary.edit'>, key: string, typed: ConceptTyped, editing: Editing): Outcome<Glossary> {
  const changed = changedMeanwhile(now, editing)
  if (changed) return changed
  if (!now.concepts.some((one) => one.key === key)) return refused('', 'vocabulary.gone')
  const objections = objectionsTo(now, key, typed)
  if (objections.length > 0) return refusedAll(objections)
  return done(noted({ ...now, concepts: now.concepts.map((one) => (one.key === key ? conceptFrom(key, typed) : one)) }, editing, { what: 'changed', kind: 'concepts', key }))
}

/** No note refers to a concept, so one that is not wanted any more simply goes. */
export function retireConcept(now: Glossary, _grant: Grant<'vocabulary.edit'>, key: string, editing: Editing): Outcome<Glossary> {
  const changed = changedMeanwhile(now, editing)
  if (changed) return changed
  if (!now.concepts.some((one) => one.key === key)) return refused('', 'vocabulary.gone')
  return done(noted({ ...now, concepts: now.concepts.filter((one) => one.key !== key) }, editing, { what: 'retired', kind: 'concepts', key }))
}

/** All words of both become words of the one that stays. */
export function mergeConcepts(now: Glossary, _grant: Grant<'vocabulary.edit'>, key: string, into: string, editing: Editing): Outcome<Glossary> {
  const changed = changedMeanwhile(now, editing)
  if (changed) return changed
  const [from, to] = [now.concepts.find((one) => one.key === key), now.concepts.find((one) => one.key === into)]
  if (!from) return refused('', 'vocabulary.gone')
  if (!to) return refused('into', 'vocabulary.merge.into_missing')
  if (key === into) return refused('into', 'vocabulary.merge.itself')
  const both = (a: readonly string[], b: readonly string[]) => [...a, ...b.filter((word) => !a.some((known) => same(known, word)))]
  const departments = { ...from.departments, ...to.departments }
  const merged: Concept = {
    ...to, words: { en: both(to.words.en, from.words.en), zh: both(to.words.zh, from.words.zh) },
    ...(Object.keys(departments).length > 0 && { departments }),
  }
  const concepts = now.concepts.filter((one) => one.key !== key).map((one) => (one.key === into ? merged : one))
  return done(noted({ ...now, concepts }, editing, { what: 'merged', kind: 'concepts', key, into }))
}

export function wordsTyped(typed: string): readonly string[] {
  const words = typed.split(/[,，、;；\n]/).map((word) => word.trim()).filter((word) => word !== '')
  return words.filter((word, at) => words.findIndex((other) => same(other, word)) === at)
}

function objectionsTo(now: Glossary, key: string, typed: ConceptTyped): Refusal[] {
  const found: Refusal[] = []
  for (const at of ['en', 'zh'] as const) {
    const words = wordsTyped(typed[at])
    if (words.length === 0) found.push({ at, code: 'vocabulary.word.missing' })
    else if (words.length > MAX_WORDS) found.push({ at, code: 'vocabulary.words.too_many', with: { max: MAX_WORDS } })
    else if (words.some((word) => word.length > MAX_WORD_LENGTH)) found.push({ at, code: 'vocabulary.word.too_long', with: { max: MAX_WORD_LENGTH } })
    else {
      // A word that means two things would find the wrong notes both times.
      const other = now.concepts.find((one) => one.key !== key && wordsOf(one).some((known) => words.some((word) => same(known, word))))
      if (other) found.push({ at, code: 'vocabulary.words.of_other', with: { word: words.find((word) => wordsOf(other).some((known) => same(known, word))) ?? '', key: other.key } })
    }
  }
  for (const word of Object.values(typed.departments)) if (word.length > MAX_WORD_LENGTH) found.push({ at: 'departments', code: 'vocabulary.word.too_long', with: { max: MAX_WORD_LENGTH } })
  const [en, zh] = [typed.noteEn.trim(), typed.noteZh.trim()]
  if ((en === '') !== (zh === '')) found.push({ at: en === '' ? 'noteEn' : 'noteZh', code: 'vocabulary.both_languages' })
  if (Math.max(en.length, zh.length) > MAX_NOTE_LENGTH) found.push({ at: 'noteEn', code: 'vocabulary.word.too_long', with: { max: MAX_NOTE_LENGTH } })
  return found
}

function conceptFrom(key: string, typed: ConceptTyped): Concept {
  const departments = Object.fromEntries(Object.entries(typed.departments).map(([id, word]) => [id, word.trim()]).filter(([, word]) => word !== ''))
  return {
    key, words: { en: wordsTyped(typed.en), zh: wordsTyped(typed.zh) },
    ...(Object.keys(departments).length > 0 && { departments }),
    ...(typed.noteEn.trim() !== '' && { note: { en: typed.noteEn.trim(), zh: typed.noteZh.trim() } }),
  }
}

function wordsOf(concept: Concept): readonly string[] {
  return [...concept.words.en, ...concept.words.zh]
}

function same(a: string, b: string): boolean {
  return a.normalize('NFKC').toLowerCase() === b.normalize('NFKC').toLowerCase()
}
