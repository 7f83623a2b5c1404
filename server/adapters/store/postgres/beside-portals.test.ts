import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { openBank } from '../../../journeys/bank.js'
import { seedDemoOnce } from '../../../demo.js'
import { ROOT } from '../../../root.js'
import { Database } from './database.js'
import { counted, scratchServer } from './scratch-postgres.js'

const server = await scratchServer()
const only = typeof server === 'string' ? { skip: server } : {}
const scratch = await mkdtemp(join(tmpdir(), 'tacit-beside-portals-'))
t.teardown(() => rm(scratch, { recursive: true, force: true }))

/** A command of ours, with the settings of a portal of this database and of the very folder that a running one holds. */
async function command(name: string, env: Readonly<Record<string, string>>, args: readonly string[] = []): Promise<{ readonly code: number | null; readonly said: string }> {
  const own = extname(import.meta.filename)
  const script = fileURLToPath(new URL(`../../../../scripts/${name}${own}`, import.meta.url))
  const child = spawn(process.execPath, [...(own === '.ts' ? ['--import=@tapjs/typescript/import'] : []), script, ...args], {
    cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'], DEMO: 'false', TS_NODE_TRANSPILE_ONLY: '1', TSIMP_DIAG: 'ignore', ...env },
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => { said += String(text) })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, said }
}

t.test('three portals that start over one empty database at once make one demo bank', only, async (t) => {
  if (typeof server === 'string') return
  const env = { DATABASE_URL: await server.fresh() }
  const portals = await Promise.all([0, 1, 2].map(() => openBank(t, { env, empty: true })))
  const seeded = await Promise.all(portals.map(({ house }) => seedDemoOnce(house)))
  t.equal(seeded.filter((people) => people !== null).length, 1)
  const database = Database.open({ url: env.DATABASE_URL })
  t.teardown(() => database.close())
  const notes = await counted(database, "thing WHERE kind = 'note'")
  t.ok(notes > 20, `premise: ${notes} notes`)
  t.equal(await counted(database, "(SELECT DISTINCT doc->'revisions'->0->>'body' FROM thing WHERE kind = 'note') AS texts"), notes, 'none of them twice')
  for (const { house } of portals) {
    await house.fresh()
    t.ok(house.people.directory().persons.size > 10)
    t.equal(await seedDemoOnce(house), null)
  }
})

t.test('with a portal running beside them, commands of the terminal do their work, and the portal knows it at once', { ...only, timeout: 500_000 }, async (t) => {
  if (typeof server === 'string') return
  const folder = join(scratch, 'data')
  const url = await server.fresh()
  const bank = await openBank(t, { folder, env: { DATABASE_URL: url } })
  await bank.house.started()
  const env = { DATABASE_URL: url, DATA_DIR: folder }

  const created = await command('admin-create', env, ['han.bing'])
  t.equal(created.code, 0, created.said)
  const [, token = ''] = /\/password\/(\S+)/.exec(created.said) ?? []
  t.equal((await bank.stranger().get(`/password/${token}`)).status, 200, 'the link is good at the running portal')

  const staff = join(scratch, 'staff.csv')
  await writeFile(staff, 'login,name,email,department\nnew.comer,Newcomer,new.comer@bank.example,retail\n')
  const imported = await command('import-staff', env, [staff, '--as', 'han.bing'])
  t.equal(imported.code, 0, imported.said)
  await bank.house.fresh()
  t.equal(bank.house.people.directory().personByLogin('new.comer')?.department, 'retail')

  const customers = join(scratch, 'customers.csv')
  await writeFile(customers, 'external_id,kind,name,aliases,number,segment,team\n1,企业,Quillwright Holdings,,C-1,中型企业,families\n')
  const taken = await command('import-customers', env, [customers, '--as', 'zhao.min'])
  t.equal(taken.code, 0, taken.said)
  t.match((await (await bank.signIn('zhao.min')).get('/customers?q=Quillwright')).text, /Quillwright Holdings/)

  const digests = await command('send-digests', env, ['--now', '2026-03-09T01:00:00Z'])
  t.equal(digests.code, 0, digests.said)
  const audit = await command('audit-verify', env)
  t.match(audit, { code: 0, said: /The record is whole: [1-9]/ })

  const archive = join(scratch, 'beside.gz')
  t.match(await command('backup', env, [archive]), { code: 0, said: /all of one moment and read back/ })
  t.match(await command('restore', env, [archive]), { code: 1, said: /portal is serving this database/i })
  const other = await server.fresh()
  t.match(await command('restore', { ...env, DATABASE_URL: other }, [archive]), { code: 0, said: /The database holds the portal as it was/ })
  t.match(await command('audit-verify', { ...env, DATABASE_URL: other }), { code: 0, said: /The record is whole/ })
  t.equal((await bank.house.record.verify()).whole, true)
})
