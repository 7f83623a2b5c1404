import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { openReal, page, PAGES } from './scratch-store.js'

t.test('whoever starts it, nobody else on the machine reads the data directory', { skip: process.platform === 'win32' }, async (t) => {
  const before = process.umask(0o022)
  t.teardown(() => process.umask(before))
  const root = join(t.testdir(), 'data')
  const data = await openReal(root)
  const pages = await data.folder(PAGES)
  await pages.create(page(1))
  await (await data.record()).append({ at: '2026-01-05T08:00:00.000Z', who: 'nobody', did: 'session.refused' })
  await data.close()
  t.equal((await stat(root)).mode & 0o077, 0, 'the directory itself')
  const found = await readdir(root, { recursive: true, withFileTypes: true })
  t.ok(found.length > 5, `premise: ${found.length} names`)
  for (const entry of found) t.equal((await stat(join(entry.parentPath, entry.name))).mode & 0o077, 0, entry.name)
})
