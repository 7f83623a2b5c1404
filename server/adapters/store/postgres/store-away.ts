import { StoreError } from '../store-errors.js'

/** The database does not answer, or not now. Pages say so (503) and ask to try again; nothing is known to be written. */
export class StoreAway extends StoreError {
  readonly statusCode = 503
  constructor(why: string, options?: ErrorOptions) {
    super('store.away', `the database cannot be asked now: ${why}`, options)
  }
}

/** Classes and codes of PostgreSQL that say "not now" and nothing about the statement. */
const NOT_NOW = /^(08...|53...|57P0.|57014|55P03|25P0[23]|58...|40001|40P01)$/
/** How connections break, as node, the driver and its pool say it. */
const BROKEN = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ENOENT)$/
const SAID = /timeout exceeded|Connection terminated|connection error|Query read timeout|not queryable|Client has encountered|Cannot use a pool after/i

/** The same error, or a StoreAway when it is the database that is away and not the statement that is wrong. */
export function awayOr(error: unknown): unknown {
  if (error instanceof StoreAway) return error
  const { code = '', message = '' } = (error ?? {}) as { code?: string; message?: string }
  const away = NOT_NOW.test(code) || BROKEN.test(code) || SAID.test(message)
  return away ? new StoreAway(code || message, { cause: error }) : error
}

/** After such an error the connection itself is of no more use. */
export function isBroken(error: unknown): boolean {
  const { code = '', message = '' } = ((error as { cause?: unknown })?.cause ?? error ?? {}) as { code?: string; message?: string }
  return /^(08...|57P0[123])$/.test(code) || BROKEN.test(code) || SAID.test(message)
}
