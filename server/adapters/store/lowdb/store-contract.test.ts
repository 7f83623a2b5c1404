import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { storeContract } from '../contract.js'
import type { Subject } from '../contract/subject.js'
import { CountedFiles } from './counted-files.js'
import { openReal } from './scratch-store.js'
import { openStore } from './store.js'

await storeContract(t, 'lowdb', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'tacit-store-'))
  t.teardown(() => rm(root, { recursive: true }))
  return subject(t, root)
})

async function subject(t: Test, root: string): Promise<Subject> {
  const files = new CountedFiles()
  const data = await openReal(root, files)
  const store = await openStore(data, { log: { warn: () => {}, error: (facts, words) => t.fail(words, facts) } })
  await store.ready
  let open = true
  const close = async () => {
    if (!open) return
    open = false
    await store.close()
    await data.close()
  }
  t.teardown(close)
  return {
    ports: store,
    reads: () => files.reads,
    holdNextWrite: () => files.holdNextWrite(),
    reopen: async () => {
      await close()
      return subject(t, root)
    },
  }
}
