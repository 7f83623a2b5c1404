import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { Note } from '../../../domain/notes/note.js'
import { posted } from '../../../domain/notes/sample.js'
import { NOTE_FILE, OLD_FILE } from './note-files.js'
import { NoteDocuments, type NoteDocument, type OldDocument } from './old-revisions.js'
import { openReal, pageId } from './scratch-store.js'

const SECRET = 'qzvkxwpjtrmh'

t.test('of a note whose old revisions lie in a second file, nothing of what was redacted stays in either', async (t) => {
  const root = t.testdir()
  const data = await openReal(root)
  t.teardown(() => data.close())
  const notes = new NoteDocuments(
    await data.folder<NoteDocument>({ name: 'notes', schema: NOTE_FILE, cacheBytes: 1_000_000 }),
    await data.folder<OldDocument>({ name: 'notes', schema: OLD_FILE, cacheBytes: 1_000_000, ending: '.old.json' }),
    3_000,
  )
  const base = posted()
  const revisions = [1, 2, 3, 4].map((number) => ({ ...base.revisions[0], number, body: `${SECRET} ${'x'.repeat(1_500)} ${number}` })) as unknown as Note['revisions']
  const id = pageId(1)
  await notes.create({ ...base, id, revision: 4, revisions, seq: 1, accessSeq: 0 })
  const everything = async () => (await Promise.all((await readdir(join(root, 'notes'), { recursive: true })).filter((name) => name.endsWith('.json')).map((name) => readFile(join(root, 'notes', name), 'utf8')))).join('')
  t.match(await everything(), new RegExp(`old|${SECRET}`))
  t.ok((await readdir(join(root, 'notes'), { recursive: true })).some((name) => name.endsWith('.old.json')), 'premise: there is a second file')

  const clean = (body: string) => body.replaceAll(SECRET, '[]')
  await notes.change(id, (now) => ({ ...now, revisions: now.revisions.map((r) => ({ ...r, body: clean(r.body) })) as unknown as Note['revisions'] }))
  t.match(await everything(), new RegExp(SECRET), 'premise: the set of the version before is kept for a crash')
  await notes.scrub(id)
  t.notMatch(await everything(), new RegExp(SECRET))
  t.equal((await notes.read(id))?.revisions.length, 4, 'and the note is whole')

  await notes.change(id, (now) => ({ ...now, revisions: now.revisions.map((r) => ({ ...r, body: 'short' })) as unknown as Note['revisions'] }))
  await notes.scrub(id)
  t.notOk((await readdir(join(root, 'notes'), { recursive: true })).some((name) => name.endsWith('.old.json')), 'a second file nothing names is removed')
})
