import type { Test } from 'tap'
import { customersContract } from './contract/customers.js'
import { draftsContract } from './contract/drafts.js'
import { feedContract } from './contract/feed.js'
import { lawContract } from './contract/law.js'
import { listsContract } from './contract/lists.js'
import type { Opens } from './contract/subject.js'
import { writingContract } from './contract/writing.js'

/**
 * What every store promises, run over each. Nothing here knows how one keeps its things.
 * @param open a new and empty store each time
 */
export async function storeContract(t: Test, name: string, open: Opens): Promise<void> {
  await t.test(`${name}: who reads what`, (t) => lawContract(t, open))
  await t.test(`${name}: lists and their order`, (t) => listsContract(t, open))
  await t.test(`${name}: writing`, (t) => writingContract(t, open))
  await t.test(`${name}: the feed`, (t) => feedContract(t, open))
  await t.test(`${name}: customers`, (t) => customersContract(t, open))
  await t.test(`${name}: drafts`, (t) => draftsContract(t, open))
}
