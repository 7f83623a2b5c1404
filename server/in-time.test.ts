import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { inTime } from './in-time.js'

/** Something to find out, as long as a test wants it to take. */
function asked() {
  const ends: ((value: number | Error) => void)[] = []
  const find = () => new Promise<number>((resolve, reject) => ends.push((value) => (typeof value === 'number' ? resolve(value) : reject(value))))
  return { ends, find }
}

t.test('what is found out in time is new each time', async (t) => {
  let n = 0
  const ask = inTime(async () => (n += 1), { wait: 60_000 })
  t.same([await ask(), await ask()], [1, 2])
})

t.test('who cannot wait is told that it is not known yet, then what it was last; it is found out once at a time', async (t) => {
  const { ends, find } = asked()
  const ask = inTime(find, { wait: 5, rest: 200 })
  t.same(await Promise.all([ask(), ask()]), [null, null])
  t.equal(await ask(), null)
  t.equal(ends.length, 1, 'once for all who asked')
  ends[0]?.(7)
  while ((await ask()) === null) await pause(1)
  t.equal(await ask(), 7)
  t.equal(ends.length, 1, 'it rests, since it took so long')
  const meanwhile = new Set<number | null>()
  while (ends.length === 1) {
    meanwhile.add(await ask())
    await pause(1)
  }
  t.same([...meanwhile], [7], 'found out anew in the end, and meanwhile what it was')
})

t.test('what fails is told to whoever waits, is nobody\'s fault afterwards, and is tried again', async (t) => {
  const { ends, find } = asked()
  const ask = inTime(find, { wait: 60_000 })
  const waits = ask()
  ends[0]?.(new Error('away'))
  await t.rejects(waits, { message: 'away' })
  const impatient = inTime(find, { wait: 5 })
  t.equal(await impatient(), null)
  ends[1]?.(new Error('away'))
  await pause(10)
  const again = impatient()
  ends[2]?.(3)
  t.equal(await again, 3)
})
