import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { v7 } from 'uuid'
import { DataFolder } from '../../server/adapters/store/lowdb/data-folder.js'
import { realFiles, type Files } from '../../server/adapters/store/lowdb/files.js'
import { openPeople } from '../../server/adapters/store/lowdb/people-store.js'
import { openStore } from '../../server/adapters/store/lowdb/store.js'
import { postNote } from '../../server/domain/notes/post-note.js'
import type { Note } from '../../server/domain/notes/note.js'
import { NO_SOURCE } from '../../server/domain/notes/revision.js'
import { DIRECTIONS, NATURES } from '../../server/domain/notes/words.js'
import type { Notes } from '../../server/domain/notes/port.js'
import type { People } from '../../server/domain/people/port.js'
import { Vocabulary, type Taxonomy } from '../../server/domain/notes/taxonomy.js'
import type { Person } from '../../server/domain/people/person.js'
import { permit } from '../../server/domain/policy/grant.js'
import { LEVELS } from '../../server/domain/policy/level.js'
import { standingApart } from '../../server/domain/policy/rules.js'
import { ROOT } from '../../server/root.js'

const DEPARTMENTS = ['retail', 'private', 'corporate', 'cards', 'east']
/** Employees who curate nothing, one of each department. */
export const READERS = DEPARTMENTS.map((_, i) => `reader-${i}`)
const DAY = 86_400_000

/** Where notes are put; what is put need not survive a power cut, only what is measured later must. */
interface Ground {
  readonly people: People
  readonly notes: Notes
  close(): Promise<void>
}

/** An empty data directory, without fsync. */
export async function inFiles(root: string): Promise<Ground> {
  const data = await DataFolder.open({ root, clock: () => new Date().toISOString(), files: unsynced })
  const people = await openPeople(data)
  const store = await openStore(data, { log: { warn: () => {}, error: () => {} } })
  await store.ready
  return {
    people, notes: store.notes,
    close: async () => {
      await store.close()
      await data.close()
    },
  }
}

/** An empty database, whose commits are not waited for. */
export async function inPostgres(url: string, root: string): Promise<Ground> {
  const { openInPostgres } = await import('../../server/adapters/store/postgres/kept.js')
  return openInPostgres({ root, url: `${url}?options=${encodeURIComponent('-c synchronous_commit=off')}`, connections: 24, clock: () => new Date().toISOString(), told: () => {} })
}

/** So many notes, validated but for some. */
export async function seed({ people, notes, close }: Ground, count: number, progress: (done: number) => void): Promise<void> {
  const persons = DEPARTMENTS.flatMap((department, i) => [person(`reader-${i}`, department, ['employee']), person(`curator-${i}`, department, ['employee', 'curator'])])
  const departments = [{ id: 'head', name: 'Head', nameZh: '总行', parent: null }, ...DEPARTMENTS.map((id) => ({ id, name: id, nameZh: id, parent: 'head' }))]
  const teams = DEPARTMENTS.map((id) => ({ id: `team-${id}`, name: id, nameZh: id, department: id, email: `${id}@bank.example` }))
  await people.change(() => ({ persons, departments, teams }))
  const taxonomy = JSON.parse(readFileSync(join(ROOT, 'content', 'taxonomy.json'), 'utf8')) as Taxonomy
  const vocabulary = new Vocabulary({ ...taxonomy, aliases: {}, version: 1 })
  const text = texts()
  const topics = taxonomy.topics.filter((topic) => !topic.route_to && !topic.governance)
  const directory = people.directory()
  // Recent enough that no validation has run out: digests tell only of what still holds.
  const start = Date.now() - 90 * DAY
  for (let at = 0; at < count; ) {
    const batch = Array.from({ length: Math.min(64, count - at) }, (_, i) => at + i)
    await Promise.all(batch.map(async (n) => {
      const department = DEPARTMENTS[n % DEPARTMENTS.length] as string
      const writer = directory.person(`reader-${n % DEPARTMENTS.length}`) as Person
      const id = v7({ msecs: start + n * 600 })
      const permission = permit({ kind: 'person', person: writer }, 'note.post', standingApart(id))
      if (!permission.ok) throw new Error('the bench may not post')
      const body = text(n)
      const posted = postNote(permission.grant, {
        title: body.slice(0, 60), body,
        about: { customers: [], topic: topics[n % topics.length]?.key ?? null, direction: DIRECTIONS[n % 3] ?? null, nature: NATURES[n % 5] ?? null, products: [taxonomy.products[n % taxonomy.products.length]?.key ?? ''], segment: taxonomy.segments[n % taxonomy.segments.length]?.key ?? null, stage: null, tags: [`tag ${n % 200}`] },
        source: { ...NO_SOURCE, touchpoint: taxonomy.touchpoints[n % taxonomy.touchpoints.length]?.key ?? null },
        proposed: { audience: n % 4 === 0 ? 'department' : 'enterprise', level: LEVELS[n % 20 === 0 ? 2 : n % 2] ?? 'internal', named: [], stewards: [] },
      }, { id, item: v7(), home: { department, team: `team-${department}` }, titleFromText: body.slice(0, 60), key: null }, {
        writer, people: directory, vocabulary, knownCustomers: new Set(), restricted: new Set(), identifiers: 0, identifiersKept: true, now: new Date(start + n * 600).toISOString(), today: new Date(start + n * 600).toISOString().slice(0, 10),
      })
      if (!posted.ok) throw new Error(posted.refusals.map((r) => r.code).join())
      await notes.add(permission.grant, n % 50 === 0 ? posted.value : validated(posted.value, start + n * 600 + DAY, n))
    }))
    at += batch.length
    if (at % 6_400 < 64) progress(at)
  }
  await close()
}

