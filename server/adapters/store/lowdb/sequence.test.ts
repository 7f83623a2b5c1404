import t from 'tap'
import { Sequence } from './sequence.js'

t.test('a reader goes only as far as nothing can appear any more', async (t) => {
  const sequence = new Sequence([])
  t.equal(sequence.lowWater, 0)
  const [a, b, c] = [sequence.reserve(), sequence.reserve(), sequence.reserve()]
  t.strictSame([a, b, c], [1, 2, 3])
  sequence.settle(c)
  t.equal(sequence.lowWater, 0, 'the first is still being written')
  sequence.settle(a)
  t.equal(sequence.lowWater, 1)
  sequence.settle(b)
  t.equal(sequence.lowWater, 3)
  t.equal(sequence.reserve(), 4)
  t.equal(sequence.lowWater, 3)
})

t.test('a write that fails does not hold up the readers for ever', async (t) => {
  const sequence = new Sequence([])
  await t.rejects(sequence.during(async () => { throw new Error('the disk') }), /the disk/)
  t.equal(sequence.lowWater, 1)
  t.equal(await sequence.during(async (number) => number), 2)
  t.throws(() => sequence.settle(2), /not in flight/, 'nothing is settled twice')
  t.throws(() => sequence.settle(99), /not in flight/)
})

t.test('after a restart numbers are larger than every document and every cursor', async (t) => {
  t.equal(new Sequence([3, 900, 17], 50).reserve(), 951)
  t.ok(new Sequence([3, 900, 17]).lowWater >= 900, 'readers may read what was there before')
  t.throws(() => new Sequence([3.5]), /no event number/)
  t.throws(() => new Sequence([Number.NaN]), /no event number/)
})

t.test('whatever the order in which writes end, no number at or below the mark appears later', async (t) => {
  const sequence = new Sequence([10])
  const inFlight: number[] = []
  let highestMark = 0
  for (let step = 0; step < 2000; step += 1) {
    if (inFlight.length === 0 || step % 3 !== 0) inFlight.push(sequence.reserve())
    else sequence.settle(inFlight.splice((step * 7) % inFlight.length, 1)[0]!)
    const mark = sequence.lowWater
    if (mark < highestMark || inFlight.some((number) => number <= mark)) t.fail(`step ${step}: mark ${mark}`)
    highestMark = mark
  }
  for (const number of inFlight) sequence.settle(number)
  t.equal(sequence.lowWater, sequence.highest)
})
