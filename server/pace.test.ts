import t from 'tap'
import { Pace } from './pace.js'

interface Engine {
  /** ms for any number of things, and for each */
  readonly any: number
  readonly each: number
}

const CHUNK = 12
const LOOK = 50

/** Writes 150 things a second beside an engine that takes all that waits as one, begun at some moment. @returns things a second, and how long the slowest hundredth waited to be found, ms */
function written(pace: Pace, { any, each }: Engine, things: number, begin = 0): { perSecond: number; p99: number; end: number } {
  let at = begin
  let found = 0
  let waiting: number[] = []
  let task: { readonly end: number; readonly writes: readonly number[] } | null = null
  const waits: number[] = []
  const pass = (to: number): void => {
    for (; at < to; at += 5) {
      if (task !== null && task.end <= at) {
        for (const write of task.writes) waits.push(task.end - write)
        found += task.writes.length
        task = null
      }
      if (task === null && waiting.length > 0) {
        task = { end: at + any + each * waiting.length, writes: waiting }
        waiting = []
      }
    }
  }
  let n = 0
  while (n < things) {
    pass(at + CHUNK * 1_000 / 150)
    for (let i = 0; i < CHUNK; i += 1) waiting.push(at)
    n += CHUNK
    if (!pace.wroteMore(CHUNK, at)) continue
    for (let looks = 0; looks < 200; looks += 1) {
      pace.looked(Math.min(pace.most, n - found), at)
      if (n - found <= pace.behind) break
      pass(at + LOOK)
    }
    pace.wentOn()
  }
  const end = at
  while (found < n) pass(at + LOOK)
  waits.sort((a, b) => a - b)
  return { perSecond: (n / (end - begin)) * 1_000, p99: waits[Math.floor(waits.length * 0.99)] ?? 0, end: at }
}

t.test('beside a slow engine only so little waits to be found that it is taken in a moment, beside a fast one much', async (t) => {
  const slow = new Pace()
  const { p99 } = written(slow, { any: 0, each: 40 }, 3_000)
  t.ok(p99 < 4_000, `${p99} ms`)
  t.equal(slow.behind, 24, 'two seconds of its work wait for it at most')
  const fast = new Pace()
  const { perSecond } = written(fast, { any: 5, each: 0.1 }, 3_000)
  t.ok(perSecond > 140, `${perSecond} a second, of 150 without an engine`)
  t.ok(fast.behind > 200)
})

t.test('an engine that takes as long for a few as for many is given many', async (t) => {
  const { perSecond, p99 } = written(new Pace(), { any: 450, each: 3 }, 3_000)
  t.ok(perSecond > 85, `${perSecond} a second`)
  t.ok(p99 < 2_000, `found after ${p99} ms`)
})

t.test('an engine that has become slow is given less, but never nothing, and more again later', async (t) => {
  const pace = new Pace()
  const first = written(pace, { any: 5, each: 0.1 }, 3_000)
  const second = written(pace, { any: 0, each: 500 }, 600, first.end)
  t.equal(pace.behind, 24)
  written(pace, { any: 5, each: 1 }, 3_000, second.end)
  t.ok(pace.behind > 200)
})

t.test('what somebody else writes meanwhile counts as waiting, too', async (t) => {
  const pace = new Pace()
  t.notOk(pace.wroteMore(12, 0))
  t.ok(pace.wroteMore(24, 100))
  pace.looked(500, 5_000)
  pace.wentOn()
  t.ok(pace.behind < 36)
})
