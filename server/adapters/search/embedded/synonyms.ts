import { stemmer } from 'stemmer'
import { fold } from '../../../domain/search/fold.js'
import { runsOf, type Run } from '../../../domain/search/runs.js'

/** The glossary as the engine uses it, at the moment of asking: changing it re-indexes nothing. */
export class Synonyms {
  private readonly groups: Run[][][]
  private readonly byKey = new Map<string, number[]>()
  private longest = 0

  constructor(groups: readonly (readonly string[])[]) {
    this.groups = groups.map((words) => words.map((word) => runsOf(fold(word))).filter((runs) => runs.length > 0))
    this.groups.forEach((words, group) => {
      for (const runs of words) {
        const key = keyOf(runs)
        this.longest = Math.max(this.longest, runs.length)
        this.byKey.set(key, [...new Set([...(this.byKey.get(key) ?? []), group])])
      }
    })
  }

  /** The longest word of the glossary that stands here: how many runs it takes. */
  at(runs: readonly Run[], from: number): number {
    for (let count = Math.min(this.longest, runs.length - from); count > 0; count--) {
      if (this.byKey.has(keyOf(runs.slice(from, from + count)))) return count
    }
    return 0
  }

  has(dense: string): boolean {
    return this.byKey.has(dense)
  }

  /** The other words of its concepts. */
  of(runs: readonly Run[]): Run[][] {
    const key = keyOf(runs)
    const groups = this.byKey.get(key) ?? []
    return groups.flatMap((group) => this.groups[group] ?? []).filter((other) => keyOf(other) !== key)
  }
}

function keyOf(runs: readonly Run[]): string {
  return runs.map((run) => (run.dense ? run.text : stemmer(run.text))).join(' ')
}
