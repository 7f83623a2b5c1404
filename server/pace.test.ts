import t from 'tap'
import { Pace } from './pace.js'

/** Writes for a while beside an engine that takes each thing in so many ms. @returns how much it was behind by then, and the ms that takes it */
function written(pace: Pace, msForOne: number, things: number): { behind: number; ms: number } {
  let at = 0
  let behind = 0
  for (let n = 0; n < things; n += 4) {
    at += 1
    behind += 4
    if (!pace.wroteMore(4)) continue
    const before = behind
    behind = Math.min(behind, pace.behind)
    at += (before - behind) * msForOne
    pace.wentOn(at, before > behind)
  }
  return { behind, ms: behind * msForOne }
}

t.test('beside a slow engine only so little waits to be found that it is taken in a moment, beside a fast one much', async (t) => {
  const slow = written(new Pace(), 40, 5_000)
  t.ok(slow.ms < 2_000, `${slow.ms} ms of work wait for it`)
  const fast = written(new Pace(), 0.1, 5_000)
  t.ok(fast.behind > 200, `${fast.behind} things wait for it`)
})

t.test('an engine that has become slow is given less, but never nothing, and more again later', async (t) => {
  const pace = new Pace()
  written(pace, 0.1, 5_000)
  written(pace, 500, 2_000)
  t.equal(pace.behind, 12)
  written(pace, 1, 5_000)
  t.ok(pace.behind > 200)
})
