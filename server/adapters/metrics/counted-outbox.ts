import type { Letter } from '../../domain/digests/letter.js'
import type { Outbox } from '../../domain/digests/port.js'

/** The same outbox; tells of each letter when it was saved as settled: its kind and how it ended, never whose it is. */
export function counted(outbox: Outbox, settled: (kind: Letter['kind'], state: Letter['state']) => void): Outbox {
  return new Proxy(outbox, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target)
      if (typeof value !== 'function') return value
      if (key !== 'handle') return (value as (...given: unknown[]) => unknown).bind(target)
      const handle: Outbox['handle'] = (id, act) =>
        target.handle(id, (letter, save) =>
          act(letter, async (next) => {
            const saved = await save(next)
            if (ENDS.includes(saved.state)) settled(saved.kind, saved.state)
            return saved
          }),
        )
      return handle
    },
  })
}

const ENDS: readonly Letter['state'][] = ['sent', 'failed', 'skipped']
