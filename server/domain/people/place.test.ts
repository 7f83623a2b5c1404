import t from 'tap'
import { placeOf } from './place.js'

t.test('one subscriber is one place, however the address is written', async (t) => {
  t.equal(placeOf('10.1.2.3'), '10.1.2.3')
  t.equal(placeOf('::ffff:10.1.2.3'), '10.1.2.3')
  t.equal(placeOf('2001:db8:7:1:aaaa:bbbb:cccc:dddd'), '2001:db8:7:1::/64')
  t.equal(placeOf('2001:0DB8:0007:0001::9'), '2001:db8:7:1::/64')
  t.equal(placeOf('2001:db8::1'), '2001:db8:0:0::/64')
  t.equal(placeOf('fe80::1%eth0'), 'fe80:0:0:0::/64')
  t.not(placeOf('2001:db8:7:2::1'), placeOf('2001:db8:7:1::1'))
  t.equal(placeOf('::1'), '0:0:0:0::/64')
  t.equal(placeOf(''), '')
})
