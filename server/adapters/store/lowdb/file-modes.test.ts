import { chmod, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { realFiles, type Files } from './files.js'
import { openReal, page, PAGES } from './scratch-store.js'

const OTHERS = { skip: process.platform === 'win32' }

/** Everything in the directory, and itself, that anybody else may do anything with. */
async function openToOthers(root: string): Promise<readonly string[]> {
  const found = await readdir(root, { recursive: true, withFileTypes: true })
  const paths = [root, ...found.map((entry) => join(entry.parentPath, entry.name))]
  const modes = await Promise.all(paths.map(async (path) => ((await stat(path)).mode & 0o077) === 0 ? [] : [path.slice(root.length) || '.']))
  return modes.flat()
}

/** As a release left it that did not see to modes, or an archive that was unpacked by hand. */
async function opened(root: string): Promise<number> {
  const found = await readdir(root, { recursive: true, withFileTypes: true })
  for (const entry of found) await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644)
  await chmod(root, 0o755)
  return found.length
}

t.test('a data directory that others of the machine could read is closed to them at the next start', OTHERS, async (t) => {
  const root = join(t.testdir(), 'data')
  const first = await openReal(root)
  await (await first.folder(PAGES)).create(page(1))
  await first.close()
  t.ok((await opened(root)) > 5, 'premise: there is something in it')
  t.ok((await openToOthers(root)).length > 5, 'premise: others may read it')
  const second = await openReal(root)
  t.same(await openToOthers(root), [])
  t.equal((await (await second.folder(PAGES)).read(page(1).id))?.text, page(1).text, 'and we still read it')
  await second.close()
})

t.test('everything is looked at once, and again when the directory was found open', OTHERS, async (t) => {
  const root = join(t.testdir(), 'data')
  await (await openReal(root)).close()
  await chmod(join(root, 'manifest.json'), 0o644)
  await (await openReal(root)).close()
  t.same(await openToOthers(root), ['/manifest.json'], 'within a closed directory nobody reaches it')
  await chmod(root, 0o750)
  await (await openReal(root)).close()
  t.same(await openToOthers(root), [])
})

t.test('what cannot be closed to others is refused in a sentence that says what to do', OTHERS, async (t) => {
  const root = join(t.testdir(), 'data')
  await (await openReal(root)).close()
  await chmod(root, 0o755)
  const foreign: Files = { ...realFiles, closeToOthers: async () => { throw Object.assign(new Error('EPERM'), { code: 'EPERM' }) } }
  await t.rejects(openReal(root, foreign), { code: 'store.not_private', message: /data can be read by other users of this machine.*chown/ })
  const own = await openReal(root)
  t.ok(own, 'and it was let go')
  await own.close()
})

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
