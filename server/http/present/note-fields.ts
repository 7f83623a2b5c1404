import type { Party } from '../../domain/policy/access.js'
import { AUDIENCES, LEVELS, type Audience, type Level } from '../../domain/policy/level.js'
import type { Vocabulary } from '../../domain/notes/taxonomy.js'
import type { Revision } from '../../domain/notes/revision.js'
import { titleOf } from '../../domain/notes/markdown.js'
import { DIRECTIONS, INFORMANTS, NATURES, STAGES } from '../../domain/notes/words.js'
import type { Writing } from '../../domain/notes/writing.js'

/** A form's fields as typed: one value, or several of the same name. */
export type Fields = Readonly<Record<string, string | readonly string[]>>

export const AUDIENCE_BY_DEFAULT: Audience = 'enterprise'
export const LEVEL_BY_DEFAULT: Level = 'internal'

/** What a person typed, in domain terms. Values that no form of ours offers read as "not said", never as an error. */
export function writingFrom(fields: Fields): Writing {
  return {
    title: one(fields, 'title').trim(),
    body: one(fields, 'body').replace(/\r\n?/g, '\n'),
    about: {
      customers: many(fields, 'customer'),
      topic: one(fields, 'topic') || null,
      direction: among(DIRECTIONS, one(fields, 'direction')),
      nature: among(NATURES, one(fields, 'nature')),
      products: many(fields, 'product'),
      segment: one(fields, 'segment') || null,
      stage: among(STAGES, one(fields, 'stage')),
      tags: one(fields, 'tags').split(/[,，、;；\n]/).map((tag) => tag.trim()).filter((tag) => tag !== ''),
    },
    source: {
      informant: among(INFORMANTS, one(fields, 'informant')),
      saidBy: one(fields, 'saidBy').trim().slice(0, 200),
      touchpoint: one(fields, 'touchpoint') || null,
      observedOn: /^\d{4}-\d{2}-\d{2}$/.test(one(fields, 'observedOn')) ? one(fields, 'observedOn') : null,
      firsthand: one(fields, 'firsthand') === 'yes' ? true : one(fields, 'firsthand') === 'no' ? false : null,
      reference: one(fields, 'reference').trim().slice(0, 500),
    },
    proposed: {
      audience: among(AUDIENCES, one(fields, 'audience')) ?? AUDIENCE_BY_DEFAULT,
      level: among(LEVELS, one(fields, 'level')) ?? LEVEL_BY_DEFAULT,
      named: parties(fields, 'named'),
      stewards: parties(fields, 'steward'),
    },
  }
}

/** The other way: the form of a revision that somebody wants to edit. */
export function fieldsFrom(revision: Revision): Record<string, string | string[]> {
  const { about, source, proposed } = revision
  return {
    title: revision.title,
    body: revision.body,
    customer: [...about.customers],
    topic: about.topic ?? '',
    direction: about.direction ?? '',
    nature: about.nature ?? '',
    product: [...about.products],
    segment: about.segment ?? '',
    stage: about.stage ?? '',
    tags: about.tags.join(', '),
    informant: source.informant ?? '',
    saidBy: source.saidBy,
    touchpoint: source.touchpoint ?? '',
    observedOn: source.observedOn ?? '',
    firsthand: source.firsthand === null ? '' : source.firsthand ? 'yes' : 'no',
    reference: source.reference,
    audience: proposed.audience,
    level: proposed.level,
    named: [...proposed.named],
    steward: [...proposed.stewards],
  }
}

/** The same for its next writer: a title that came from the text goes on following the text. */
export function fieldsToEdit(revision: Revision): Record<string, string | string[]> {
  const fields = fieldsFrom(revision)
  return revision.title === titleOf(revision.body) ? { ...fields, title: '' } : fields
}

const KINDS = { topic: 'topics', product: 'products', segment: 'segments', touchpoint: 'touchpoints' } as const

/** The fields with keys as they are known now: a term that was merged is chosen as the one it became. */
export function keysNow(fields: Fields, vocabulary: Vocabulary): Fields {
  const now = Object.entries(KINDS).flatMap(([name, kind]) => {
    const typed = fields[name]
    if (typed === undefined) return []
    return [[name, typeof typed === 'string' ? vocabulary.resolve(kind, typed) : typed.map((key) => vocabulary.resolve(kind, key))] as const]
  })
  return { ...fields, ...Object.fromEntries(now) }
}

export function one(fields: Fields, name: string): string {
  const value = fields[name]
  return typeof value === 'string' ? value : (value?.[0] ?? '')
}

export function many(fields: Fields, name: string): string[] {
  const value = fields[name]
  const list = value === undefined ? [] : typeof value === 'string' ? [value] : [...value]
  return [...new Set(list.map((each) => each.trim()).filter((each) => each !== ''))]
}

function parties(fields: Fields, name: string): Party[] {
  return many(fields, name).filter((each): each is Party => /^[pt]:./.test(each))
}

function among<T extends string>(offered: readonly T[], value: string): T | null {
  return (offered as readonly string[]).includes(value) ? (value as T) : null
}
