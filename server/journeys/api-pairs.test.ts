import { randomBytes } from 'node:crypto'
import t from 'tap'
import { ZodError } from 'zod'
import type { z } from 'zod'
import { TOKEN_PREFIX } from '../domain/policy/token.js'
import type { Scope } from '../domain/policy/viewer.js'
import { CUSTOMER, CUSTOMERS, NOTE, RESULTS } from '../http/api/shapes.js'
import { PER_MINUTE } from '../http/api/bearer.js'
import { CUSTOMER_IDS, PEOPLE } from '../house/oracle/bank.js'
import type { Planted } from '../house/oracle/notes.js'
import { EMPLOYEES, RESTRICTED_CUSTOMER, type EmployeeId } from '../house/oracle/principals.js'
import { knows, publishedText, reads } from '../house/oracle/table.js'
import type { Browser, Page } from './browser.js'
import { asPrincipal, isDisabled, openPlantedBank } from './planted-bank.js'

/** V10 and V18 over all pairs: a program gets a note, a customer and a hit exactly when its owner gets the page, and no other word. */
const DEEP = process.env['TACIT_DEPTH'] === 'deep'
const { bank, canaries, planted, people, customers, leaks } = await openPlantedBank(t, DEEP ? 23 : 61)
const NOBODYS = '01900000-0000-7000-8000-00000000dead'
const EVERYBODY = Object.keys(EMPLOYEES) as EmployeeId[]

let addresses = 0

/** A program of somebody, with as many tokens as it needs: one may ask only so often in a minute. */
class Program {
  private secret = ''
  private left = 0
  /** of its own: wrong tokens are counted by address */
  private readonly address = `127.0.1.${(addresses += 1)}`

  constructor(private readonly who: EmployeeId, private readonly scopes: readonly Scope[]) {}

  async ask(url: string, body?: object): Promise<Page> {
    if (this.left === 0) await this.renew()
    this.left -= 1
    const program = bank.stranger()
    program.address = this.address
    delete program.headers['sec-fetch-site']
    return program.request({
      method: body ? 'POST' : 'GET', url, ...(body && { payload: JSON.stringify(body) }),
      headers: { authorization: `Bearer ${this.secret}`, ...(body && { 'content-type': 'application/json' }) },
    })
  }

  private async renew(): Promise<void> {
    this.secret = TOKEN_PREFIX + randomBytes(24).toString('base64url')
    this.left = PER_MINUTE - 1
    await bank.house.tokens.add({
      id: bank.house.ids.next(), owner: this.who, name: 'test', scopes: this.scopes, digest: bank.house.passwords.digest(this.secret), createdAt: bank.clock.now(),
      until: '2027-01-01T00:00:00.000Z', revokedAt: null,
    })
  }
}

const readers = new Map(people.map((who) => [who, new Program(who, ['read'])]))
const browsers = new Map<EmployeeId, Browser>()
for (const who of people) browsers.set(who, await bank.signIn((PEOPLE.person(who)?.login ?? who) as never))

/** The words that the API may give of a note: of the one text it shows, and of the customers whom this reader may know. */
function wordsOf(who: EmployeeId, { facts, note }: Planted): readonly string[] {
  const published = publishedText(facts)
  const newest = facts.texts.findLast((text) => reads(asPrincipal(who), facts, text))
  const number = facts.texts.indexOf(reads(asPrincipal(who), facts, published) ? published : (newest as typeof published)) + 1
  const ofText = canaries.of(facts.name).filter(({ field }) => ['title', 'body', 'tag', 'source'].some((part) => field === `${part} of text ${number}`)).map(({ word }) => word)
  if (ofText.length !== 4) throw new Error(`${note.id} has no text ${number}`)
  const about = facts.customer === 'plain' ? [customers.plain] : [customers.plain, ...(knows(who, RESTRICTED_CUSTOMER) ? [customers.restricted] : [])]
  return [...ofText, ...about]
}

/** Whether an answer is of this shape and holds these words and no others. */
function misshapen(shape: z.ZodType, body: string, words: readonly string[]): string[] {
  const seen = new Set(canaries.seenIn(body).map(({ word }) => word))
  const found = [...seen].filter((word) => !words.includes(word)).map((word) => `holds ${canaries.all.find((one) => one.word === word)?.field}`)
  found.push(...words.filter((word) => !seen.has(word)).map((word) => `lacks ${canaries.all.find((one) => one.word === word)?.field}`))
  try {
    shape.parse(JSON.parse(body))
  } catch (error) {
    found.push(error instanceof ZodError ? error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join() : String(error))
  }
  return found
}

