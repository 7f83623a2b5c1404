import t from 'tap'
import { Extents } from './extents.js'

t.test('how much there is is remembered for each law apart, and only where one entry more makes no difference', async (t) => {
  const extents = new Extents()
  extents.keep('one', { size: 1_000, meanLength: 20 })
  extents.keep('other', { size: 5_000, meanLength: 30 })
  t.match(extents.get('one'), { size: 1_000, meanLength: 20 })
  t.match(extents.get('other'), { size: 5_000, meanLength: 30 })
  t.equal(extents.get('nobody'), null)
  extents.keep('one', { size: 999, meanLength: 20 })
  t.equal(extents.get('one'), null, 'what has become small is counted again')
})

t.test('of very many laws the ones asked for longest ago are forgotten', async (t) => {
  const extents = new Extents()
  for (let i = 0; i < 501; i++) extents.keep(`law ${i}`, { size: 2_000 + i, meanLength: 1 })
  t.equal(extents.get('law 0'), null)
  t.match(extents.get('law 1'), { size: 2_001 })
  t.match(extents.get('law 500'), { size: 2_500 })
})

t.test('how often a word stands is remembered for each law apart, where one more makes no difference', async (t) => {
  const extents = new Extents()
  extents.keepCount('one', 'mortgage', 1_000)
  extents.keepCount('other', 'mortgage', 3_000)
  extents.keepCount('one', 'passbook', 999)
  t.equal(extents.countOf('one', 'mortgage'), 1_000)
  t.equal(extents.countOf('other', 'mortgage'), 3_000)
  t.equal(extents.countOf('nobody', 'mortgage'), null)
  t.equal(extents.countOf('one', 'passbook'), null, 'a rare word is counted each time')
  t.equal(extents.get('one'), null, 'it is not how much there is at all')
  for (let i = 0; i < 5_000; i++) extents.keepCount('one', `word ${i}`, 2_000)
  t.equal(extents.countOf('one', 'mortgage'), null, 'of very many words the ones counted longest ago are forgotten')
  t.equal(extents.countOf('one', 'word 4999'), 2_000)
})

t.test('after a minute everything is counted again', async (t) => {
  let now = 0
  const extents = new Extents(() => now)
  extents.keep('one', { size: 1_000, meanLength: 20 })
  extents.keepCount('one', 'mortgage', 1_000)
  now = 59_999
  t.match(extents.get('one'), { size: 1_000 })
  t.equal(extents.countOf('one', 'mortgage'), 1_000)
  now = 60_000
  t.equal(extents.get('one'), null)
  t.equal(extents.countOf('one', 'mortgage'), null)
})
