import t from 'tap'
import { TooManyAtOnce, openPasswords } from './argon2.js'

const passwords = openPasswords()

t.test('a password is kept as Argon2id and verified', async (t) => {
  const hash = await passwords.hash('a quiet river in autumn')
  t.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  t.equal(await passwords.verify(hash, 'a quiet river in autumn'), true)
  t.equal(await passwords.verify(hash, 'a quiet river in winter'), false)
})

t.test('the same password typed in composed or full-width form is the same', async (t) => {
  const hash = await passwords.hash('café au lait ９９')
  t.equal(await passwords.verify(hash, 'café au lait 99'), true)
})

t.test('no password at all is never right, not even the empty one', async (t) => {
  t.equal(await passwords.verify(null, ''), false)
  t.equal(await passwords.verify(null, 'anything'), false)
})

t.test('a crowd at the door is told to try again instead of piling up', async (t) => {
  const crowd = await Promise.allSettled(Array.from({ length: 80 }, () => passwords.verify(null, 'x')))
  const sentAway = crowd.filter((one) => one.status === 'rejected')
  t.ok(sentAway.length > 0)
  t.ok(sentAway.every((one) => one.status === 'rejected' && one.reason instanceof TooManyAtOnce))
  t.equal(await passwords.verify(null, 'x'), false, 'and later comers are served')
})

t.test('passwords that others would guess are weak, long odd ones are strong', async (t) => {
  const weak = ['password123', '1234567890', 'qwerty12345', 'aaaaaaaaaaaa', 'P@ssw0rd1234', '5201314520', 'lina@bank.example', 'manchesterunited', '1qaz@WSX3edc', 'slipknot666rocks', 'gfhjkm12345', 'blink182blink182', 'woaini1314520', 'qwertyuiop[]']
  for (const one of weak) t.ok((await passwords.strength(one, ['lina', 'lina@bank.example'])) < 3, one)
  for (const one of ['kettle-ocean-41-violet', '河边的灯笼与旧邮差9月', 'Xq7#pLw2!vRz']) t.ok((await passwords.strength(one, ['lina'])) >= 3, one)
})

t.test('what makes a password weak is not hidden by a long tail, nor is a long one looked at for ever', async (t) => {
  t.ok((await passwords.strength('manchesterunited'.repeat(8), [])) < 3)
  t.equal(await passwords.strength('!1i|l7+t'.repeat(1_000), []), await passwords.strength('!1i|l7+t'.repeat(8), []))
})

t.test('tokens are long, different, and kept only as digests', async (t) => {
  const token = passwords.newToken()
  t.equal(Buffer.from(token, 'base64url').length, 32)
  t.not(token, passwords.newToken())
  t.notMatch(passwords.digest(token), token)
})
