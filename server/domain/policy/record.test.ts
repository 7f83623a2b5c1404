import t from 'tap'
import { checkedEntry, matches, type RecordEntry, type Recorded } from './record.js'

const READ: RecordEntry = {
  at: '2026-03-02T08:00:00.000Z',
  who: '0198c0de-0000-7000-8000-000000000001',
  did: 'thing.read',
  thing: { kind: 'note', id: '0198c0de-0000-7000-8000-0000000000aa' },
  via: 'page',
  request: 'req-1',
}

t.test('an ordinary act can be put on record', async (t) => {
  t.equal(checkedEntry(READ), READ)
  t.ok(checkedEntry({ ...READ, did: 'note.reclassified', from: 'internal', to: 'confidential' }))
  t.ok(checkedEntry({ ...READ, did: 'person.rights_changed', from: '', to: 'employee,curator' }))
})

t.test('what people wrote cannot get into the record, whatever field somebody puts it in', async (t) => {
  const sentence = 'The treasurer is worried'
  for (const text of [sentence, '客户担心汇率', 'two words', 'a"quote', '<b>', 'line\nbreak']) {
    for (const field of ['who', 'from', 'to', 'request', 'at', 'did', 'via'] as const) {
      t.throws(() => checkedEntry({ ...READ, [field]: text } as RecordEntry), { message: new RegExp(`field ${field}$`) })
    }
    t.throws(() => checkedEntry({ ...READ, thing: { kind: 'note', id: text } }), /field thing/)
    t.throws(() => checkedEntry({ ...READ, thing: { kind: text as 'note', id: 'x' } }), /field thing/)
  }
  try {
    checkedEntry({ ...READ, from: sentence })
    t.fail('it was let in')
  } catch (error) {
    t.notMatch(String(error), sentence, 'and the error does not repeat it')
  }
})

t.test('an auditor narrows the record by person, act, thing and time', async (t) => {
  const entry: Recorded = { ...READ, n: 7 }
  t.ok(matches({}, entry))
  t.ok(matches({ who: READ.who, did: ['thing.read'], kind: 'note', id: READ.thing!.id, from: READ.at, before: 8 }, entry))
  t.notOk(matches({ who: 'somebody-else' }, entry))
  t.notOk(matches({ did: ['note.posted'] }, entry))
  t.notOk(matches({ kind: 'customer' }, entry))
  t.notOk(matches({ id: 'another' }, entry))
  t.notOk(matches({ from: '2026-03-02T08:00:00.001Z' }, entry))
  t.notOk(matches({ until: READ.at }, entry), 'until is exclusive')
  t.notOk(matches({ before: 7 }, entry))
})
