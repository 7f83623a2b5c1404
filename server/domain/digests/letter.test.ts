import t from 'tap'
import { MAX_TRIES, answered, handedOver, isDue, isSettled, letterId, plannedLetter, skipped, type Letter } from './letter.js'

const NOW = '2026-11-21T08:00:00.000Z'
const letter = (): Letter =>
  plannedLetter(letterId('x'), 'a@bank.example', 'en', { kind: 'channel_paused', person: 'p', channel: 'c' }, NOW)

t.test('the same channel and period always make the same letter', async (t) => {
  t.equal(letterId('digest', 'c', '2026-11-21'), letterId('digest', 'c', '2026-11-21'))
  t.not(letterId('digest', 'c', '2026-11-21'), letterId('digest', 'c', '2026-11-22'))
})

t.test('a letter that is put off waits longer each time, and is given up in the end where everybody can see it', async (t) => {
  let it = letter()
  let now = NOW
  const waits: number[] = []
  while (!isSettled(it)) {
    t.ok(isDue(it, now))
    it = answered(handedOver(it, it.to, '<m@bank.example>', now), { took: 'later', said: '450 busy' }, now)
    if (it.nextTryAt === null) break
    waits.push((Date.parse(it.nextTryAt) - Date.parse(now)) / 60_000)
    t.notOk(isDue(it, now))
    now = it.nextTryAt
  }
  t.equal(it.tries, MAX_TRIES)
  t.equal(it.state, 'failed')
  t.equal(it.log.at(-1)?.what, 'given_up')
  t.same(waits, [1, 5, 15, 60, 120, 240, 240, 240, 240])
})

t.test('one that may have arrived keeps its Message-ID and says so when it goes out again', async (t) => {
  const doubt = answered(handedOver(letter(), 'a@bank.example', '<first@bank.example>', NOW), { took: 'unknown', said: '' }, NOW)
  t.equal(doubt.state, 'handed_over')
  const later = '2026-11-21T08:01:00.000Z'
  t.ok(isDue(doubt, later))
  const again = handedOver(doubt, 'a@bank.example', '<second@bank.example>', later)
  t.equal(again.messageId, '<first@bank.example>')
  t.equal(again.log.at(-1)?.what, 'handed_over_again')
  t.equal(answered(again, { took: 'later', said: '' }, later).state, 'handed_over')
})

t.test('a letter found as handed over after a crash is due at once', async (t) => {
  t.ok(isDue(handedOver(letter(), 'a@bank.example', '<m@bank.example>', NOW), NOW))
})

t.test('a wait written down by a clock that ran ahead does not hold a letter back', async (t) => {
  t.ok(isDue({ ...letter(), nextTryAt: '2031-01-01T00:00:00.000Z' }, NOW))
})

t.test('the token of a password link is gone as soon as its letter is settled', async (t) => {
  const link = plannedLetter(letterId('l'), 'a@bank.example', 'en', { kind: 'password_link', person: 'p', reason: 'first', token: 'secret' }, NOW)
  const handed = handedOver(link, link.to, '<m@bank.example>', NOW)
  t.match(JSON.stringify(handed), 'secret')
  for (const end of [answered(handed, { took: 'accepted', said: '250' }, NOW), answered(handed, { took: 'never', said: '550' }, NOW), skipped(link, 'expired', NOW)]) {
    t.notMatch(JSON.stringify(end), 'secret')
  }
})
