/** A rebuild of the search index, from being asked for to its end; kept where every process of the portal sees it. */
export interface Reindexing {
  /** UTC ISO-8601 with ms: which one it is */
  readonly asked: string
  readonly state: 'asked' | 'running' | 'done' | 'failed'
  /** things built so far */
  readonly done: number
}

/** Keeps the newest one. */
export interface Reindexings {
  read(): Promise<Reindexing | null>
  write(reindexing: Reindexing): Promise<void>
}