/** As a curator would have left it; told without the verb, whose checks are not what is measured. */
function validated(note: Note, msecs: number, n: number): Note {
  const at = new Date(msecs).toISOString()
  const item = note.item as NonNullable<Note['item']>
  return {
    ...note, confidence: 'validated', validated: 1, reviewOn: new Date(msecs + 365 * DAY).toISOString().slice(0, 10), item: { ...item, state: 'accepted', closedAt: at },
    decisions: [{ id: v7(), item: item.id, by: `curator-${n % DEPARTMENTS.length}`, at, kind: 'accept', revision: 1, code: null, text: '', ratings: { value: (n % 5) + 1, correctness: 2, reliability: 'B', ease: 3 }, rights: note.rights, about: null }],
  }
}

function person(id: string, department: string, roles: Person['roles']): Person {
  return {
    id, login: id, name: id, email: `${id}@bank.example`, title: '', department, teams: [`team-${department}`], roles, domain: roles.includes('curator') ? [department] : [],
    clearance: 'confidential', language: 'en', active: true, absence: null, nameEn: '', settings: { shortcuts: true, theme: 'auto' },
  }
}

/** Real complaint narratives and Chinese banking questions when the test data is there, else made-up sentences; every one with a number of its own. */
export function texts(): (n: number) => string {
  const shared = process.env['TACIT_SHARED'] ?? join(ROOT, '..', 'shared')
  const file = join(shared, 'data', 'complaint-narratives.jsonl')
  const english = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => String((JSON.parse(line) as { narrative: string }).narrative).slice(0, 900)) : ['The customer was not told that the rate would reset, and left.']
  const zh = join(shared, 'data', 'zh-finance', '理财知识解读.csv')
  const chinese = existsSync(zh) ? readFileSync(zh, 'utf8').split('\n').filter((line) => line.length > 40) : ['客户说到期那天没有人给他打电话，所以把存单转走了。']
  return (n) => `${n % 3 === 0 ? chinese[n % chinese.length] : english[n % english.length]} (${n})`
}

const unsynced: Files = {
  ...realFiles,
  open: async (path, how) => {
    const file = await realFiles.open(path, how)
    return new Proxy(file, { get: (target, name) => (name === 'sync' ? async () => {} : bound(target, name)) })
  },
  openFolder: async () => ({ sync: async () => {}, close: async () => {} }),
}

function bound<T extends object>(target: T, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name)
  return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value
}
