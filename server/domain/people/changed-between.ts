interface Named {
  readonly id: string
}

/**
 * Those that are not the same object in both lists, each as it was and as it is; undefined where there was or is none.
 * Nearly everybody stands where they stood, so only the others are looked up: one change among 50 000 people costs no index of them.
 */
export function* changedBetween<T extends Named>(before: readonly T[], after: readonly T[]): Iterable<readonly [id: string, was: T | undefined, is: T | undefined]> {
  const old = byId(before.filter((one, at) => after[at] !== one))
  const now = byId(after.filter((one, at) => before[at] !== one))
  for (const id of new Set([...old.keys(), ...now.keys()])) if (old.get(id) !== now.get(id)) yield [id, old.get(id), now.get(id)]
}

function byId<T extends Named>(all: readonly T[]): ReadonlyMap<string, T> {
  return new Map(all.map((one) => [one.id, one]))
}
