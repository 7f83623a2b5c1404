import t from 'tap'
import { GroupCommit } from './group-commit.js'

t.test('what is added in one breath is written together, and what comes meanwhile after it', async (t) => {
  const batches: (readonly string[])[] = []
  const lines = new GroupCommit<string>(async (batch) => {
    batches.push(batch)
    if (batch.includes('a')) later = lines.add('d')
    await new Promise((resolve) => setImmediate(resolve))
  }, 10)
  let later: Promise<void> | null = null
  await Promise.all(['a', 'b', 'c'].map((line) => lines.add(line)))
  await later
  await lines.add('e')
  t.same(batches, [['a', 'b', 'c'], ['d'], ['e']])
})

t.test('a batch that could not be written is refused as a whole, and the next is tried', async (t) => {
  const lines = new GroupCommit<string>(async (batch) => {
    if (batch.includes('bad')) throw new Error('no room')
  }, 10)
  const told = await Promise.allSettled([lines.add('good'), lines.add('bad')])
  t.same(told.map(({ status }) => status), ['rejected', 'rejected'])
  await lines.add('good')
  await lines.settled()
})