t.test('for every person and every note the API decides as the page does, and gives the allowed fields and no other word', async (t) => {
  const wrong: string[] = []
  const count = { open: 0, closed: 0 }
  for (const who of people) {
    const program = readers.get(who) as Program
    const missing = (await program.ask(`/api/v1/notes/${NOBODYS}`)).body
    for (const one of planted) {
      const { facts, note } = one
      const page = await (browsers.get(who) as Browser).get(`/notes/${note.id}?stay=1`)
      const answer = await program.ask(`/api/v1/notes/${note.id}`)
      count[answer.status === 200 ? 'open' : 'closed'] += 1
      const may = facts.texts.some((text) => reads(asPrincipal(who), facts, text))
      if (answer.status !== page.status || answer.status !== (may ? 200 : 404)) wrong.push(`${who} gets ${answer.status} by program and ${page.status} on the page for ${facts.name}`)
      else if (may) wrong.push(...misshapen(NOTE, answer.body, wordsOf(who, one)).map((what) => `${who}, ${facts.name}: ${what}`))
      else if (answer.body !== missing) wrong.push(`${who} can tell ${facts.name} from a missing note`)
      wrong.push(...leaks(who, answer.body + JSON.stringify(answer.headers)))
    }
  }
  t.ok(count.open > 200 && count.closed > 200, `premise: ${count.open} were given, ${count.closed} were not`)
  t.same(wrong.slice(0, 10), [])
})

t.test('what a program finds is what its owner may find, with true counts and no word of anything else', async (t) => {
  const wrong: string[] = []
  let hits = 0
  for (const who of people) {
    const program = readers.get(who) as Program
    for (const archived of [false, true]) {
      const shown = planted.filter(({ facts, note }) => (note.confidence === 'archived') === archived && reads(asPrincipal(who), facts, publishedText(facts)))
      const answer = await program.ask(`/api/v1/search?size=100&archived=${archived ? 1 : 0}`)
      wrong.push(...misshapen(RESULTS, answer.body, [...new Set(shown.flatMap((one) => wordsOf(who, one)))]).map((what) => `${who} searching: ${what}`))
      const found = JSON.parse(answer.body) as z.output<typeof RESULTS>
      hits += found.hits.length
      t.same(found.hits.map(({ note }) => note.id).sort(), shown.map(({ note }) => note.id).sort(), `${who}: hits`)
      t.equal(found.total, shown.length, `${who}: total`)
      const levels = Object.fromEntries((found.facets['confidentiality'] ?? []).map(({ value, count }) => [value, count]))
      const expected = shown.map(({ note }) => note.rights.level)
      t.same(levels, Object.fromEntries([...new Set(expected)].map((level) => [level, expected.filter((one) => one === level).length])), `${who}: facets`)
      const named = (found.facets['customer'] ?? []).some(({ value }) => value === CUSTOMER_IDS.restricted)
      t.equal(named, knows(who, RESTRICTED_CUSTOMER) && shown.some(({ facts }) => facts.customer === 'restricted'), `${who}: customers in facets`)
    }
    for (const { facts, note } of planted.filter((_, at) => DEEP || at % 6 === 0)) {
      const word = canaries.of(facts.name).find(({ field }) => field === `title of text ${facts.texts.indexOf(publishedText(facts)) + 1}`)?.word
      const { body } = await program.ask(`/api/v1/search?q=${word}${note.confidence === 'archived' ? '&archived=1' : ''}`)
      const may = reads(asPrincipal(who), facts, publishedText(facts))
      if (body.includes(note.id) !== may) wrong.push(`${who} ${may ? 'does not find' : 'finds'} ${facts.name}`)
    }
  }
  t.ok(hits > 200, `premise: ${hits} hits`)
  t.same(wrong.slice(0, 10), [])
})

