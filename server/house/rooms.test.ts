import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ROOT } from '../root.js'
import { importsIn, importsOf, sourcesIn } from './imports.js'
import { ADAPTER_ROOMS, DOMAIN_ROOMS, EXCEPTIONS, NOT_YET, PURE_PACKAGES, ROOT_FILES, SEERS } from './plan.js'
import { isOnPlan, isTest, roomOf, wrong } from './rooms.js'

const SERVER = join(ROOT, 'server')
const imports = importsIn(SERVER)
const sources = sourcesIn(SERVER)

t.test('nobody looks into a room they have no business in', async (t) => {
  t.ok(imports.length > 300, `premise: ${imports.length} imports were read`)
  t.ok(imports.some(({ typeOnly }) => typeOnly) && imports.some(({ outside }) => outside), 'premise: of every kind')
  for (const one of imports) {
    const reason = wrong(one)
    if (reason !== null) t.fail(`${one.file} imports ${one.target}: ${reason}`)
  }
})

t.test('every exception is still needed', async (t) => {
  for (const { file, target } of EXCEPTIONS) t.ok(imports.some((one) => one.file === file && one.target === target), `${file} imports ${target}`)
})

t.test('every import leads to a file that is there', async (t) => {
  for (const { file, target, outside } of imports) {
    if (!outside && !existsSync(join(SERVER, target)) && !target.startsWith('../')) t.fail(`${file} imports ${target}`)
  }
})

t.test('every room is on the plan and none stands empty', async (t) => {
  for (const file of sources) if (!isOnPlan(roomOf(file)) && !isTest(file)) t.fail(`${file} is in a room that is not on the plan (house/plan.ts)`)
  const planned = [...DOMAIN_ROOMS.map((name) => `domain/${name}`), ...ADAPTER_ROOMS.map((name) => `adapters/${name}`), 'http', 'house', 'journeys']
  for (const room of planned) {
    const inside = sources.filter((file) => roomOf(file) === room && !isTest(file) || file.startsWith(`${room}/`) && ['house', 'journeys'].includes(room))
    t.equal(inside.length === 0, NOT_YET.includes(room), `${room} holds ${inside.length} files`)
  }
  for (const file of ROOT_FILES) t.ok(sources.includes(file), file)
})

t.test('only the parts on the list mint a pass to see everything, and each of them does', async (t) => {
  const minters = imports.filter(({ file, target, typeOnly }) => target === 'domain/policy/everything.ts' && !typeOnly && !isTest(file))
  t.same([...new Set(minters.map(({ file }) => file))].sort(), [...SEERS].sort())
})

t.test('each package the domain is allowed is used there', async (t) => {
  const used = imports.filter(({ file, outside }) => outside && file.startsWith('domain/') && !isTest(file)).map(({ target }) => target)
  for (const name of PURE_PACKAGES) if (!used.some((one) => one === name || one.startsWith(`${name}/`))) t.fail(`${name} is allowed but not used`)
})

t.test('only config.ts reads the environment', async (t) => {
  const readers = sources.filter((file) => !isTest(file) && /\bprocess\s*\.\s*env\b|from 'node:process'/.test(code(file)))
  t.same(readers, ['config.ts'])
})

t.test('the domain asks nobody for the time or for chance', async (t) => {
  const telling = /\bDate\.now\(|new Date\(\)|\bMath\.random\(|\bperformance\.now\(|\bsetTimeout\(|\bsetInterval\(|\bfetch\(|DateTime\.(now|local|utc)\(\)|\bv[1-7]\(\)/
  for (const file of sources) {
    if (file.startsWith('domain/') && !isTest(file) && telling.test(code(file))) t.fail(`${file}: ${telling.exec(code(file))?.[0]}`)
  }
  t.match('const now = Date.now()', telling, 'premise: such a line would be seen')
})

t.test('a planted violation is caught, in every way an import can be written', async (t) => {
  const planted: readonly (readonly [string, string])[] = [
    ['domain/people/person.ts', `import { Notes } from '../notes/port.js'`],
    ['domain/people/person.ts', `import type { Notes } from '../notes/port.js'`],
    ['domain/notes/note.ts', `export { openPeople } from '../../adapters/store/lowdb/people-store.js'`],
    ['domain/notes/note.ts', `import { readFileSync } from 'node:fs'`],
    ['domain/notes/note.ts', `import Fastify from 'fastify'`],
    ['domain/notes/note.ts', `const it = await import('../../http/view.js')`],
    ['domain/notes/note.ts', `let it: import('../../http/house.js').House`],
    ['http/routes/me.ts', `import { DataFolder } from '../../adapters/store/lowdb/data-folder.js'`],
    ['http/view.ts', `import { openHouse } from '../wire.js'`],
    ['adapters/mail/file/outbox.ts', `import { words } from '../../words/strings.js'`],
    ['adapters/mail/file/outbox.ts', `import type { House } from '../../../http/house.js'`],
    ['app.ts', `import { openPeople } from './adapters/store/lowdb/people-store.js'`],
    ['wire.ts', `import { myself } from './http/routes/me.js'`],
    ['relay.ts', `import { openPeople } from './adapters/store/lowdb/people-store.js'`],
    ['http/routes/notes.ts', `import { everything } from '../../domain/policy/everything.js'`],
    ['app.ts', `import './main.js'`],
    ['http/view.ts', `import { openBank } from '../journeys/bank.js'`],
    ['config.ts', `import { build } from './app.js'`],
  ]
  for (const [file, line] of planted) {
    const [found] = importsOf(file, line)
    t.ok(found && wrong(found), `${file}: ${line}`)
  }
  const right: readonly (readonly [string, string])[] = [
    ['domain/notes/note.ts', `import type { Person } from '../people/person.js'`],
    ['http/routes/me.ts', `import { prefer } from '../../domain/people/prefer.js'`],
    ['wire.ts', `import { openPeople } from './adapters/store/lowdb/people-store.js'`],
    ['domain/notes/port.ts', `import type { Everything } from '../policy/everything.js'`],
    ['http/present/notes.ts', `import { sayDate } from '../say-date.js'`],
  ]
  for (const [file, line] of right) {
    const [found] = importsOf(file, line)
    t.equal(found && wrong(found), null, `premise: ${file}: ${line} is right`)
  }
  t.equal(isOnPlan(roomOf('domain/utils/strings.ts')), false)
  t.equal(isOnPlan(roomOf('helpers.ts')), false)
})

function code(file: string): string {
  return readFileSync(join(SERVER, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
}
