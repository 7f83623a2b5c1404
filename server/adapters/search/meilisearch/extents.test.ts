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
