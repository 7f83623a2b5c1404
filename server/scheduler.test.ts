import t from 'tap'
import { startScheduler, type Job } from './scheduler.js'

const NEVER = '0 0 1 1 *'
const NOW = '2026-11-23T00:00:00.000Z'

function scheduler(jobs: readonly Job[]) {
  const faults: Readonly<Record<string, unknown>>[] = []
  return { faults, it: startScheduler({ jobs, now: () => NOW, log: { error: (facts) => void faults.push(facts) } }) }
}

t.test('a job that fails stops no other, and is run again the next time', async (t) => {
  const ran: string[] = []
  const { it, faults } = scheduler([
    { name: 'broken', every: NEVER, run: async () => { ran.push('broken'); throw new Error('broke') } },
    { name: 'thrown', every: NEVER, run: () => { ran.push('thrown'); throw new Error('at once') } },
    { name: 'sound', every: NEVER, run: async (now) => void ran.push(`sound at ${now}`) },
  ])
  t.teardown(() => it.stop())
  await it.run()
  await it.run()
  t.same(ran, ['broken', 'thrown', `sound at ${NOW}`, 'broken', 'thrown', `sound at ${NOW}`])
  t.same(faults.map(({ job }) => job).sort(), ['broken', 'broken', 'thrown', 'thrown'])
})

t.test('a job that is still running is not started a second time', async (t) => {
  let inside = 0
  let runs = 0
  let letGo = () => {}
  const gate = new Promise<void>((resolve) => (letGo = resolve))
  const { it } = scheduler([{ name: 'slow', every: NEVER, run: async () => { inside += 1; runs += 1; t.equal(inside, 1); await gate; inside -= 1 } }])
  t.teardown(() => it.stop())
  const both = Promise.all([it.run(), it.run('slow')])
  letGo()
  await both
  t.equal(runs, 1)
})

t.test('stopping tells jobs, waits for what is under way, and starts nothing more', async (t) => {
  const seen: string[] = []
  let go = () => {}
  const gate = new Promise<void>((resolve) => (go = resolve))
  const { it } = scheduler([{ name: 'long', every: NEVER, run: async (_now, stopped) => { seen.push('begun'); await gate; seen.push(`stopped: ${stopped()}`) } }])
  const running = it.run()
  const stopping = it.stop().then(() => seen.push('closed'))
  go()
  await Promise.all([running, stopping])
  await it.run()
  t.same(seen, ['begun', 'stopped: true', 'closed'])
})

t.test('the clock on the wall starts jobs by itself', async (t) => {
  const { it } = scheduler([{ name: 'each second', every: '* * * * * *', run: async () => { done() } }])
  t.teardown(() => it.stop())
  const alive = setInterval(() => {}, 1_000)
  t.teardown(() => clearInterval(alive))
  let done = () => {}
  await new Promise<void>((resolve) => (done = resolve))
  t.pass('it ran')
})
