import { done, refused, refusedAll, type Outcome, type Refusal } from '../people/refusal.js'
import { FLAG_REASONS } from '../notes/note.js'
import { REASON_KINDS, Vocabulary, type ReasonKind, type Taxonomy, type Term, type TermKind, type Topic } from '../notes/taxonomy.js'
import { MAX_TAG_LENGTH } from '../notes/words.js'
import { tidyTags } from '../notes/writing.js'
import type { Grant } from '../policy/grant.js'
import { MAX_WORD_LENGTH, changedMeanwhile, isKey, noted, type Editing } from './vocabulary-change.js'

/** The lists curators edit. Notes hold keys, so a key never changes and never vanishes. */
export const EDITED_KINDS = ['topics', 'products', 'touchpoints', 'segments', ...REASON_KINDS.map((kind) => `reasons.${kind}` as const)] as const
export type EditedKind = (typeof EDITED_KINDS)[number]

/** A term as typed. Texts in both languages belong together: both or neither. */
export interface TermTyped {
  readonly key: string
  readonly en: string
  readonly zh: string
  readonly descriptionEn: string
  readonly descriptionZh: string
  /** topics only */
  readonly parent: string
  readonly reviewFirst: boolean
  readonly routeEn: string
  readonly routeZh: string
}

const MAX_TEXT_LENGTH = 400

export function addTerm(now: Taxonomy, _grant: Grant<'vocabulary.edit'>, kind: EditedKind, typed: TermTyped, editing: Editing): Outcome<Taxonomy> {
  const key = typed.key.trim()
  const objections: Refusal[] = []
  if (!isKey(key)) objections.push({ at: 'key', code: 'vocabulary.key.form' })
  else if (isTaken(now, kind, key)) objections.push({ at: 'key', code: 'vocabulary.key.taken' })
  objections.push(...objectionsTo(now, kind, key, typed))
  const changed = changedMeanwhile(now, editing)
  if (changed) return changed
  if (objections.length > 0) return refusedAll(objections)
  return done(noted(withTerms(now, kind, [...termsOf(now, kind), termFrom(kind, key, typed)]), editing, { what: 'added', kind, key }))
}

/** Renames it, and whatever else is said of it; the key stays. */
export function changeTerm(now: Taxonomy, _grant: Grant<'vocabulary.edit'>, kind: EditedKind, key: string, typed: TermTyped, editing: Editing): Outcome<Taxonomy> {
  const changed = changedMeanwhile(now, editing)
  if (changed) return changed
  const term = termsOf(now, kind).find((one) => one.key === key)
  if (!term) return refused('', 'vocabulary.gone')
  const objections = objectionsTo(now, kind, key, typed)
  if (objections.length > 0) return refusedAll(objections)
  const next = { ...termFrom(kind, key, typed), ...(term.retired && { retired: true }) }
  return done(noted(withTerms(now, kind, termsOf(now, kind).map((one) => (one.key === key ? next : one))), editing, { what: 'changed', kind, key }))
}

/** Not offered any more; what uses it keeps it, with its name. */
export function retireTerm(now: Taxonomy, _grant: Grant<'vocabulary.edit'>, kind: EditedKind, key: string, retired: boolean, editing: Editing): Outcome<Taxonomy> {
  const changed = changedMeanwhile(now, editing)
  if (changed) return changed
  const terms = termsOf(now, kind)
  const term = terms.find((one) => one.key === key)
  if (!term) return refused('', 'vocabulary.gone')
  if (retired && isNeeded(kind, key)) return refused('', 'vocabulary.needed')
  if (retired && kind === 'topics' && childrenOf(now, key).some((one) => !one.retired)) return refused('', 'vocabulary.has_children')
  if (retired && terms.filter((one) => !one.retired && one.key !== key).length === 0) return refused('', 'vocabulary.last')
  const { retired: _was, ...rest } = term
  const next = retired ? { ...rest, retired: true } : rest
  return done(noted(withTerms(now, kind, terms.map((one) => (one.key === key ? next : one))), editing, { what: retired ? 'retired' : 'brought_back', kind, key }))
}

