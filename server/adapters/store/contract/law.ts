import type { Test } from 'tap'
import type { NoteQuery } from '../../../domain/notes/port.js'
import type { Sight } from '../../../domain/policy/readable.js'
import { CUSTOMER_IDS, PEOPLE, sightFor } from '../../../house/oracle/bank.js'
import { noteId, plantedNotes, type Planted } from '../../../house/oracle/notes.js'
import { PRINCIPALS } from '../../../house/oracle/principals.js'
import { publishedText, reads, readsAsCurator } from '../../../house/oracle/table.js'
import { PASS, addOracleCustomers, idNumber, post, type Opens, type Ports } from './subject.js'

const EVERY: NoteQuery = { order: 'newest', page: 1, size: 100, confidences: ['wip', 'not_validated', 'validated', 'archived'] }

/** Every principal of the oracle before a part of its notes: page, list, totals, filters, queue, my notes. */
export async function lawContract(t: Test, open: Opens): Promise<void> {
  const subject = await open(t)
  const { ports } = subject
  await addOracleCustomers(ports)
  // Every eleventh, of more than four thousand: eleven divides no dimension, so all of them occur.
  const planted = plantedNotes().filter((_, at) => at % 11 === 0)
  for (const { note } of planted) await post(ports, note)
  const sights = PRINCIPALS.map((principal) => {
    return { principal, sight: sightFor(principal, { people: PEOPLE, restricted: ports.customers.restricted() }) }
  })

  await t.test('everybody opens exactly what the oracle says, text by text', async (t) => {
    const wrong: string[] = []
    let opened = 0
    for (const { principal, sight } of sights) {
      for (const { facts, note } of planted) {
        const seen = await ports.notes.get(note.id, sight)
        const expected = facts.texts.flatMap((text, at) => (reads(principal, facts, text) ? [at + 1] : [])).join()
        const found = (seen?.revisions ?? []).map((r) => r.number).join()
        if (found !== expected) wrong.push(`${principal.name} — ${facts.name}: opens ${found}, the oracle says ${expected}`)
        if (seen) opened += 1
      }
    }
    t.same(wrong.slice(0, 10), [])
    t.ok(opened > 1_000, `${opened} were opened`)
  })

  await t.test('many opened at once are those that may be opened one by one, in the order asked', async (t) => {
    const ids = [...planted.map(({ note }) => note.id).reverse(), idNumber(404)]
    for (const { principal, sight } of sights) {
      const expected = planted.filter(({ facts }) => facts.texts.some((text) => reads(principal, facts, text))).map(({ note }) => note.id).reverse()
      const found = await ports.notes.some(ids, sight)
      t.same(found.map(({ id }) => id), expected, `${principal.name} opens ${expected.length}`)
      const one = found.find(({ revisions }) => revisions.length > 0)
      if (one) t.same(one, await ports.notes.get(one.id, sight), 'and sees the same of each')
    }
    t.same(await ports.notes.some([], sights[0]?.sight as Sight), [])
    t.equal((await ports.allNotes.readSome(ids, PASS)).length, planted.length)
  })

  await t.test('everybody lists and counts exactly the published faces they may read, each once', async (t) => {
    for (const { principal, sight } of sights) {
      const expected = planted.filter(({ facts }) => reads(principal, facts, publishedText(facts))).map(({ note }) => note.id).sort()
      const { ids, totals } = await all(ports, EVERY, sight)
      t.same((await ports.notes.rows(EVERY, sight)).map(({ id }) => id), ids.slice(0, EVERY.size), `${principal.name} gets the same rows where nothing is counted`)
      t.same(ids.sort(), expected, `${principal.name} lists ${expected.length}`)
      t.same([...totals], [expected.length], `${principal.name} is told the same total on every page`)
    }
  })

  await t.test('a filter narrows, and counts what the oracle counts', async (t) => {
    const filters: readonly [Partial<NoteQuery>, (one: Planted) => boolean][] = [
      [{ levels: ['confidential', 'restricted'] }, ({ facts }) => facts.level === 'confidential' || facts.level === 'restricted'],
      [{ departments: ['loans'] }, ({ facts }) => facts.home === 'other department'],
      [{ team: 'beta' }, ({ facts }) => facts.home === 'other team'],
      [{ customer: CUSTOMER_IDS.plain }, () => true],
      [{ customer: CUSTOMER_IDS.restricted }, ({ facts }) => facts.customer === 'restricted'],
      [{ confidences: ['validated'] }, ({ facts }) => facts.confidence === 'validated'],
      [{ levels: [] }, () => false],
    ]
    for (const { principal, sight } of sights) {
      for (const [filter, holds] of filters) {
        const hidden = filter.customer !== undefined && sight.visible.hide.includes(filter.customer)
        const expected = planted.filter((one) => !hidden && holds(one) && reads(principal, one.facts, publishedText(one.facts))).length
        const found = await ports.notes.count({ ...EVERY, ...filter }, sight)
        if (found !== expected) t.fail(`${principal.name} with ${JSON.stringify(filter)}: counts ${found}, the oracle ${expected}`)
        const rows = (await ports.notes.rows({ ...EVERY, ...filter, size: 200 }, sight)).length
        if (rows !== Math.min(expected, 200)) t.fail(`${principal.name} with ${JSON.stringify(filter)}: gets ${rows}, the oracle ${expected}`)
      }
    }
    t.pass(`${sights.length * filters.length} counts`)
  })

  await t.test('archived notes are listed only when asked for', async (t) => {
    const { confidences: _, ...unasked } = EVERY
    const boss = sights.find(({ principal }) => principal.name === 'second-steward')
    if (!boss) return t.fail('there is somebody who reads nearly everything')
    const { ids } = await all(ports, unasked, boss.sight)
    const archived = new Set(planted.filter(({ note }) => note.confidence === 'archived').map(({ note }) => note.id))
    t.ok(archived.size > 0 && ids.length > 0)
    t.notOk(ids.some((id) => archived.has(id)))
  })

  await t.test('the queue holds what a curator may decide on and is empty for everybody else', async (t) => {
    const curators: string[] = []
    for (const { principal, sight } of sights) {
      const expected = planted
        .filter(({ facts }) => facts.underReview !== null && readsAsCurator(principal, facts, facts.texts[facts.underReview] as never))
        .map(({ note }) => note.id).sort()
      const query = { tab: 'open', me: sight.by, now: '2026-03-02T00:00:00.000Z', page: 1, size: 200 } as const
      const queue = await ports.notes.queue(query, sight)
      t.same(queue.rows.map(({ id }) => id).sort(), expected, principal.name)
      t.equal(queue.total, expected.length)
      t.equal((await ports.notes.queueCounts(query, sight)).open, expected.length)
      t.equal(await ports.notes.queueOpen(1_000, sight), expected.length)
      if (expected.length > 0) curators.push(principal.name)
    }
    t.ok(curators.includes('curator-of-department') && curators.includes('deputy') && !curators.includes('author'), curators.join())
  })

  await t.test('the queue finds words of what waits, and no canary of what a curator may not read', async (t) => {
    const name = 'curator-of-department'
    const mine = sights.find(({ principal }) => principal.name === name)
    if (!mine) return t.fail(`there is a ${name}`)
    let found = 0
    for (const { facts, note } of planted.filter(({ facts }) => facts.underReview !== null)) {
      const subject = note.revisions[facts.underReview as number]
      const query = { tab: 'open', me: name, now: note.updatedAt, page: 1, size: 10, text: (subject?.body ?? '').toUpperCase() } as const
      const { total } = await ports.notes.queue(query, mine.sight)
      const expected = readsAsCurator(mine.principal, facts, facts.texts[facts.underReview as number] as never) ? 1 : 0
      if (total !== expected) t.fail(`${facts.name}: ${total} found`)
      found += total
    }
    t.ok(found > 10, `${found} found`)
  })

  await t.test('my notes are those of which I wrote a text, whoever wrote the others', async (t) => {
    for (const name of ['author', 'author-who-moved', 'curator-who-wrote', 'colleague-in-delta', 'disabled-author', 'admin']) {
      for (const writer of ['author', 'author-who-moved', 'colleague-in-delta']) {
        const one = sights.find(({ principal }) => principal.name === name)
        if (!one) return t.fail(`there is a ${name}`)
        const expected = planted
          .filter(({ facts }) => facts.texts.some((text) => text.by === writer && reads(one.principal, facts, text)))
          .map(({ note }) => note.id).sort()
        const { ids, totals } = await all(ports, { ...EVERY, writer }, one.sight)
        t.same(ids.sort(), expected, `${name} looks for what ${writer} wrote: ${expected.length}`)
        t.same([...totals], [expected.length])
      }
    }
  })

  await t.test('only who may see a review item can filter by it', async (t) => {
    for (const { principal, sight } of sights) {
      const who = 'who' in principal ? principal.who : ''
      const expected = planted.filter(({ facts }) => {
        const subject = facts.underReview === null ? undefined : facts.texts[facts.underReview]
        return subject && reads(principal, facts, publishedText(facts)) && (subject.by === who || readsAsCurator(principal, facts, subject))
      })
      t.equal(await ports.notes.count({ ...EVERY, withItem: 'active' }, sight), expected.length, principal.name)
    }
  })

  await t.test('an unreadable note costs exactly what an unknown one costs', async (t) => {
    const fresh = await subject.reopen()
    const find = (test: (one: Planted) => boolean) => planted.find(test)?.note.id ?? t.fail('there is such a note') as never
    const author = sights.find(({ principal }) => principal.name === 'other-department')
    if (!author) return t.fail('there is somebody')
    const may = (one: Planted) => one.facts.texts.some((text) => reads(author.principal, one.facts, text))
    const cost = async (id: string) => {
      const before = fresh.reads()
      const seen = await fresh.ports.notes.get(id, author.sight)
      return { seen: seen !== null, reads: fresh.reads() - before }
    }
    const readable = await cost(find(may))
    t.ok(readable.seen && readable.reads > 0, `reading costs something (${readable.reads})`)
    const unknown = await cost(noteId(999_999))
    const closed = find((one) => !may(one))
    t.same(await cost(closed), unknown)
    t.same(await cost(closed), unknown, 'the second time too')
    t.notOk(unknown.seen)
    t.same(await cost('../../people'), unknown, 'what is no id at all')
  })
}

async function all(ports: Ports, query: NoteQuery, sight: Sight): Promise<{ ids: string[]; totals: Set<number> }> {
  const ids: string[] = []
  const totals = new Set<number>()
  for (let page = 1; page <= 100; page += 1) {
    const { rows, total } = await ports.notes.list({ ...query, page }, sight)
    totals.add(total)
    ids.push(...rows.map(({ id }) => id))
    if (rows.length < query.size) break
  }
  return { ids, totals }
}
