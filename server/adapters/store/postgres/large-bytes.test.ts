import { randomBytes } from 'node:crypto'
import t from 'tap'
import { Database } from './database.js'
import { bytesIn } from './large-bytes.js'
import { piece } from './pieces.js'
import { scratchServer } from './scratch-postgres.js'

const server = await scratchServer()

if (typeof server === 'string') {
  await t.test('files in rows', { skip: server }, async () => {})
} else {
  // Other files of the suite take the server down: nothing is left open for them.
  const database = Database.open({ url: await server.fresh() })
  const write = (id: string, bytes: Uint8Array) => database.run(piece('INSERT INTO staff_paper (id, bytes) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET bytes = EXCLUDED.bytes', id, bytes))
  const read = async (id: string) => (await database.transaction((tx) => bytesIn(tx, 'staff_paper', id))).value

  await t.test('a file is what it was, however long', async (t) => {
    for (const length of [0, 1, 2 * 1024 * 1024, 2 * 1024 * 1024 + 1, 5_000_003]) {
      const bytes = randomBytes(length)
      await write(`${length}`, bytes)
      t.ok((await read(`${length}`))?.equals(bytes), `${length} bytes`)
    }
    t.equal(await read('none'), null)
  })

  await t.test('one that is written over while it is read is the one or the other, and never some of both', async (t) => {
    const all = (byte: number) => Buffer.alloc(9_000_001, byte)
    await write('one', all(0))
    let over = false
    const writing = (async () => {
      for (let byte = 1; !over; byte = 1 - byte) await write('one', all(byte))
    })()
    const seen = new Set<number>()
    for (let n = 0; n < 20 || (n < 400 && seen.size < 2); n += 1) {
      const bytes = await read('one')
      t.ok(bytes && bytes.equals(all(bytes[0] as number)), 'of one piece')
      if (bytes) seen.add(bytes[0] as number)
    }
    over = true
    await writing
    t.equal(seen.size, 2, 'premise: it was written over meanwhile')
  })
  await database.close()
}
