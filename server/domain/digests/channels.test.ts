import t from 'tap'
import { Directory } from '../people/directory.js'
import { DIRECTORY, NOW, PEOPLE, TODAY, VOCABULARY, person_ } from '../notes/sample.js'
import { permit, type Grant } from '../policy/grant.js'
import type { Act } from '../policy/acts.js'
import { standingApart } from '../policy/rules.js'
import type { Outcome } from '../people/refusal.js'
import { isAddress, isAllowedAddress } from './address.js'
import { NO_FILTER, standingToChannel, type Channel } from './channel.js'
import { changeChannel, createChannel, type ChannelForm, type ChannelRoom } from './change-channel.js'
import { pauseChannel, resumeChannel } from './pause-channel.js'
import { setCeiling } from './set-ceiling.js'

const TEAMS = new Directory(PEOPLE, [...DIRECTORY.departments.values()], [...DIRECTORY.teams.values()].map((team) => ({ ...team, email: `${team.id}@bank.example` })))
const ROOM: ChannelRoom = { people: TEAMS, vocabulary: VOCABULARY, knownCustomers: new Set(['c1']), domains: ['bank.example'], today: TODAY, now: NOW }
const FORM: ChannelForm = {
  name: 'Counter daily', address: 'counter-news@bank.example', team: 'counter', owner: 'teller', filter: NO_FILTER, cadence: { every: 'day', hour: 8 }, timeZone: 'Asia/Shanghai', language: 'zh',
}

function grant<A extends Act>(who: string, act: A, channel: Channel | null = null): Grant<A> {
  const standing = channel ? standingToChannel(channel, person_(who), TEAMS, TODAY) : standingApart('ch')
  const permission = permit({ kind: 'person', person: person_(who) }, act, standing)
  if (!permission.ok) throw new Error(permission.refusals[0]?.code)
  return permission.grant
}
const codes = (outcome: Outcome<unknown>) => (outcome.ok ? [] : outcome.refusals.map((one) => one.code))
const create = (who = 'teller', more: Partial<ChannelForm> = {}, room = ROOM) => createChannel(grant(who, 'channel.manage'), { ...FORM, ...more }, 'ch', room)
function made(more: Partial<ChannelForm> = {}): Channel {
  const outcome = create('teller', more)
  if (!outcome.ok) throw new Error(codes(outcome).join())
  return outcome.value
}

t.test('a member of the team opens a channel: lowest ceiling, and no news from before', async (t) => {
  t.match(made(), { ceiling: 'internal', ceilingSetBy: null, since: NOW, paused: null, history: [{ what: 'created', by: 'teller' }] })
})

t.test('somebody outside the team, even an admin, can only point it at the team\'s own mailbox', async (t) => {
  t.same(codes(create('lender')), ['digests.team.not_yours', 'digests.address.team_only'])
  for (const who of ['admin', 'curator']) {
    t.same(codes(create(who)), ['digests.address.team_only'], who)
    t.ok(create(who, { address: 'counter@bank.example' }).ok, who)
    t.ok(changeChannel(made(), grant(who, 'channel.manage'), { ...FORM, name: 'Same mailbox' }, ROOM).ok, who)
    t.same(codes(changeChannel(made(), grant(who, 'channel.manage'), { ...FORM, address: `${who}@bank.example` }, ROOM)), ['digests.address.team_only'], who)
  }
})

t.test('mail goes to one plain mailbox of an allowed domain', async (t) => {
  for (const bad of ['', 'x', 'a@bank.example, b@bank.example', 'Team <a@bank.example>', 'a@bank.example\r\nBcc: b@bank.example', 'a b@bank.example', '"a\\nb"@bank.example\n', 'a@[127.0.0.1]']) {
    t.notOk(isAddress(bad), JSON.stringify(bad))
    t.same(codes(create('teller', { address: bad })), ['digests.address.form'], JSON.stringify(bad))
  }
  t.same(codes(create('teller', { address: 'a@evil.example' })), ['digests.address.domain'])
  t.same(codes(create('teller', { address: 'a@sub.bank.example' })), ['digests.address.domain'])
  t.ok(isAllowedAddress('A@BANK.example', ['Bank.Example']))
  t.notOk(isAllowedAddress('a@bank.example', []))
  t.ok(isAllowedAddress('a@anywhere.example', null))
})