/**
 * The old key is read as the new one from now on, in one write and without a note being rewritten. It never opens
 * anything: who reads a note stands on the note, and a topic that is reviewed first is not merged into one that is not.
 */
export function mergeTerm(now: Taxonomy, _grant: Grant<'vocabulary.edit'>, kind: EditedKind, key: string, into: string, editing: Editing): Outcome<Taxonomy> {
  const changed = changedMeanwhile(now, editing)
  if (changed) return changed
  if (!isMergeable(kind)) return refused('', 'vocabulary.merge.not_reasons')
  const terms = termsOf(now, kind) as readonly Topic[]
  const [from, to] = [terms.find((one) => one.key === key), terms.find((one) => one.key === into)]
  const merged = now.aliases[kind] ?? {}
  if (!from || Object.hasOwn(merged, key)) return refused('', 'vocabulary.gone')
  if (!to || to.retired || Object.hasOwn(merged, into)) return refused('into', 'vocabulary.merge.into_missing')
  if (key === into) return refused('into', 'vocabulary.merge.itself')
  if (kind === 'topics' && childrenOf(now, key).length > 0) return refused('', 'vocabulary.merge.has_children')
  if (from.route_to || to.route_to) return refused('into', 'vocabulary.merge.routes')
  if (from.governance === 'review_first' && to.governance !== 'review_first') return refused('into', 'vocabulary.merge.would_open')
  return done(noted({ ...now, aliases: { ...now.aliases, [kind]: { ...merged, [key]: into } } }, editing, { what: 'merged', kind, key, into }))
}

/** Tags are what people type; that several of them become one is all that can be done to them. */
export function mergeTags(now: Taxonomy, _grant: Grant<'vocabulary.edit'>, typedFrom: readonly string[], typedInto: string, editing: Editing): Outcome<Taxonomy> {
  const changed = changedMeanwhile(now, editing)
  if (changed) return changed
  const [into = ''] = tidyTags([typedInto])
  const going = tidyTags(typedFrom)
  if (going.length === 0 || going.some((tag) => tag.length > MAX_TAG_LENGTH)) return refused('from', 'vocabulary.tags.missing')
  if (into === '' || into.length > MAX_TAG_LENGTH) return refused('into', 'vocabulary.tags.missing')
  let next = now
  for (const from of going) {
    if (from === into || new Vocabulary(next).resolve('tags', into) === from) return refused('into', 'vocabulary.merge.itself')
    if (Object.hasOwn(next.aliases.tags ?? {}, from)) return refused('from', 'vocabulary.tags.merged_already')
    next = noted({ ...next, aliases: { ...next.aliases, tags: { ...next.aliases.tags, [from]: into } } }, editing, { what: 'merged', kind: 'tags', key: from, into })
  }
  return done(next)
}

export function termsOf(taxonomy: Taxonomy, kind: EditedKind): readonly Term[] {
  return kind.startsWith('reasons.') ? taxonomy.reasons[kind.slice(8) as ReasonKind] : taxonomy[kind as Exclude<EditedKind, `reasons.${string}`>]
}

export function isMergeable(kind: EditedKind): kind is Exclude<TermKind, 'tags'> {
  return !kind.startsWith('reasons.')
}

/** Codes the portal itself acts on. */
export function isNeeded(kind: EditedKind, key: string): boolean {
  if (kind === 'reasons.flag') return (FLAG_REASONS as readonly string[]).includes(key)
  return kind === 'reasons.return' && key === 'says_too_much'
}

