import type { AllDrafts, Draft, Drafts } from '../../../domain/notes/draft.js'
import type { Everything } from '../../../domain/policy/everything.js'
import { DRAFT_FILE } from '../lowdb/drafts-store.js'
import { NoSuchDocument } from '../store-errors.js'
import type { Database } from './database.js'
import { read, written } from './documents.js'
import { piece, type Piece } from './pieces.js'

/** One row for each draft; its owner is part of every question, so a foreign id costs what an unknown one costs. */
export class DraftsStore implements Drafts, AllDrafts {
  constructor(private readonly database: Database) {}

  async get(id: string, owner: string): Promise<Draft | null> {
    return (await this.found(piece('WHERE id = ? AND owner = ?', id, owner)))[0] ?? null
  }

  async list(owner: string): Promise<readonly Draft[]> {
    return this.found(piece('WHERE owner = ? ORDER BY saved_at DESC, id DESC', owner))
  }

  /** @throws NoSuchDocument when the id is somebody else's, as if there were nothing to be had under it */
  async keep(draft: Draft): Promise<void> {
    const kept = await this.database.run(piece(
      `INSERT INTO draft AS d (id, owner, version, saved_at, doc) VALUES (?, ?, 1, ?, ?::jsonb)
        ON CONFLICT (id) DO UPDATE SET version = d.version + 1, saved_at = EXCLUDED.saved_at, doc = EXCLUDED.doc WHERE d.owner = EXCLUDED.owner`,
      draft.id, draft.owner, draft.savedAt, written(DRAFT_FILE, draft),
    ))
    if (kept === 0) throw new NoSuchDocument(draft.id)
  }

  async drop(id: string, owner: string): Promise<void> {
    await this.database.run(piece('DELETE FROM draft WHERE id = ? AND owner = ?', id, owner))
  }

  async rewrite(_pass: Everything, verb: (draft: Draft) => Draft): Promise<readonly string[]> {
    const changed: string[] = []
    for (let after = ''; ; ) {
      const batch = await this.database.rows<{ id: string }>(piece('SELECT id FROM draft WHERE id > ? ORDER BY id LIMIT 200', after))
      for (const { id } of batch) if (await this.rewritten(id, verb)) changed.push(id)
      const last = batch[batch.length - 1]
      if (!last) return changed
      after = last.id
    }
  }

  private async rewritten(id: string, verb: (draft: Draft) => Draft): Promise<boolean> {
    const { value } = await this.database.transaction(async (tx) => {
      const row = await tx.one<Row>(piece(`${SELECT} WHERE id = ? FOR UPDATE`, id))
      const now = row && draftOf(row)
      const next = now && verb(now)
      if (!next || next === now) {
        tx.drop()
        return false
      }
      await tx.rows(piece('UPDATE draft SET version = version + 1, saved_at = ?, doc = ?::jsonb WHERE id = ?', next.savedAt, written(DRAFT_FILE, next), id))
      return true
    })
    return value
  }

  private async found({ sql, params }: Piece): Promise<readonly Draft[]> {
    return (await this.database.rows<Row>(piece(`${SELECT} ${sql}`, ...params))).map(draftOf)
  }
}

const SELECT = 'SELECT id, version, doc::text AS doc FROM draft'

interface Row {
  readonly id: string
  readonly version: number
  readonly doc: string
}

function draftOf({ id, version, doc }: Row): Draft {
  return { ...read(DRAFT_FILE, doc, `draft ${id}`), version }
}
