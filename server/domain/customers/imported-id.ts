import { v5 } from 'uuid'

/** Ours alone: the same name under it always gives the same id. */
const NAMESPACE = '5b0c1d3e-8a4f-4c57-9d21-6f0e7a92c4b8'

/**
 * The id of something that came from a file: the same row finds the same thing again, in every run on every machine.
 * @param apart set when that id is taken by a thing the importer may not know of: theirs is another one then, and
 * nothing tells them why
 */
export function importedId(kind: 'note' | 'customer', source: string, externalId: string, apart = ''): string {
  return v5(JSON.stringify([kind, source, externalId, ...(apart === '' ? [] : [apart])]), NAMESPACE)
}
