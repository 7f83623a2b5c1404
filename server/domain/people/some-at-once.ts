/** Acts on each, so many at once: the next is begun when one before it is done. Rejects with the first fault, and what was begun goes on. */
export async function someAtOnce<T>(things: readonly T[], many: number, act: (thing: T) => Promise<void>): Promise<void> {
  const waiting = things.values()
  await Promise.all(Array.from({ length: many }, async () => {
    for (const thing of waiting) await act(thing)
  }))
}

/** In their order, `size` together; of the last as many as are left. */
export async function* chunks<T>(things: AsyncIterable<T> | Iterable<T>, size: number): AsyncIterable<readonly T[]> {
  let chunk: T[] = []
  for await (const thing of things) {
    chunk.push(thing)
    if (chunk.length === size) {
      yield chunk
      chunk = []
    }
  }
  if (chunk.length > 0) yield chunk
}
