import type { Clock } from './clock.js'

/** Something whoever runs the server must hear of. Holds ids and file names, never what people wrote. */
export type Notice =
  | { readonly kind: 'read_only'; readonly at: string; readonly reason: string }
  | { readonly kind: 'disk_full' | 'space_back'; readonly at: string }
  | { readonly kind: 'quarantined'; readonly at: string; readonly file: string; readonly why: string }
  | { readonly kind: 'record_repaired'; readonly at: string; readonly file: string; readonly bytes: number }
  | { readonly kind: 'record_doubtful'; readonly at: string; readonly file: string; readonly why: string }

/** What the disk lets us do at this moment; one for the whole data directory. */
export class Health {
  private why: string | null = null
  private full = false
  private readonly kept: Notice[] = []

  constructor(
    readonly clock: Clock,
    private readonly told: (notice: Notice) => void = () => {},
  ) {}

  /** False after a failed directory fsync, until a restart. */
  get writable(): boolean {
    return this.why === null
  }

  /** Why nothing is written any more, or null. */
  get reason(): string | null {
    return this.why
  }

  /** True from the first "no space" until there is space again; pages show a banner. */
  get diskFull(): boolean {
    return this.full
  }

  /** The latest notices, at most 100, oldest first. */
  get notices(): readonly Notice[] {
    return this.kept
  }

  stopWriting(reason: string): void {
    if (this.why !== null) return
    this.why = reason
    this.tell({ kind: 'read_only', at: this.clock(), reason })
  }

  setDiskFull(full: boolean): void {
    if (this.full === full) return
    this.full = full
    this.tell({ kind: full ? 'disk_full' : 'space_back', at: this.clock() })
  }

  tell(notice: Notice): void {
    this.kept.push(notice)
    if (this.kept.length > 100) this.kept.shift()
    this.told(notice)
  }
}
