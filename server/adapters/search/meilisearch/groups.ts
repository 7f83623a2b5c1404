import type { Concept, Way } from '../embedded/concept.js'
import type { Feature } from '../embedded/features.js'
import { LATIN } from '../embedded/reading.js'
import { rarity } from '../embedded/rarity.js'
import { partOf } from './asked.js'
import type { Group } from './asking.js'
import { encodeBeginning, type Part } from './encode.js'
import type { Sample } from './sample.js'

const MOST_GROUPS = 24
const LEADS = 7
const TRIPLED = 4
const BEGUN_WORDS = 24

/** Entries that hold every one of the concepts, in any of its ways: one group for each way to do so. */
export function combinations(needed: readonly Concept[], sample: Sample): Group[] {
  if (needed.length === 0) return []
  let groups: Part[][] = [[]]
  for (const concept of needed) {
    const parts = partsOf(concept, sample)
    groups = groups.flatMap((begun) => parts.map((part) => [...begun, part])).slice(0, MOST_GROUPS)
  }
  return groups.map((parts) => ({ parts }))
}

/**
 * Where to look when not everything has to be there: entries with one of the rarest things asked for, those with most of
 * the others first.
 */
export function leads(concepts: readonly Concept[], features: readonly Feature[], sample: Sample): Group[] {
  const must = concepts.filter((concept) => concept.required).map((concept) => partsOf(concept, sample)[0])
  if (must.includes(undefined)) return []
  const required = must.flatMap((part) => part ?? [])
  const rare: Atom[] = []
  for (const concept of concepts) {
    if (concept.required) continue
    for (const way of distinctWays(concept)) {
      for (const part of partsOfWay(way, sample)) rare.push({ part, worth: way.weight * worthOf(way, concept, sample) })
    }
  }
  for (const { token, word, weight, idf } of features) {
    const part = partOf({ tokens: [token] }, word ? ['words_title'] : undefined)
    if (part) rare.push({ part, worth: weight * idf })
  }
  const best = new Map(rare.sort((one, other) => one.worth - other.worth).map((each) => [JSON.stringify(each.part), each]))
  const together = inSubsets([...best.values()].sort((one, other) => other.worth - one.worth))
  if (required.length === 0) return together
  return [{ parts: required, weight: 0.001 }, ...together.map((group) => ({ ...group, parts: [...required, ...group.parts] }))]
}

export interface Atom {
  readonly part: Part
  readonly worth: number
}

/**
 * One group for each of the telling sets of what is asked for, weighed by what it is worth together: the engine then puts
 * first what holds most, without knowing how rare a word is.
 */
export function inSubsets(best: readonly Atom[]): Group[] {
  const atoms = best.slice(0, LEADS)
  const whole = atoms.reduce((sum, { worth }) => sum + worth, 0)
  const sets = new Map<string, Atom[]>()
  const add = (set: Atom[]): void => void sets.set(set.map((atom) => atoms.indexOf(atom)).join(), set)
  // Pairs bring more of the best than most of the first ones together, which seldom all stand in one text.
  atoms.forEach((atom, i) => {
    add([atom])
    add(atoms.slice(0, i + 1))
    atoms.slice(i + 1).forEach((second, j) => {
      add([atom, second])
      for (const third of atoms.slice(i + j + 2, TRIPLED)) add([atom, second, third])
    })
  })
  return [...sets.values()].map((set) => ({
    parts: set.map((atom) => atom.part),
    weight: Math.min(1, Math.max(0.001, set.reduce((sum, { worth }) => sum + worth, 0) / (whole || 1))),
  }))
}

/** Entries that hold so much of what was asked for that they count as found though not everything is there. */
export function strongEnough(concepts: readonly Concept[], least: number, sample: Sample): Group[] {
  const required = concepts.filter((concept) => concept.required).flatMap((concept) => partsOf(concept, sample)[0] ?? [])
  const worth = concepts
    .filter((concept) => !concept.required && concept.ways.length > 0)
    .map((concept) => ({ concept, worth: Math.max(...concept.ways.map((way) => way.weight * worthOf(way, concept, sample))) }))
    .sort((a, b) => b.worth - a.worth)
  const chosen: Concept[][] = []
  const weak: typeof worth = []
  for (const each of worth) (each.worth >= least ? chosen.push([each.concept]) : weak.push(each))
  weak.forEach((one, i) => {
    for (const other of weak.slice(i + 1)) if (one.worth + other.worth >= least) chosen.push([one.concept, other.concept])
  })
  return chosen
    .flatMap((together) => combinations(together, sample))
    .slice(0, MOST_GROUPS)
    .map(({ parts }) => ({ parts: [...required, ...parts] }))
}

/** What a concept adds to a score; of Chinese its pairs and words count too, about as much again for each character. */
function worthOf(way: Way, concept: Concept, sample: Sample): number {
  const idf = rarity(way.found.count, sample.size)
  return concept.dense ? idf * (0.5 + Math.max(1, way.look.tokens.length) * 1.5) : LATIN * idf
}

function partsOf(concept: Concept, sample: Sample): Part[] {
  return distinctWays(concept).flatMap((way) => partsOfWay(way, sample))
}

/** A word as typed is among its forms. */
function distinctWays(concept: Concept): Way[] {
  const inForms = new Set(concept.ways.filter((way) => way.look.forms).map((way) => way.look.tokens.join(' ')))
  return concept.ways.filter((way) => way.found.count > 0 && (way.look.forms || way.look.open || !inForms.has(way.look.tokens.join(' '))))
}

function partsOfWay(way: Way, sample: Sample): Part[] {
  const part = partOf(way.look)
  if (part) return [part]
  const begun = way.look.tokens.at(-1) ?? ''
  const words = sample.startingWith(begun, BEGUN_WORDS)
  return words.length > 0 ? words.map((word) => ({ tokens: [word], beginning: null })) : [{ tokens: [], beginning: encodeBeginning(begun) }]
}
