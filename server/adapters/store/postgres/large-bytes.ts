import type { Transaction } from './database.js'
import { piece } from './pieces.js'

/** What holds files, and by what they are known there. */
const KEYS = { import_file: 'batch', staff_paper: 'id' } as const

const PIECE = 2 * 1024 * 1024

/**
 * A file that is kept in a row, a piece at a time: in one go the driver would hold it several times over for a moment, as hexadecimal digits too.
 * @param tx the row is kept from changing until it ends
 * @returns null when there is none
 */
export async function bytesIn(tx: Transaction, table: keyof typeof KEYS, key: string): Promise<Buffer | null> {
  const where = `FROM ${table} WHERE ${KEYS[table]} = ?`
  const found = await tx.one<{ length: number }>(piece(`SELECT octet_length(bytes) AS length ${where} FOR SHARE`, key))
  if (!found) return null
  const whole = Buffer.alloc(found.length)
  for (let from = 0; from < found.length; from += PIECE) {
    const part = await tx.one<{ bytes: Buffer }>(piece(`SELECT substring(bytes FROM ${from + 1} FOR ${PIECE}) AS bytes ${where}`, key))
    if (!part) throw new Error(`${table} lost ${key} while it was read`)
    part.bytes.copy(whole, from)
  }
  return whole
}
