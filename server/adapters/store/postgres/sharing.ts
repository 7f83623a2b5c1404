import type { Schema, Stored } from '../schema.js'

/** Different values of one field that are remembered; a field that has more, and repeats few of them, is given up. */
const MOST = 4_000
const LONGEST_TEXT = 200
const MOST_PARTS = 8

/**
 * Reads documents so that what is the same in many of them lies in memory once: of fifty thousand people most have one
 * of a hundred departments, the same roles and the same settings. Documents are frozen, so nobody can tell.
 */
export function sharing<T extends object>(schema: Schema<T>): Schema<T> {
  const pools = new Map<string, Pool>()
  const pool = (field: string): Pool => pools.get(field) ?? made(pools, field)

  function shared(value: unknown, field: string): unknown {
    if (typeof value === 'string') return value.length > LONGEST_TEXT ? value : pool(field).one(value, value)
    if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
    const parts = value as { [name: string]: unknown }
    const names = Object.keys(parts)
    for (const name of names) parts[name] = shared(parts[name], Array.isArray(value) ? field : name)
    // Documents of one room may be of several kinds, told apart by what stands first in them.
    return names.length > MOST_PARTS ? value : pool(Array.isArray(value) ? `${field} []` : `${field} {${names[0]}`).one(value, null)
  }
  return { ...schema, check: (stored: Stored) => shared(schema.check ? schema.check(stored) : stored, '') as T }
}

class Pool {
  private readonly known = new Map<string, unknown>()
  private found = 0
  private givenUp = false

  /** @param name null: what it comes to as JSON */
  one(value: unknown, name: string | null): unknown {
    if (this.givenUp) return value
    const key = name ?? JSON.stringify(value)
    const before = this.known.get(key)
    if (before !== undefined) {
      this.found += 1
      return before
    }
    if (this.known.size < MOST) this.known.set(key, value)
    else if (this.found < MOST) {
      this.givenUp = true
      this.known.clear()
    }
    return value
  }
}

function made(pools: Map<string, Pool>, field: string): Pool {
  const pool = new Pool()
  pools.set(field, pool)
  return pool
}