t.test('a program gets a customer exactly when its owner may know them', async (t) => {
  for (const who of people) {
    const program = readers.get(who) as Program
    const known = (['plain', 'restricted'] as const).filter((kind) => kind === 'plain' || knows(who, RESTRICTED_CUSTOMER))
    for (const kind of ['plain', 'restricted'] as const) {
      const answer = await program.ask(`/api/v1/customers/${CUSTOMER_IDS[kind]}`)
      const page = await (browsers.get(who) as Browser).get(`/customers/${CUSTOMER_IDS[kind]}`)
      t.equal(answer.status, page.status, `${who}: ${kind}, as the page`)
      t.equal(answer.status, known.includes(kind) ? 200 : 404, `${who}: ${kind}`)
      if (answer.status === 200) t.same(misshapen(CUSTOMER, answer.body, [customers[kind]]), [], `${who}: ${kind}`)
      else t.equal(answer.body, (await program.ask(`/api/v1/customers/${NOBODYS}`)).body, `${who}: as if there were none`)
      const about = planted.filter(({ facts, note }) => note.confidence !== 'archived' && (kind === 'plain' || facts.customer === 'restricted') && reads(asPrincipal(who), facts, publishedText(facts)))
      if (answer.status === 200) t.equal((JSON.parse(answer.body) as z.output<typeof CUSTOMER>).notes, about.length, `${who}: ${kind}, notes counted`)
    }
    for (const query of ['', `?q=${customers.restricted}`]) {
      const list = await program.ask(`/api/v1/customers${query}`)
      const shown = known.filter((kind) => query === '' || kind === 'restricted')
      t.same(misshapen(CUSTOMERS, list.body, shown.map((kind) => customers[kind])), [], `${who}: list ${query}`)
      t.equal((JSON.parse(list.body) as z.output<typeof CUSTOMERS>).total, shown.length, `${who}: list ${query}`)
    }
  }
})

t.test('a token that only writes reads nothing of anything, one that only reads writes nothing, and that of somebody who left is worth nothing', async (t) => {
  const urls = ['/api/v1/search', '/api/v1/customers', `/api/v1/customers/${CUSTOMER_IDS.plain}`]
  for (const who of EVERYBODY) {
    const [writes, reads_, both] = [new Program(who, ['write']), new Program(who, ['read']), new Program(who, ['read', 'write'])]
    const own = planted.filter(({ note }) => note.author === who).slice(0, 2).map(({ note }) => `/api/v1/notes/${note.id}`)
    for (const url of [...urls, ...own, `/api/v1/notes/${planted[0]?.note.id}`]) {
      const answer = await writes.ask(url)
      t.equal(answer.status, isDisabled(who) ? 401 : 403, `${who} writes only: ${url}`)
      t.same(canaries.seenIn(answer.body), [], `${who} writes only: ${url}`)
      if (isDisabled(who)) for (const program of [reads_, both]) t.equal((await program.ask(url)).status, 401, `${who} left: ${url}`)
    }
    t.equal((await reads_.ask('/api/v1/notes', { body: 'x' })).status, isDisabled(who) ? 401 : 403, `${who} reads only`)
    if (isDisabled(who)) t.equal((await both.ask('/api/v1/notes', { body: 'x' })).status, 401, `${who} left`)
  }
})

t.test('a right that is taken from its owner is taken from the token on the next request, and comes back with it', async (t) => {
  const who: EmployeeId = 'same-team-restricted'
  const program = new Program(who, ['read', 'write'])
  const set = (change: object) => bank.house.people.change((roster) => ({ ...roster, persons: roster.persons.map((one) => (one.id === who ? { ...one, ...change } : one)) }))
  const mine = planted.filter(({ facts, note }) => note.confidence !== 'archived' && reads(asPrincipal(who), facts, publishedText(facts)))
  const losses: readonly (readonly [string, object, (one: Planted) => boolean])[] = [
    ['the clearance', { clearance: 'internal' }, ({ facts }) => !['confidential', 'restricted'].includes(facts.level)],
    ['the team and the department', { teams: [], department: 'south' }, ({ facts, note }) => note.validated !== null && facts.audience === 'enterprise'],
    ['everything', { active: false }, () => false],
  ]
  const all = async () => ((await program.ask('/api/v1/search?size=100')).status === 401 ? [] : (JSON.parse((await program.ask('/api/v1/search?size=100')).body) as z.output<typeof RESULTS>).hits.map(({ note }) => note.id).sort())
  t.same(await all(), mine.map(({ note }) => note.id).sort(), 'premise')
  for (const [what, change, stays] of losses) {
    await set(change)
    const left = mine.filter(stays)
    t.ok(left.length < mine.length, `premise: ${what} makes a difference`)
    t.same(await all(), left.map(({ note }) => note.id).sort(), `${what}: search`)
    for (const one of mine) {
      const { status } = await program.ask(`/api/v1/notes/${one.note.id}`)
      t.equal(status, what === 'everything' ? 401 : stays(one) ? 200 : 404, `${what}: ${one.facts.name}`)
    }
    await set(PEOPLE.person(who) as object)
  }
  t.same(await all(), mine.map(({ note }) => note.id).sort(), 'all of it is back')
})
