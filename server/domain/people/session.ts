/** Somebody signed in on one device, for at most a working day. Rights are never kept here. */
export interface Session {
  readonly person: string
  /** the number of changes of rights and of password it was made under; a later number ends it */
  readonly rights: number
  readonly password: number
  readonly startedAt: string
  readonly until: string
  /** what the browser called itself, at most 200 characters */
  readonly agent: string
  readonly address: string
}

/** What must be equal for a session to go on. */
export interface Epochs {
  readonly rights: number
  readonly password: number
}

/** @param now UTC ISO-8601; compared as text */
export function isAlive(session: Session, epochs: Epochs, active: boolean, now: string): boolean {
  return active && now < session.until && session.rights === epochs.rights && session.password === epochs.password
}

/** @param hours length of the working day */
export function endOfWorkingDay(now: string, hours: number): string {
  return new Date(Date.parse(now) + hours * 3_600_000).toISOString()
}
