import t, { type Test } from 'tap'
import { letterId, plannedLetter, skipped, type Letter } from '../../../domain/digests/letter.js'
import { ID, LI } from '../../mail/scratch-bank.js'
import { asKept } from '../contract/outbox.js'
import { LETTER_FILE } from '../letter-rows.js'
import { Database } from './database.js'
import { migrate, migrations } from './migrate.js'
import { openOutbox } from './outbox-store.js'
import { piece } from './pieces.js'
import { Room } from './room.js'
import { counted, scratchServer } from './scratch-postgres.js'
import { openStore } from './store.js'

const NOW = '2026-11-23T00:00:00.000Z'
const server = await scratchServer()
const only = typeof server === 'string' ? { skip: server } : {}

t.test('a letter handled at two portals at once is in one pair of hands', only, async (t) => {
  const url = await fresh()
  const [one, other] = [openOutbox(openDatabase(t, url)), openOutbox(openDatabase(t, url))]
  const letter = personal('both')
  await one.add(letter)
  let begun: () => void = () => {}
  const inside = new Promise<void>((resolve) => (begun = resolve))
  let letGo: () => void = () => {}
  const held = new Promise<void>((resolve) => (letGo = resolve))
  const first = one.handle(letter.id, async (now, save) => {
    begun()
    await held
    await save(skipped(now, 'expired', NOW))
  })
  await inside
  t.equal(await other.handle(letter.id, async () => { t.fail('somebody else has it') }), false)
  letGo()
  t.equal(await first, true)
  await other.handle(letter.id, async (now) => { t.equal(now.state, 'skipped', 'whoever comes next finds what was saved') })
})

t.test('letters of the release before go over once, and so does what its processes still write', only, async (t) => {
  if (typeof server === 'string') return
  const database = openDatabase(t, await server.empty())
  await migrate(database, (await migrations()).slice(0, 4))
  const store = await openStore(database, { instance: 'one', troubled: (error) => t.fail(String(error)) })
  t.teardown(() => store.close())
  const { around } = store
  const before = await around.open(new Room<Letter>(database, 'outbox', LETTER_FILE))
  const [waits, sent, late] = [personal('waits'), { ...personal('sent'), state: 'sent', nextTryAt: null } as Letter, personal('late')]
  await before.change(() => new Map([waits, sent].map((letter) => [letter.id, letter])))
  await migrate(database)
  const outbox = openOutbox(database)
  t.same(await outbox.due(NOW), [waits.id])
  t.match(await outbox.get(sent.id), asKept(sent))
  await around.fresh()
  t.equal(before.get(waits.id), undefined, 'a process of the release before does not send it too')
  await before.change(() => new Map([[late.id, late]]))
  await before.change(() => new Map([[late.id, { ...late, version: 2, tries: 1 }]]))
  t.match(await outbox.get(late.id), { version: 2, tries: 1 })
  t.equal((await outbox.list({ page: 1, size: 9 })).total, 3)

  t.equal(before.get(sent.id)?.state, 'sent', 'it plans from where the last digest ended: what was settled it knows')
  await outbox.add(personal('new'))
  await outbox.handle(letterId('new'), async (letter, save) => void (await save(skipped(letter, 'expired', NOW))))
  await t.rejects(before.change(() => new Map([[letterId('new'), personal('new')]])), 'and what it does not know it cannot send once more')
  t.match(await outbox.get(letterId('new')), { state: 'skipped', version: 2 })
  await outbox.handle(late.id, async (letter, save) => void (await save(skipped(letter, 'expired', NOW))))
  await t.rejects(before.change(() => new Map([[late.id, { ...late, version: 3, tries: 2 }]])), 'nor what somebody else settled meanwhile')
  t.match(await outbox.get(late.id), { state: 'skipped', version: 3 })
  await outbox.sweep(NOW)
  t.equal(await counted(database, "kept WHERE room = 'outbox' AND doc IS NOT NULL"), 0, 'no letter, and no link in one, stays where nobody settles it')
})

t.test('among a year of letters, what is asked often reads an index', only, async (t) => {
  const database = openDatabase(t, await fresh(), 1)
  await database.run(piece(`INSERT INTO letter (id, doc) SELECT 'l' || i, jsonb_build_object('schema', 1, 'kind', CASE WHEN mod(i, 3) = 0 THEN 'digest' ELSE 'notice' END, 'state', CASE WHEN i > 29990 AND mod(i, 3) > 0 THEN 'planned' ELSE 'sent' END,
      'to', 'box@bank.example', 'person', 'p' || mod(i, 900), 'channel', CASE WHEN mod(i, 3) = 0 THEN 'c' || mod(i, 400) END, 'at', to_char(timestamp '2026-01-01' + i * interval '10 minutes', 'YYYY-MM-DD"T"HH24:MI'),
      'period', jsonb_build_object('to', to_char(timestamp '2026-01-01' + i * interval '10 minutes', 'YYYY-MM-DD"T"HH24:MI')), 'log', '[]'::jsonb, 'nextTryAt', NULL) FROM generate_series(1, 30000) i`))
  await database.run(piece('VACUUM ANALYZE letter'))
  const outbox = openOutbox(database)
  const readWhole = async () => {
    await database.run(piece('SELECT pg_stat_force_next_flush()'))
    return (await database.one<{ n: number }>(piece("SELECT seq_scan AS n FROM pg_stat_user_tables WHERE relname = 'letter'")))?.n ?? -1
  }
  const asked = {
    get: () => outbox.get('l77'), due: () => outbox.due(NOW), pasts: () => outbox.pasts(Array.from({ length: 400 }, (_, n) => `c${n}`), NOW),
    ofChannel: () => outbox.ofChannel('c3', 2, 10), mine: () => outbox.list({ person: 'p7', page: 1, size: 50 }), counts: () => outbox.counts(), add: () => outbox.add(personal('new')),
  }
  const [due, pasts] = [await asked.due(), await asked.pasts()]
  t.ok(due.length > 0 && pasts.size === 400, 'premise: there is something of each')
  for (const [name, ask] of Object.entries(asked)) {
    // A connection tells what it counted when its transaction ends: so there is one.
    const before = await readWhole()
    await ask()
    t.equal(await readWhole(), before, name)
  }
  const before = await readWhole()
  await outbox.list({ text: 'nobody', page: 1, size: 50 })
  t.ok((await readWhole()) > before, 'premise: what reads all is counted')
})

const personal = (name: string) => plannedLetter(letterId(name), LI.email, 'en', { kind: 'channel_paused', person: LI.id, channel: ID(901) }, NOW)

async function fresh(): Promise<string> {
  if (typeof server === 'string') throw new Error(server)
  return server.fresh()
}

function openDatabase(t: Test, url: string, connections = 10): Database {
  const database = Database.open({ url, connections, told: (sentence) => t.fail(sentence) })
  t.teardown(() => database.close())
  return database
}
