import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { keptContract } from '../contract/kept.js'
import { NOW, type OpenKept } from '../contract/open-kept.js'
import { openInFiles } from './kept.js'

await keptContract(t, 'lowdb', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'tacit-kept-'))
  t.teardown(() => rm(root, { recursive: true }))
  return opened(t, root)
})

async function opened(t: Test, root: string): Promise<OpenKept> {
  const kept = await openInFiles({ root, clock: () => NOW, reserveBytes: 4_096, log: { warn: () => {}, error: (facts, words) => t.fail(words, facts) } })
  let open = true
  const close = async () => {
    if (open) await kept.close()
    open = false
  }
  t.teardown(close)
  await kept.ready
  return {
    kept,
    reopen: async () => {
      await close()
      return opened(t, root)
    },
  }
}
