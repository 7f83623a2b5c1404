import type { FastifyRequest } from 'fastify'
import { EDITED_KINDS, isMergeable, isNeeded, termsOf, type EditedKind, type TermTyped } from '../../domain/curation/vocabulary-terms.js'
import type { Taxonomy, Term, Topic, VocabularyChange } from '../../domain/notes/taxonomy.js'
import type { Refusals } from '../../domain/people/refusal.js'
import { refusalAt, sayRefusals } from '../form.js'
import { labelsOf } from './labels.js'

const TABS = ['topics', 'products', 'touchpoints', 'segments', 'reasons', 'tags'] as const
export type VocabularyTab = (typeof TABS)[number]
const CHANGES_SHOWN = 12

export function tabOf(typed: string): VocabularyTab {
  return TABS.find((tab) => tab === typed) ?? 'topics'
}

/** One list of the vocabulary, as a tree where it is one. */
export function vocabularyPage(request: FastifyRequest, tab: VocabularyTab) {
  const { taxonomy } = request.house.vocabularies.vocabulary()
  const kinds = EDITED_KINDS.filter((kind) => (tab === 'reasons' ? kind.startsWith('reasons.') : kind === tab))
  return {
    tabs: TABS.map((each) => ({ href: `/vocabulary?kind=${each}`, label: request.say(`vocabulary.kind.${each}`), count: 0, counted: false, current: each === tab })),
    version: taxonomy.version,
    groups: kinds.map((kind) => ({
      kind, heading: kind.startsWith('reasons.') ? request.say(`vocabulary.reasons.${kind.slice(8)}`) : '', add: `/vocabulary/${kind}/new`, rows: rowsOf(request, taxonomy, kind),
    })),
    changes: changesSaid(request, (taxonomy.changes ?? []).filter(({ kind }) => kind === tab || kind.startsWith(`${tab}.`)).slice(-CHANGES_SHOWN)).reverse(),
  }
}

function rowsOf(request: FastifyRequest, taxonomy: Taxonomy, kind: EditedKind) {
  const labels = labelsOf(request)
  const terms = termsOf(taxonomy, kind) as readonly Topic[]
  const merged = isMergeable(kind) ? (taxonomy.aliases[kind] ?? {}) : {}
  const ordered = kind === 'topics' ? terms.filter((one) => !one.parent).flatMap((one) => [one, ...terms.filter((child) => child.parent === one.key)]) : terms
  const nameOf = (key: string) => labels.of(terms.find((one) => one.key === key) ?? { en: key, zh: key })
  return ordered.map((term) => ({
    href: `/vocabulary/${kind}/${term.key}`, key: term.key, name: labels.of(term), other: labels.zh ? term.en : term.zh, otherLang: labels.zh ? 'en' : 'zh', child: term.parent !== undefined,
    description: term.description ? labels.of(term.description) : '',
    reviewFirst: term.governance === 'review_first', elsewhere: term.route_to !== undefined, retired: term.retired === true,
    mergedInto: Object.hasOwn(merged, term.key) ? nameOf(merged[term.key] as string) : '',
  }))
}

