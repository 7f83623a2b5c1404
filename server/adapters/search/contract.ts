import type { Test } from 'tap'
import { lawContract } from './contract/law.js'
import { listsContract } from './contract/lists.js'
import { rebuildContract } from './contract/rebuild.js'
import type { Opens } from './contract/subject.js'
import { wordsContract } from './contract/words.js'

/**
 * What every search engine promises, run over each. Nothing here knows how one finds.
 * @param open a new and empty engine each time
 * @param every how manieth of the hostile strings is tried: an engine elsewhere answers each in tens of milliseconds
 */
export async function searchContract(t: Test, name: string, open: Opens, every = 1): Promise<void> {
  await t.test(`${name}: who finds what`, (t) => lawContract(t, open))
  await t.test(`${name}: what words find`, (t) => wordsContract(t, open, every))
  await t.test(`${name}: counts, pages, suggestions and likeness`, (t) => listsContract(t, open))
  await t.test(`${name}: rebuilding`, (t) => rebuildContract(t, open))
}
