import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { done } from '../../../domain/people/refusal.js'
import type { House } from '../../../http/house.js'
import type { DemoBank } from '../../../journeys/demo-bank.js'
import { permit } from '../../../domain/policy/grant.js'
import { standingApart } from '../../../domain/policy/rules.js'
import { markOf } from '../../../domain/policy/staff-import.js'
import { grantFor } from '../contract/subject.js'
import { DataFolder } from '../lowdb/data-folder.js'

export const CLOCK = () => '2026-03-04T01:00:00.000Z'
const STRANGE = 'NUL \u0000, SUB \u001a, half a pair \ud800, 默识 𠮷'

/** The ids of all notes in a data directory. */
export const notesIn = async (root: string): Promise<readonly string[]> => (await readdir(join(root, 'notes'), { recursive: true })).flatMap((name) => /([0-9a-f-]{36})\.json$/.exec(name)?.[1] ?? [])

/** The demo bank, and one of whatever it lacks. */
export async function fillBank(bank: DemoBank): Promise<void> {
  const { house } = bank
  const li = await bank.enter('li.na')
  const form = (await li.get('/notes/new')).form('/notes')
  const path = (await li.submit(form, { title: 'Strange letters', body: STRANGE.replace('\u0000', '') })).location
  const id = path.split('/')[2] as string
  await house.notes.change(grantFor('note.edit', id), (note) => done({
    ...note, revision: 30, revisions: [...note.revisions, ...Array.from({ length: 29 }, (_, at) => ({ ...note.revisions[0], number: at + 2, body: `${STRANGE} ${'x'.repeat(15_000)} ${at}` }))] as unknown as typeof note.revisions,
  }))
  await house.post.mailer.send({
    letter: '01900000-0000-7000-8000-00000000bbbb', kind: 'notice', messageId: '<y@bank.example>', to: 'li.na@bank.example', language: 'zh', at: CLOCK(), subject: '默识', text: STRANGE, html: '<p>x</p>', list: null, about: [id],
  })
  await house.mailPasswordLink(bank.personCalled('li.na'), 'token', 'forgotten')
  await house.tokens.add({ id: house.ids.next(), owner: 'li.na', name: 'a script', digest: 'd'.repeat(64), scope: [], createdAt: CLOCK(), until: '2027-01-01T00:00:00.000Z', revokedAt: null } as unknown as Parameters<House['tokens']['add']>[0])
  house.reads.saw(id, 'he.jun')
  await (await bank.enter('he.jun')).get('/')
  await house.visits.lookIn(bank.personCalled('li.na').id, '2026-03-01T01:00:00.000Z')
  await house.visits.lookIn(bank.personCalled('li.na').id, CLOCK())
  const { batches } = house.imports.parts
  const batch = house.ids.next()
  await batches.add(grantFor('import.run', batch), {
    schema: 1, id: batch, version: 1, owner: 'han.bing', createdAt: CLOCK(), state: 'checked', report: [], acceptance: null, fileName: 'list.csv', counts: { created: 0, changed: 0, unchanged: 0, skipped: 0, refused: 0 },
  } as unknown as Parameters<typeof batches.add>[1], Buffer.from([0, 1, 2, 255]))
  const staff = house.ids.next()
  const made = { id: staff, owner: 'han.bing', at: CLOCK(), counts: { added: 0, changed: 1, unchanged: 0, refused: 0 }, comesTo: 'd', run: null, told: 0, toTell: 1, finishedAt: null }
  const permission = permit({ kind: 'person', person: bank.personCalled('han.bing') }, 'people.administer', standingApart(staff, { admin: true }))
  if (!permission.ok) throw new Error('an administrator may not import staff')
  await house.staffImports.add(permission.grant, made, Buffer.from([0, 1, 2, 255]))
  await house.staffImports.note(permission.grant, { ...made, run: { by: 'han.bing', at: CLOCK(), via: 'page', request: null } }, Buffer.from('[]'))
  await house.people.change((roster) => ({ ...roster, persons: roster.persons.map((one) => (one.login === 'li.na' ? { ...one, newAddress: { before: 'old@bank.example', setBy: 'han.bing', at: CLOCK() } } : one)) }), undefined, markOf(staff))
  await house.credentials.change(bank.personCalled('li.na').id, (now) => ({ ...now, link: { digest: 'a'.repeat(64), until: '2027-01-01T00:00:00.000Z' } }))
  await house.caughtUp()
  await house.redactions.settled()
  const curator = await bank.enter('he.jun')
  await curator.submit((await curator.get(`${path}/redaction`)).form(`${path}/redaction`), { what: 'words', words: '默识', reason: 'secret' }).catch(() => {})
  await bank.close()
}

/** What a consumer could not take, and redactions of long ago, go into the documents themselves: that is where they lie. */
export async function fillDocuments(folder: string, id: string): Promise<void> {
  const event = { seq: 3, kind: 'note', id, version: 1, accessChanged: false } as const
  const feed = JSON.parse(await readFile(join(folder, 'feed.json'), 'utf8')) as { aside: Record<string, object[]> }
  await writeFile(join(folder, 'feed.json'), JSON.stringify({ ...feed, aside: { notices: [event], search: [event] } }))
  const list = JSON.parse(await readFile(join(folder, 'redactions.json'), 'utf8')) as { redactions: object[] }
  const line = (n: number) => ({ id: `r-${n}`, note: 'gone', at: CLOCK(), state: 'done', words: null, whole: false, reason: 'secret', mark: '[x]', drafts: [], innocent: [] })
  await writeFile(join(folder, 'redactions.json'), JSON.stringify({ ...list, redactions: [...list.redactions, line(2), line(1), line(3)] }))
}

/** What somebody does who alone has the data directory. */
export async function withFolder<T>(root: string, act: (data: DataFolder) => Promise<T>): Promise<T> {
  const data = await DataFolder.open({ root, clock: CLOCK, reserveBytes: 4_096 })
  try {
    return await act(data)
  } finally {
    await data.close()
  }
}

/** What is made anew, or tells of this machine and moment alone. */
const ANEW = /^(catalog\.sqlite|search\/|sessions\/|lock|reserve\.bin|reads\.sqlite|backups-made\/|moved\.json|reindex\.json)/

/** Every file as what it says, whatever the order of its fields and of lists that have none. */
export async function documentsIn(root: string): Promise<ReadonlyMap<string, unknown>> {
  const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)).filter((name) => !ANEW.test(name)).sort()
  const entries = await Promise.all(files.map(async (name) => {
    const bytes = await readFile(join(root, name))
    if (!name.endsWith('.json') || name.startsWith('mail/')) return [name, bytes.toString('base64')] as const
    const document = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>
    if (name === 'feed.json') for (const part of ['cursors', 'aside']) document[part] = Object.fromEntries(Object.entries(document[part] as object).filter(([consumer, value]) => consumer !== 'search' && (!Array.isArray(value) || value.length > 0)))
    // The set that a former version of the note named lies there until the next write: nobody asks for it.
    if (name.endsWith('.old.json')) Object.assign(document, { version: 1, sets: (document['sets'] as { of: number }[]).slice(-1) })
    for (const list of ['persons', 'departments', 'teams', 'channels', 'tokens', 'gaps']) if (Array.isArray(document[list])) document[list] = (document[list] as { id: string }[]).sort((a, b) => (a.id < b.id ? -1 : 1))
    return [name, sorted(document)] as const
  }))
  return new Map(entries)
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]))
}
