import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Fastify from 'fastify'
import t from 'tap'
import { guard } from '../http/guard.js'
import { openBank } from '../journeys/bank.js'
import { ROOT } from '../root.js'
import { doorLines } from './door-lines.js'
import { SURFACES } from './surfaces.js'

t.test('every door is as it was agreed: method, address, whom it allows', async (t) => {
  const bank = await openBank(t)
  const agreed = readFileSync(join(ROOT, 'server', 'house', 'doors.txt'), 'utf8').trim().split('\n')
  const present = doorLines(bank.app.doors)
  t.ok(present.length >= 15, 'premise')
  t.same(present, agreed, 'a door changed: if that is meant, run `npm run doors` and have the difference of server/house/doors.txt read')
})

t.test('every door stands in the table of surfaces, and the table names no other', async (t) => {
  const bank = await openBank(t)
  const present = bank.app.doors.map(({ method, url }) => `${method} ${url}`)
  for (const door of present) t.ok(door in SURFACES, `${door} must say in server/house/surfaces.ts what it shows`)
  for (const door of Object.keys(SURFACES)) t.ok(present.includes(door), `${door} is in the table but not in the portal`)
})

t.test('only what must be is open to strangers', async (t) => {
  const bank = await openBank(t)
  const open = bank.app.doors.filter(({ allow }) => allow === 'public').map(({ method, url }) => `${method} ${url}`)
  for (const door of open) t.ok(SURFACES[door]?.every((thing) => !PRIVATE.includes(thing)), `${door} is open to strangers and shows ${SURFACES[door]}`)
})
const PRIVATE: readonly string[] = ['note', 'notes', 'customer', 'customers', 'people', 'record', 'mail', 'draft']

t.test('a route that does not say whom it allows stops the start', async (t) => {
  for (const config of [undefined, {}, { allow: 'everyone' }, { allow: 'note.reed' }, { allow: '' }]) {
    const app = Fastify({ exposeHeadRoutes: false })
    guard(app)
    t.throws(() => app.get('/x', { config } as never, async () => 'x'), { message: /^GET \/x must say whom it allows/ }, JSON.stringify(config))
    await app.close()
  }
})

t.test('no door is missed: not in a plugin, not one made before another is awaited', async (t) => {
  const app = Fastify({ exposeHeadRoutes: false })
  guard(app)
  void app.register(async (inner) => void inner.get('/late', { config: { allow: 'signed-in' } }, async () => 'x'))
  app.get('/early', { config: { allow: 'note.read' } }, async () => 'x')
  await app.ready()
  t.same(app.doors.map(({ url, allow }) => `${url} ${allow}`).sort(), ['/early note.read', '/late signed-in'])
  await app.close()
  const careless = Fastify({ exposeHeadRoutes: false })
  guard(careless)
  void careless.register(async (inner) => void inner.get('/late', async () => 'x'))
  await t.rejects(async () => void (await careless.ready()), { message: /^GET \/late must say whom it allows/ })
})
