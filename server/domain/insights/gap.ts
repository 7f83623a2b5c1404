import { done, refused, type Outcome } from '../people/refusal.js'
import type { Access } from '../policy/access.js'
import { granted, type Grant } from '../policy/grant.js'
import { sees } from '../policy/sees.js'
import type { Sight } from '../policy/readable.js'
import { maskIdentifiers } from '../notes/identifiers.js'

const MAX_LENGTH = 200

/** Something somebody looked for and did not find 知识缺口. */
export interface Gap {
  readonly id: string
  readonly at: string
  /** shown to nobody but themselves; so that one person counts once */
  readonly by: string
  readonly department: string
  readonly words: string
  readonly settled: { readonly by: string; readonly at: string } | null
}

export interface Gaps {
  all(): readonly Gap[]
  change(verb: (now: readonly Gap[]) => Outcome<readonly Gap[]>): Promise<Outcome<readonly Gap[]>>
}

/** Curators of the asker's department, without the asker's name (PRODUCT.md §3). */
export function gapAccess(gap: Gap): Access {
  return { author: '', named: [], reach: 'self', desk: gap.department, stewards: [], level: 'internal', customers: [] }
}

/** Asks for knowledge. Identifiers in the words are masked: a search box is where people paste them. */
export function askForIt(gaps: readonly Gap[], grant: Grant<'gap.ask'>, asked: { readonly id: string; readonly words: string; readonly department: string }, at: string): Outcome<readonly Gap[]> {
  granted(grant, asked.id)
  const words = keptWords(asked.words)
  if (words === '') return refused('q', 'gaps.empty')
  if (askedBefore(gaps, grant.who, words)) return done(gaps)
  return done([...gaps, { id: asked.id, at, by: grant.who, department: asked.department, words, settled: null }])
}

/** When this person asked for the same and has no answer yet; null when they did not. */
export function askedBefore(gaps: readonly Gap[], who: string, typed: string): string | null {
  const open = gaps.filter((gap) => gap.by === who && gap.settled === null)
  if (open.length === 0) return null
  const words = keptWords(typed)
  return open.find((gap) => sameWords(gap.words, words))?.at ?? null
}

/** Everything asked in these words, as far as this curator sees it, is answered or will not be. */
export function settleGap(gaps: readonly Gap[], grant: Grant<'gap.read'>, words: string, sight: Sight, at: string): Outcome<readonly Gap[]> {
  const mine = gaps.filter((gap) => gap.settled === null && sameWords(gap.words, words) && sees(sight.visible, gapAccess(gap)))
  if (mine.length === 0) return refused('', 'gaps.gone')
  return done(gaps.map((gap) => (mine.includes(gap) ? { ...gap, settled: { by: grant.who, at } } : gap)))
}

export interface GapSeen {
  readonly words: string
  readonly count: number
  readonly departments: readonly string[]
  readonly lastAt: string
}

/** Open gaps a curator sees, most asked first. */
export function gapsSeen(gaps: readonly Gap[], sight: Sight): readonly GapSeen[] {
  const groups = new Map<string, Gap[]>()
  for (const gap of gaps) {
    if (gap.settled !== null || !sees(sight.visible, gapAccess(gap))) continue
    const key = folded(gap.words)
    groups.set(key, [...(groups.get(key) ?? []), gap])
  }
  return [...groups.values()]
    .map((group) => ({
      words: group[group.length - 1]?.words ?? '',
      count: group.length,
      departments: [...new Set(group.map((gap) => gap.department))],
      lastAt: group.map((gap) => gap.at).sort().at(-1) ?? '',
    }))
    .sort((a, b) => b.count - a.count || b.lastAt.localeCompare(a.lastAt))
}

function keptWords(typed: string): string {
  return maskIdentifiers(typed.replace(/\s+/g, ' ').trim()).slice(0, MAX_LENGTH)
}

function sameWords(a: string, b: string): boolean {
  return folded(a) === folded(b)
}

function folded(words: string): string {
  return words.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()
}
