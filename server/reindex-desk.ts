import { setTimeout as pause } from 'node:timers/promises'
import type { Reindexings } from './domain/search/reindexing.js'

/** Where one process asks for a rebuild and the one that feeds the index makes it. */
export interface ReindexDesk {
  /** Resolves when it was made. @throws Error when it failed, or nobody took it up */
  ask(progress?: (done: number) => void): Promise<void>
  /** Makes the one that is waiting, if any. @param each every process has an index of its own and builds it */
  carryOut(rebuild: (progress: (done: number) => void) => Promise<void>, how?: { readonly each?: boolean }): Promise<void>
}

export interface DeskOptions {
  readonly reindexings: Reindexings
  readonly now: () => string
  /** ms after which whoever asked gives up waiting for somebody to begin */
  readonly patience?: number
  /** ms between two looks at the found */
  readonly every?: number
}

export function openReindexDesk({ reindexings, now, patience = 30_000, every = 500 }: DeskOptions): ReindexDesk {
  let last: string | null = null
  const began = now()
  return {
    ask: async (progress) => {
      const asked = now()
      await reindexings.write({ asked, state: 'asked', done: 0 })
      for (let waited = 0; ; waited += every) {
        await pause(every)
        const found = await reindexings.read()
        if (found?.asked !== asked) throw new Error('somebody else asked for a rebuild at the same time, and theirs is made')
        progress?.(found.done)
        if (found.state === 'done') return
        if (found.state === 'failed') throw new Error('the rebuild failed; the log of the portal says why')
        if (found.state === 'asked' && waited >= patience) throw new Error('no portal took the rebuild up')
      }
    },
    carryOut: async (rebuild, { each = false } = {}) => {
      const found = await reindexings.read()
      const open = found?.state === 'asked' || found?.state === 'running'
      if (!found || found.asked === last || !(open || (each && found.asked > began))) return
      // One that a killed process was making is begun again.
      last = found.asked
      let told = 0
      let writing: Promise<void> = Promise.resolve()
      const tell = (done: number): void => {
        if (done - told < 1_000) return
        told = done
        writing = writing.then(() => reindexings.write({ ...found, state: 'running', done })).catch(() => {})
      }
      await reindexings.write({ ...found, state: 'running', done: 0 })
      try {
        await rebuild(tell)
        await writing
        await reindexings.write({ ...found, state: 'done', done: told })
      } catch (error) {
        await writing
        await reindexings.write({ ...found, state: 'failed', done: told })
        throw error
      }
    },
  }
}
