import { readFile, stat } from 'node:fs/promises'
import type { ImportWish } from '../../server/domain/curation/new-batch.js'
import { beginBatch, newBatch } from '../../server/domain/curation/new-batch.js'
import type { Mapping } from '../../server/domain/curation/import-mapping.js'
import { grantFor } from '../../server/domain/customers/import-customer.js'
import { sightOf } from '../../server/domain/policy/readable.js'
import type { House } from '../../server/http/house.js'
import { texts } from './seed.js'

const MAPPING: Mapping = {
  schema: 1, key: 'bench', name: { en: 'bench', zh: 'bench' }, description: { en: 'bench', zh: 'bench' }, source: 'bench', format: 'csv', language: 'en',
  columns: ['id', 'text'], externalId: 'id', body: 'text', tags: [], fixed: { direction: 'about', nature: 'experience', informant: 'customer', firsthand: false, tags: ['import'] },
}

/** A file of so many notes. Made outside the portal, whose memory is measured. */
export function fileOf(rows: number): string {
  const text = texts()
  const lines = Array.from({ length: rows }, (_, n) => `${Date.now()}-${n},"${text(n).replaceAll('"', '""')}"`)
  return ['id,text', ...lines].join('\n')
}

/** Imports such a file as a curator's upload does. @returns how many were written, when all of them are */
export async function importNotes(house: House, file: string): Promise<number> {
  const person = house.people.directory().personByLogin('curator-0')
  if (!person) throw new Error('the data directory was not seeded')
  const wish: ImportWish = { fileName: 'bench.csv', bytes: (await stat(file)).size, source: 'bench', notes: { mapping: MAPPING, home: { department: 'retail', team: 'team-retail' }, proposed: { audience: 'enterprise', level: 'internal' } } }
  const made = newBatch(house.ids.next(), person, wish, { people: house.people.directory(), vocabulary: house.vocabularies.vocabulary(), today: house.clock.today(), now: house.clock.now() })
  if (!made.ok) throw new Error(made.refusals.map(({ code }) => code).join())
  const permission = grantFor(person, made.value.id)
  if (!permission.ok) throw new Error('the bench may not import')
  await house.imports.parts.batches.add(permission.grant, made.value, await readFile(file))
  house.imports.check(made.value)
  await house.imports.idle()
  const begun = await house.imports.parts.batches.change(permission.grant, (now) => beginBatch(now))
  if (!begun.ok) throw new Error(begun.refusals.map(({ code }) => code).join())
  house.imports.run(begun.value)
  await house.imports.idle()
  const done = await house.imports.parts.batches.get(begun.value.id, sightOf({ kind: 'person', person }, house.directories(), house.clock.today()))
  if (done?.state !== 'done') throw new Error('the file was not imported')
  return done.counts.created
}
