import t from 'tap'
import { changedBetween } from './changed-between.js'

const [LI, WANG, ZHAO, QIAN] = [{ id: 'li' }, { id: 'wang' }, { id: 'zhao' }, { id: 'qian' }]

t.test('whoever changed, came or went is told with what they were and are, wherever they stand', async (t) => {
  const li = { id: 'li' }
  t.same([...changedBetween([LI, WANG], [LI, WANG])], [])
  t.same([...changedBetween([LI, WANG, ZHAO], [li, WANG, ZHAO])], [['li', LI, li]])
  t.same([...changedBetween([LI, WANG, ZHAO], [WANG, ZHAO])], [['li', LI, undefined]], 'those behind moved up, and are the same')
  t.same([...changedBetween([WANG], [QIAN, WANG])], [['qian', undefined, QIAN]])
  t.same([...changedBetween([LI, WANG], [ZHAO, li])], [['li', LI, li], ['wang', WANG, undefined], ['zhao', undefined, ZHAO]])
  t.same([...changedBetween([LI, WANG, ZHAO], [ZHAO, LI, WANG])], [], 'another order changes nobody')
})
