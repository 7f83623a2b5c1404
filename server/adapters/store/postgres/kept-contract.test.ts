import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { keptContract } from '../contract/kept.js'
import { NOW, type OpenKept } from '../contract/open-kept.js'
import { openInPostgres } from './kept.js'
import { scratchServer } from './scratch-postgres.js'

const server = await scratchServer()

if (typeof server === 'string') {
  await t.test('the contract of all that is kept, over PostgreSQL', { skip: server }, async () => {})
} else {
  await keptContract(t, 'postgres', async (t) => {
    const root = await mkdtemp(join(tmpdir(), 'tacit-kept-'))
    t.teardown(() => rm(root, { recursive: true }))
    return opened(t, root, await server.fresh())
  })
}

async function opened(t: Test, root: string, url: string): Promise<OpenKept> {
  const kept = await openInPostgres({ url, root, clock: () => NOW, told: (sentence) => t.fail(sentence), patience: { connection: 60_000, statement: 60_000, lock: 60_000 } })
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
      return opened(t, root, url)
    },
  }
}