function objectionsTo(now: Taxonomy, kind: EditedKind, key: string, typed: TermTyped): Refusal[] {
  const found: Refusal[] = []
  const words = (['en', 'zh'] as const).map((language) => ({ language, word: typed[language].trim() }))
  for (const { language, word } of words) {
    if (word === '') found.push({ at: language, code: 'vocabulary.word.missing' })
    else if (word.length > MAX_WORD_LENGTH) found.push({ at: language, code: 'vocabulary.word.too_long', with: { max: MAX_WORD_LENGTH } })
    else if (isWordTaken(now, kind, key, language, word)) found.push({ at: language, code: 'vocabulary.word.taken' })
  }
  for (const [at, a, b] of [['description', typed.descriptionEn, typed.descriptionZh], ['route', typed.routeEn, typed.routeZh]] as const) {
    if ((a.trim() === '') !== (b.trim() === '')) found.push({ at: a.trim() === '' ? `${at}En` : `${at}Zh`, code: 'vocabulary.both_languages' })
    if (Math.max(a.length, b.length) > MAX_TEXT_LENGTH) found.push({ at: `${at}En`, code: 'vocabulary.word.too_long', with: { max: MAX_TEXT_LENGTH } })
  }
  const parent = typed.parent.trim()
  if (kind === 'topics' && parent !== '') {
    const above = now.topics.find((one) => one.key === parent)
    if (!above || above.retired || Object.hasOwn(now.aliases.topics ?? {}, parent)) found.push({ at: 'parent', code: 'vocabulary.parent.missing' })
    else if (parent === key || isBelow(now, parent, key)) found.push({ at: 'parent', code: 'vocabulary.parent.circle' })
    // Facets and forms show two levels; a third would be nowhere.
    else if (above.parent || childrenOf(now, key).length > 0) found.push({ at: 'parent', code: 'vocabulary.parent.too_deep' })
  }
  return found
}

function termFrom(kind: EditedKind, key: string, typed: TermTyped): Topic {
  const both = (en: string, zh: string) => (en.trim() === '' ? null : { en: en.trim(), zh: zh.trim() })
  const [description, route] = [both(typed.descriptionEn, typed.descriptionZh), both(typed.routeEn, typed.routeZh)]
  const term: Term = { key, en: typed.en.trim(), zh: typed.zh.trim(), ...(description && { description }) }
  if (kind !== 'topics') return term
  return {
    ...term, ...(typed.parent.trim() !== '' && { parent: typed.parent.trim() }),
    ...(typed.reviewFirst && { governance: 'review_first' as const }), ...(route && { route_to: route }),
  }
}

function withTerms(now: Taxonomy, kind: EditedKind, terms: readonly Term[]): Taxonomy {
  return kind.startsWith('reasons.') ? { ...now, reasons: { ...now.reasons, [kind.slice(8)]: terms } } : { ...now, [kind]: terms }
}

/** A key that ever meant something stays taken, so that no old note can come to mean something else. */
function isTaken(now: Taxonomy, kind: EditedKind, key: string): boolean {
  return termsOf(now, kind).some((one) => one.key === key) || (isMergeable(kind) && Object.hasOwn(now.aliases[kind] ?? {}, key))
}

function isWordTaken(now: Taxonomy, kind: EditedKind, key: string, language: 'en' | 'zh', word: string): boolean {
  const merged = isMergeable(kind) ? (now.aliases[kind] ?? {}) : {}
  return termsOf(now, kind).some((one) => one.key !== key && !one.retired && !Object.hasOwn(merged, one.key) && one[language].toLowerCase() === word.toLowerCase())
}

function childrenOf(now: Taxonomy, key: string): readonly Topic[] {
  const merged = now.aliases.topics ?? {}
  return now.topics.filter((one) => one.parent === key && !Object.hasOwn(merged, one.key))
}

function isBelow(now: Taxonomy, key: string, above: string): boolean {
  const walked = new Set<string>()
  for (let at: string | undefined = key; at !== undefined && !walked.has(at); at = now.topics.find((one) => one.key === at)?.parent) {
    if (at === above) return true
    walked.add(at)
  }
  return false
}
