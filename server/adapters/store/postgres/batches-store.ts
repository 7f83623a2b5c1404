import { batchAccess, isUnfinished, type Batch, type Batches } from '../../../domain/curation/import-batch.js'
import type { Outcome } from '../../../domain/people/refusal.js'
import type { Everything } from '../../../domain/policy/everything.js'
import { granted } from '../../../domain/policy/grant.js'
import type { Sight } from '../../../domain/policy/readable.js'
import { sees } from '../../../domain/policy/sees.js'
import { BATCH_FILE } from '../lowdb/batches-store.js'
import type { Schema } from '../schema.js'
import { NoSuchDocument } from '../store-errors.js'
import type { Database } from './database.js'
import { read, written } from './documents.js'
import { bytesIn } from './large-bytes.js'
import { piece, type Piece } from './pieces.js'

const SCHEMA = BATCH_FILE as unknown as Schema<Batch>
/** Separates these locks from those of others in the same database. */
const BATCHES = 727_1004
const SELECT = 'SELECT id, version, doc::text AS doc FROM import_batch'

interface Row {
  readonly id: string
  readonly version: number
  readonly doc: string
}

/** One row a batch; the uploaded file lies beside until the batch is done, so that a killed import can go on anywhere. */
export function openBatches(database: Database): Batches {
  const found = async ({ sql, params }: Piece): Promise<readonly Batch[]> => (await database.rows<Row>(piece(`${SELECT} ${sql}`, ...params))).map(batchOf)
  const visible = (batch: Batch, sight: Sight): boolean => sees(sight.visible, batchAccess(batch))

  return {
    get: async (id, sight) => {
      const [batch] = await found(piece('WHERE id = ?', id))
      return batch && visible(batch, sight) ? batch : null
    },
    // A bank imports some dozens a year: who may see which is asked of each.
    list: async (sight) => (await found(piece('ORDER BY created_at DESC, id DESC'))).filter((batch) => visible(batch, sight)),
    add: async (grant, batch, file) => {
      granted(grant, batch.id)
      await database.transaction(async (tx) => {
        await tx.rows(piece('INSERT INTO import_batch (id, version, created_at, unfinished, doc) VALUES (?, 1, ?, ?, ?::jsonb)', batch.id, batch.createdAt, isUnfinished(batch), written(SCHEMA, batch)))
        await tx.rows(piece('INSERT INTO import_file (batch, bytes) VALUES (?, ?)', batch.id, file))
      })
    },
    change: async (grant, verb) => {
      const { value } = await database.transaction(async (tx): Promise<Outcome<Batch>> => {
        const row = await tx.one<Row>(piece(`${SELECT} WHERE id = ? FOR UPDATE`, grant.thing))
        if (!row) throw new NoSuchDocument(grant.thing)
        const now = batchOf(row)
        granted(grant, now.id)
        const outcome = verb(now)
        if (!outcome.ok || outcome.value === now) {
          tx.drop()
          return outcome
        }
        const next = { ...outcome.value, version: now.version + 1 }
        await tx.rows(piece('UPDATE import_batch SET version = ?, unfinished = ?, doc = ?::jsonb WHERE id = ?', next.version, isUnfinished(next), written(SCHEMA, next), next.id))
        return { ok: true, value: next }
      })
      return value
    },
    file: async (batch) => (await database.transaction((tx) => bytesIn(tx, 'import_file', batch.id))).value,
    dropFile: async (batch) => void (await database.run(piece('DELETE FROM import_file WHERE batch = ?', batch.id))),
    drop: async (grant) => void (await database.run(piece('DELETE FROM import_batch WHERE id = ?', grant.thing))),
    rewrite: async (_pass, verb) => {
      const changed: string[] = []
      for (const batch of await found(piece('ORDER BY id'))) {
        const { value } = await database.transaction(async (tx) => {
          // The batch first, as everybody who writes one does; its file cannot come back while it is held.
          const row = await tx.one<Row>(piece(`${SELECT} WHERE id = ? FOR UPDATE`, batch.id))
          const next = row ? await verb(batchOf(row), await bytesIn(tx, 'import_file', batch.id)) : null
          if (!row || !next) {
            tx.drop()
            return false
          }
          const { file: made, leftOut } = next
          const now: Batch = { ...batchOf(row), version: row.version + 1, ...(made && made.text !== '' && { format: made.format }), ...(leftOut && { leftOut }) }
          if (made?.text === '') await tx.rows(piece('DELETE FROM import_file WHERE batch = ?', batch.id))
          else if (made) await tx.rows(piece('UPDATE import_file SET bytes = ? WHERE batch = ?', Buffer.from(made.text), batch.id))
          await tx.rows(piece('UPDATE import_batch SET version = ?, doc = ?::jsonb WHERE id = ?', now.version, written(SCHEMA, now), batch.id))
          return true
        })
        if (value) changed.push(batch.id)
      }
      return changed
    },
    alone: (id, act) => database.exclusively(BATCHES, id, act),
    unfinished: async (_pass: Everything) => found(piece('WHERE unfinished ORDER BY created_at, id')),
  }
}

function batchOf({ id, version, doc }: Row): Batch {
  return { ...read(SCHEMA, doc, `import ${id}`), version }
}
