export interface HeldRow {
  readonly id: string
  readonly version: number
}

/**
 * What this process's index may not show until it has taken that version. Looks around bring the closings of other
 * processes, and near an open transaction the same one several times: what was released stays released.
 */
export class Holds {
  readonly ids = new Set<string>()
  private readonly held = new Map<string, number>()
  /** with the look around after which it may be forgotten */
  private readonly released = new Map<string, { readonly version: number; readonly look: number }>()
  private look = 0
  /** looks around go on from here */
  mark = 0

  /** @returns how to take it back when the write failed */
  hold(id: string, version: number): () => void {
    const before = this.held.get(id)
    this.held.set(id, Math.max(version, before ?? 0))
    this.ids.add(id)
    return () => {
      if (before !== undefined) this.held.set(id, before)
      else this.forget(id)
    }
  }

  release(id: string, version: number): void {
    const held = this.held.get(id)
    // Also when it is not known here yet: a look around that is under way may be about to bring it.
    if ((this.released.get(id)?.version ?? 0) <= version) this.released.set(id, { version, look: this.look + 1 })
    if (held === undefined || held > version) return
    this.forget(id)
  }

  asking(): void {
    this.look += 1
  }

  /** @param rows all that was closed at or after the mark before, and is committed */
  saw(rows: readonly HeldRow[], mark: number): void {
    const again = new Set<string>()
    for (const { id, version } of rows) {
      again.add(id)
      if ((this.released.get(id)?.version ?? 0) < version) this.hold(id, version)
    }
    // Released before this look was asked for, and not brought by it: it lies below the mark and never comes again.
    for (const [id, { look }] of this.released) if (look <= this.look && !again.has(id)) this.released.delete(id)
    this.mark = Math.max(this.mark, mark)
  }

  private forget(id: string): void {
    this.held.delete(id)
    this.ids.delete(id)
  }
}
