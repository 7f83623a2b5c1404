import t from 'tap'
import { Database } from './database.js'
import { piece, statement } from './pieces.js'
import { scratchServer } from './scratch-postgres.js'

const server = await scratchServer()
const only = typeof server === 'string' ? { skip: server } : {}

t.test('a list that is asked with twice is sent once, and another one like it is another', async (t) => {
  const list = ['a', 'b']
  const { text, values } = statement(piece('x = ANY(?) AND y = ? AND z = ANY(?) AND v = ANY(?) AND w = ?', list, 'same', list, ['a', 'b'], 'same'))
  t.equal(text, 'x = ANY($1) AND y = $2 AND z = ANY($1) AND v = ANY($3) AND w = $4')
  t.same(values, [list, 'same', list, 'same'])
  t.throws(() => statement(piece('x = ?', 'a', 'b')), /1 marks for 2 values/)
})

t.test('lists short and long come to the database as they are, whatever is in them', only, async (t) => {
  if (typeof server === 'string') return
  const database = Database.open({ url: await server.fresh() })
  t.teardown(() => database.close())
  const strange = ['', 'NULL', 'null', '"', '\\', 'a"b\\c', '{', '}', ',', ' ', '客户', "'; DROP TABLE thing; --", '\u0000', '\u001a', '\ud800', '\n\t']
  const asked = async (list: readonly string[]) => (await database.rows<{ one: string }>(piece('SELECT one FROM unnest(?::text[]) WITH ORDINALITY AS l (one, at) WHERE one = ANY(?::text[]) ORDER BY at', list, list))).map(({ one }) => one)
  const short = await asked(strange)
  t.equal(short.length, strange.length)
  t.same(short.slice(0, 12), strange.slice(0, 12))
  const filler = Array.from({ length: 100 }, (_, n) => `id ${n}`)
  t.same(await asked([...strange, ...filler]), [...short, ...filler], 'a long list is the same as a short one')
})
