import type { AllDrafts, Draft, Drafts } from '../../../domain/notes/draft.js'
import type { Everything } from '../../../domain/policy/everything.js'
import type { Catalog } from './catalog.js'
import type { Entry } from '../catalog-rows.js'
import type { DocumentFolder, Listed } from './document-folder.js'
import { KeyedMutex } from '../keyed-mutex.js'
import type { Schema } from '../schema.js'
import { NoSuchDocument } from '../store-errors.js'

export const DRAFT_FILE: Schema<Draft> = {
  now: 1,
  check: (stored) => {
    if (typeof stored['owner'] !== 'string' || stored['owner'] === '') throw new Error('no owner')
    if (typeof stored['fields'] !== 'object' || stored['fields'] === null) throw new Error('no fields')
    return { ...stored, schema: 1 } as unknown as Draft
  },
}

/** One document for each draft. The owner is asked of the catalog, so a foreign id costs what an unknown one costs. */
export class DraftsStore implements Drafts, AllDrafts {
  private readonly mutexes = new KeyedMutex()

  constructor(
    private readonly documents: DocumentFolder<Draft>,
    private readonly catalog: Catalog,
    private readonly ready: Promise<unknown>,
  ) {}

  async get(id: string, owner: string): Promise<Draft | null> {
    await this.ready
    return this.ownerOf(id) === owner ? this.owned(id, owner) : null
  }

  async list(owner: string): Promise<readonly Draft[]> {
    await this.ready
    const rows = this.catalog.all<{ thing: string }>({
      sql: "SELECT thing FROM face WHERE +kind = 'draft' AND author = ? ORDER BY written DESC, thing DESC", params: [owner],
    })
    const drafts = await Promise.all(rows.map(({ thing }) => this.owned(thing, owner)))
    return drafts.filter((draft) => draft !== null)
  }

  /** @throws NoSuchDocument when the id is somebody else's, as if there were nothing to be had under it */
  async keep(draft: Draft): Promise<void> {
    await this.ready
    await this.mutexes.run(draft.id, async () => {
      const there = await this.documents.read(draft.id)
      if (there && there.owner !== draft.owner) throw new NoSuchDocument(draft.id)
      const kept = await this.documents.put({ ...draft, version: 1 })
      const file = await this.documents.stat(draft.id)
      if (file) this.catalog.put([this.entry(kept, file)])
    })
  }

  async drop(id: string, owner: string): Promise<void> {
    await this.ready
    await this.mutexes.run(id, async () => {
      if (this.ownerOf(id) !== owner) return
      await this.documents.remove(id)
      this.catalog.forget([id], 'draft')
    })
  }

  async rewrite(_pass: Everything, verb: (draft: Draft) => Draft): Promise<readonly string[]> {
    await this.ready
    const changed: string[] = []
    for (const { id } of await this.documents.list()) {
      await this.mutexes.run(id, async () => {
        const there = await this.documents.read(id)
        if (!there || verb(there) === there) return
        const kept = await this.documents.change(id, verb)
        const file = await this.documents.stat(id)
        if (file) this.catalog.put([this.entry(kept, file)])
        changed.push(id)
      })
    }
    return changed
  }

  entry(draft: Draft, file: Listed): Entry {
    return {
      id: draft.id, kind: 'draft', version: draft.version, seq: 0, accessSeq: 0, bytes: file.bytes, modified: file.modified,
      faces: [{
        face: 'writer',
        access: { author: draft.owner, named: [], reach: 'self', desk: 'none', stewards: [], level: 'restricted', customers: [] },
        columns: { written: draft.savedAt },
      }],
    }
  }

  private async owned(id: string, owner: string): Promise<Draft | null> {
    const draft = await this.documents.read(id)
    return draft?.owner === owner ? draft : null
  }

  private ownerOf(id: string): string | null {
    const row = this.catalog.one<{ author: string }>({ sql: "SELECT author FROM face WHERE +kind = 'draft' AND thing = ?", params: [id] })
    return row?.author ?? null
  }
}
