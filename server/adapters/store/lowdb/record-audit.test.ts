import t from 'tap'
import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from '../../../root.js'
import { openReal } from './scratch-store.js'

function audit(folder: string, ...args: string[]): { code: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import=@tapjs/typescript/import', join(ROOT, 'scripts', 'audit-verify.ts'), ...args],
    { encoding: 'utf8', env: { ...process.env, DATA_DIR: folder, TSIMP_DIAG: 'ignore' } },
  )
  return { code: status, said: stdout + stderr }
}

t.test('an auditor runs one command beside the running server and learns whether the record is whole', async (t) => {
  const root = t.testdir()
  t.match(audit(join(root, 'elsewhere')), { code: 2, said: /There is no record/ })

  const data = await openReal(root)
  const record = await data.record()
  for (let n = 1; n <= 5; n += 1) {
    await record.append({ at: data.health.clock(), who: 'ada', did: 'thing.read', thing: { kind: 'note', id: `n${n}` } })
  }
  const first = audit(root)
  t.match(first, { code: 0, said: /whole: 5 entries/ })
  const mark = /--mark (5:[0-9a-f]{64})/.exec(first.said)?.[1] ?? ''
  t.not(mark, '')
  await record.append({ at: data.health.clock(), who: 'bo', did: 'session.signed_in' })
  t.match(audit(root, '--mark', mark), { code: 0, said: /whole: 6 entries/ })
  await data.close()

  const file = join(root, 'record', '000001.ndjson')
  await writeFile(file, (await readFile(file, 'utf8')).replace('"id":"n3"', '"id":"n4"'))
  const tampered = audit(root)
  t.match(tampered, { code: 1, said: /record\/000001\.ndjson line 3: entry 3, or the one before it, was edited/ })
  t.match(tampered.said, /NOT whole: 1 problem/)
  t.match(audit(root, '--mark', 'nonsense'), { code: 2, said: /A mark looks like/ })
})