/** The form of one term, new or there already. */
export function termPage(request: FastifyRequest, kind: EditedKind, term: Topic | null, typed: TermTyped, seen: number, refused: Refusals, merge: { readonly into: string }) {
  const { taxonomy } = request.house.vocabularies.vocabulary()
  const labels = labelsOf(request)
  const refusals = sayRefusals(request, refused)
  const terms = termsOf(taxonomy, kind) as readonly Topic[]
  const merged = isMergeable(kind) ? (taxonomy.aliases[kind] ?? {}) : {}
  const living = terms.filter((one) => !one.retired && !Object.hasOwn(merged, one.key) && one.key !== term?.key)
  const mergedInto = term && Object.hasOwn(merged, term.key) ? merged[term.key] : undefined
  const field = (name: 'key' | 'en' | 'zh', hint: string) => ({
    id: name, name, type: 'text', label: request.say(`vocabulary.field.${name}`), value: typed[name], hint, refusal: refusalAt(refusals, name), optional: false, autocomplete: 'off',
  })
  return {
    crumbs: [{ href: `/vocabulary?kind=${kind.split('.')[0]}`, label: request.say(`vocabulary.kind.${kind.split('.')[0]}`) }],
    action: term ? `/vocabulary/${kind}/${term.key}` : `/vocabulary/${kind}`,
    heading: term ? labels.of(term) : request.say('vocabulary.add_to', { kind: kind.startsWith('reasons.') ? request.say(`vocabulary.reasons.${kind.slice(8)}`) : request.say(`vocabulary.kind.${kind}`) }),
    isNew: term === null,
    termKey: term?.key ?? '',
    version: seen,
    refusals,
    conflict: refused.some(({ code }) => code === 'vocabulary.changed') ? changesSaid(request, (taxonomy.changes ?? []).filter(({ version }) => version > seen)) : null,
    latest: taxonomy.version,
    fields: { key: field('key', request.say('vocabulary.field.key_hint')), en: field('en', ''), zh: field('zh', '') },
    descriptionEn: typed.descriptionEn, descriptionZh: typed.descriptionZh, routeEn: typed.routeEn, routeZh: typed.routeZh,
    at: Object.fromEntries(['descriptionEn', 'descriptionZh', 'parent', 'routeEn', 'routeZh', 'into'].map((name) => [name, refusalAt(refusals, name)])),
    topic: kind === 'topics',
    parents: terms.filter((one) => !one.parent && !Object.hasOwn(merged, one.key) && one.key !== term?.key && (!one.retired || one.key === typed.parent)).map((one) => ({ value: one.key, label: labels.of(one), checked: one.key === typed.parent })),
    reviewFirst: typed.reviewFirst,
    retired: term?.retired === true,
    mergedInto: mergedInto ? { href: `/vocabulary/${kind}/${mergedInto}`, label: labels.of(terms.find((one) => one.key === mergedInto) ?? { en: mergedInto, zh: mergedInto }) } : null,
    needed: term !== null && isNeeded(kind, term.key),
    mergeable: term !== null && isMergeable(kind) && !mergedInto && !term.route_to,
    targets: living.filter((one) => !one.route_to).map((one) => ({ value: one.key, label: labels.of(one), checked: one.key === merge.into })),
  }
}

export function typedFromTerm(term: Topic | null): TermTyped {
  return {
    key: term?.key ?? '', en: term?.en ?? '', zh: term?.zh ?? '', descriptionEn: term?.description?.en ?? '', descriptionZh: term?.description?.zh ?? '',
    parent: term?.parent ?? '', reviewFirst: term?.governance === 'review_first', routeEn: term?.route_to?.en ?? '', routeZh: term?.route_to?.zh ?? '',
  }
}

/** Who changed what, in one sentence each. */
export function changesSaid(request: FastifyRequest, changes: readonly VocabularyChange[]) {
  const labels = labelsOf(request)
  const nameOf = (kind: string, key: string): string => {
    if (kind === 'tags') return `#${key}`
    const { house } = request
    if (kind === 'concepts') {
      const concept = house.vocabularies.glossary().concepts.find((one) => one.key === key)
      return concept ? ((labels.zh ? concept.words.zh : concept.words.en)[0] ?? key) : key
    }
    const found: Term | undefined = EDITED_KINDS.some((one) => one === kind) ? termsOf(house.vocabularies.vocabulary().taxonomy, kind as EditedKind).find((one) => one.key === key) : undefined
    return found ? labels.of(found) : key
  }
  return changes.map(({ at, by, what, kind, key, into }) => ({
    at, text: request.say(`vocabulary.did.${what}`, { who: labels.person(by), term: nameOf(kind, key), into: into === undefined ? '' : nameOf(kind, into) }),
  }))
}

export function kindOf(typed: string): EditedKind | null {
  return EDITED_KINDS.find((kind) => kind === typed) ?? null
}

