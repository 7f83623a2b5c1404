import type { FastifyRequest } from 'fastify'
import type { Refusals } from '../../domain/people/refusal.js'
import { refusalAt, sayRefusals } from '../form.js'
import type { VocabularyTab } from './vocabulary-page.js'

export interface TagsTyped {
  readonly from: readonly string[]
  readonly into: string
  readonly refusals: Refusals
}

/** The tags this curator's notes carry, as far as they may read them, to choose those that become one. */
export async function tagsPart(request: FastifyRequest, tab: VocabularyTab, { from, into, refusals: refused }: TagsTyped) {
  const refusals = sayRefusals(request, refused)
  if (tab !== 'tags') return { tags: null, refusals }
  const { house } = request
  const vocabulary = house.vocabularies.vocabulary()
  const merged = Object.keys(vocabulary.taxonomy.aliases.tags ?? {})
  const inUse = await house.notes.tagsInUse(request.sight(), Object.fromEntries(merged.map((old) => [old, vocabulary.resolve('tags', old)])))
  const listed = new Set(inUse.map(({ tag }) => tag))
  return {
    tags: {
      inUse: inUse.map(({ tag, count }) => ({ tag, count, href: `/search?tag=${encodeURIComponent(tag)}`, checked: from.includes(tag) })),
      other: from.find((tag) => !listed.has(tag)) ?? '', into,
      fromRefusal: refusalAt(refusals, 'from'), intoRefusal: refusalAt(refusals, 'into'),
      merged: merged.map((old) => ({ from: old, into: vocabulary.taxonomy.aliases.tags?.[old] ?? '' })),
    },
    refusals,
  }
}