t.test('everything wrong with a form is said at once, where it is', async (t) => {
  const outcome = create('teller', {
    name: ' ', owner: 'lender', cadence: { every: 'week', day: 8, hour: 8 }, timeZone: 'Mars/Base',
    filter: { departments: ['nowhere'], topics: ['nothing'], customers: ['c2'], segments: ['none'] },
  })
  t.same(codes(outcome).sort(), [
    'digests.cadence.missing', 'digests.filter.customers', 'digests.filter.departments', 'digests.filter.segments', 'digests.filter.topics',
    'digests.name.missing', 'digests.owner.not_in_team', 'digests.time_zone.unknown',
  ])
  t.same(codes(create('teller', { name: 'a\r\nBcc: x' })), ['digests.name.control'])
  t.same(codes(create('teller', { name: 'n'.repeat(81) })), ['digests.name.too_long'])
})

t.test('only a curator of the team\'s department sets the ceiling, and never to restricted', async (t) => {
  const channel = made()
  t.throws(() => grant('teller', 'channel.ceiling', channel), /curators_only/)
  t.throws(() => grant('admin', 'channel.ceiling', channel), /curators_only/)
  t.throws(() => grant('other-curator', 'channel.ceiling', channel), /curators_only/)
  const raised = setCeiling(channel, grant('curator', 'channel.ceiling', channel), 'confidential', NOW)
  t.match(raised, { ok: true, value: { ceiling: 'confidential', ceilingSetBy: 'curator' } })
  t.same(codes(setCeiling(channel, grant('curator', 'channel.ceiling', channel), 'restricted' as 'internal', NOW)), ['digests.ceiling.not_by_mail'])
})

t.test('another mailbox or team takes the ceiling back to the lowest', async (t) => {
  const raised: Channel = { ...made(), ceiling: 'confidential', ceilingSetBy: 'curator' }
  const change = (more: Partial<ChannelForm>) => changeChannel(raised, grant('teller', 'channel.manage', raised), { ...FORM, ...more }, ROOM)
  t.match(change({ name: 'Other name' }), { ok: true, value: { ceiling: 'confidential' } })
  t.match(change({ address: 'other@bank.example' }), { ok: true, value: { ceiling: 'internal', ceilingSetBy: null } })
})

t.test('a filter keeps a customer that the one who changes it cannot see, and takes no new one', async (t) => {
  const channel = made({ filter: { ...NO_FILTER, customers: ['c1'] } })
  const blind = { ...ROOM, knownCustomers: new Set<string>() }
  t.ok(changeChannel(channel, grant('colleague', 'channel.manage'), { ...FORM, filter: channel.filter }, blind).ok)
  t.same(codes(changeChannel(channel, grant('colleague', 'channel.manage'), { ...FORM, filter: { ...NO_FILTER, customers: ['c1', 'c2'] } }, blind)), ['digests.filter.customers'])
})

t.test('strangers cannot change, pause or resume a channel', async (t) => {
  const channel = made()
  t.same(codes(changeChannel(channel, grant('lender', 'channel.manage'), FORM, ROOM)), ['digests.channel.not_yours'])
  t.same(codes(pauseChannel(channel, grant('lender', 'channel.manage'), TEAMS, TODAY, NOW)), ['digests.channel.not_yours'])
  t.same(codes(resumeChannel(channel, grant('lender', 'channel.manage'), TEAMS, TODAY, NOW)), ['digests.channel.not_yours'])
})

t.test('after a pause only what comes is news', async (t) => {
  const paused = pauseChannel(made(), grant('colleague', 'channel.manage'), TEAMS, TODAY, '2026-11-22T00:00:00.000Z')
  if (!paused.ok) throw new Error('not paused')
  t.same(paused.value.paused, { at: '2026-11-22T00:00:00.000Z', by: 'colleague' })
  t.match(resumeChannel(paused.value, grant('teller', 'channel.manage'), TEAMS, TODAY, '2026-12-22T00:00:00.000Z'), { ok: true, value: { paused: null, since: '2026-12-22T00:00:00.000Z' } })
})

t.test('a grant for another channel is a fault', async (t) => {
  t.throws(() => pauseChannel({ ...made(), id: 'other' }, grant('teller', 'channel.manage'), TEAMS, TODAY, NOW), /was used on other/)
})
