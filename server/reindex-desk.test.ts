import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { reindexingsIn } from './adapters/store/lowdb/reindexing.js'
import { openReindexDesk } from './reindex-desk.js'

async function desks(t: Test, patience = 60_000) {
  const root = await mkdtemp(join(tmpdir(), 'tacit-reindex-'))
  t.teardown(() => rm(root, { recursive: true }))
  let n = 0
  const now = () => new Date(Date.UTC(2026, 2, 3, 8, 0, (n += 1))).toISOString()
  const open = () => openReindexDesk({ reindexings: reindexingsIn(root), now, patience, every: 10 })
  return { script: open(), portal: open(), another: open(), reindexings: reindexingsIn(root) }
}

t.test('what a script asks for is made once by the portal, and the script hears how far it is', async (t) => {
  const { script, portal, reindexings } = await desks(t)
  const heard: number[] = []
  const asked = script.ask((done) => heard.push(done))
  while (!(await reindexings.read())) await new Promise(setImmediate)
  let made = 0
  await portal.carryOut(async (progress) => {
    made += 1
    progress(2_500)
  })
  await asked
  await portal.carryOut(async () => { made += 1 })
  t.equal(made, 1)
  t.equal(heard.at(-1), 2_500)
})

t.test('when nobody takes it up, or it fails, whoever asked is told', async (t) => {
  const hasty = await desks(t, 60)
  await t.rejects(hasty.script.ask(), /no portal took/)
  const { script, portal, reindexings } = await desks(t)
  const asked = script.ask()
  while (!(await reindexings.read())) await new Promise(setImmediate)
  await t.rejects(portal.carryOut(async () => { throw new Error('the disk is full') }), /disk is full/)
  await t.rejects(asked, /the rebuild failed/)
})

t.test('one that a killed portal had begun is begun again by the next', async (t) => {
  const { another, reindexings } = await desks(t)
  await reindexings.write({ asked: '2026-03-03T07:00:00.000Z', state: 'running', done: 10 })
  let made = 0
  await another.carryOut(async () => { made += 1 })
  t.equal(made, 1)
  t.match(await reindexings.read(), { state: 'done' })
})

t.test('where every process has an index of its own each of them builds it, but not one that was asked for before it began', async (t) => {
  const { script, portal, another, reindexings } = await desks(t)
  let made = 0
  const rebuild = async () => { made += 1 }
  const asked = script.ask()
  while (!(await reindexings.read())) await new Promise(setImmediate)
  for (const one of [portal, another, portal]) await one.carryOut(rebuild, { each: true })
  await asked
  t.equal(made, 2)
  const late = openReindexDesk({ reindexings, now: () => '2027-01-01T00:00:00.000Z' })
  await late.carryOut(rebuild, { each: true })
  t.equal(made, 2)
})
