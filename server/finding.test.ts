import { getEventListeners } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import type { Sight } from './domain/policy/readable.js'
import { FACETS } from './domain/search/entry.js'
import { SearchBeyond, SearchUnavailable, type Found, type SearchEngine, type SearchOptions, type Status } from './domain/search/port.js'
import { EMPTY_QUERY } from './domain/search/query.js'
import { openFinding, type Answering, type FindingOptions } from './finding.js'

const SIGHT = { by: 'somebody', visible: { own: [], any: [], hide: [] } } as unknown as Sight
const NOW = '2026-03-03T08:00:00.000Z'
const READY: Status = { state: 'ready', wantsRebuild: false, rebuilding: null, entries: 1, restarts: 0 }
const facets = Object.fromEntries(FACETS.map((name) => [name, []])) as unknown as Found['facets']
const results = (id: string) => ({ hits: [{ kind: 'note' as const, id, version: 1 }], total: 1, facets, corrected: [], relaxed: false, terms: [] })

/** An engine at the far end of a line: how it answers can be changed between two questions. */
class FarEngine {
  asked: SearchOptions[] = []
  held: string[] | null = []
  status: Status = READY
  answer: (signal: AbortSignal | undefined) => Promise<unknown> = async () => {}

  constructor(readonly name: string) {}

  get answering(): Answering {
    const search = async (_query: unknown, _sight: unknown, options: SearchOptions, signal?: AbortSignal) => {
      this.asked.push(options)
      await this.answer(signal)
      return results(this.name)
    }
    const engine = { search, status: () => this.status } as unknown as SearchEngine
    return { name: this.name, engine, hold: () => this.held && new Set(this.held), behind: async (most = 10) => ({ things: Math.min(most, 3), more: most < 3 }) }
  }
}

const down = async () => { throw new SearchUnavailable() }
const never = (signal: AbortSignal | undefined) => new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))

function open(engines: readonly FarEngine[], options: FindingOptions = {}) {
  const told: string[] = []
  const finding = openFinding(
    engines.map(({ answering }) => answering),
    async () => ({ ...results('basic'), onHold: 0, basic: { looked: 7, all: true } }),
    { hurry: 20, patience: 200, rest: 300, longestRest: 300, told: (sentence) => told.push(sentence), ...options },
  )
  return { told, finding, find: () => finding.search(EMPTY_QUERY, SIGHT, { now: NOW }), first: async () => (await finding.search(EMPTY_QUERY, SIGHT, { now: NOW })).hits[0]?.id }
}

t.test('the first engine answers, without what is on hold for it', async (t) => {
  const [near, far] = [new FarEngine('near'), new FarEngine('far')]
  near.held = ['closed']
  far.held = ['another']
  const { find } = open([near, far])
  const found = await find()
  t.match(found, { hits: [{ id: 'near' }], onHold: 1, basic: null })
  t.same(near.asked[0]?.hold, ['closed'])
  t.same(far.asked, [], 'nobody else is asked')
})

t.test('when it is down the next answers, with its own list of what is on hold, and the first is left alone for a while', async (t) => {
  const [near, far] = [new FarEngine('near'), new FarEngine('far')]
  near.answer = down
  far.held = ['another']
  const { find, first, told } = open([near, far])
  t.match(await find(), { hits: [{ id: 'far' }], onHold: 1 })
  t.same(far.asked[0]?.hold, ['another'])
  near.answer = async () => {}
  t.equal(await first(), 'far')
  t.equal(near.asked.length, 1, 'not asked again so soon')
  await pause(350)
  t.equal(await first(), 'near', 'but a little later')
  t.equal(told.length, 1)
  t.match(told[0], /near/)
})

t.test('one with more on hold than can be told is not asked until it has taken some of it', async (t) => {
  const [near, far] = [new FarEngine('near'), new FarEngine('far')]
  const { find, first, finding } = open([near, far])
  near.held = null
  t.match(await find(), { hits: [{ id: 'far' }], basic: null })
  far.held = null
  t.match(await find(), { hits: [{ id: 'basic' }], basic: { all: true } })
  t.equal(near.asked.length, 0)
  t.match(await finding.engines(), [{ state: 'ready', onHold: 3 }, { state: 'ready' }], 'it is well, and all that it is behind counts')
  near.held = []
  t.equal(await first(), 'near')
})

t.test('one that cannot answer one viewer is asked by everybody else as before', async (t) => {
  const [near, far] = [new FarEngine('near'), new FarEngine('far')]
  const { first, told } = open([near, far])
  near.answer = async () => { throw new SearchBeyond() }
  far.answer = async () => { throw new SearchBeyond() }
  t.equal(await first(), 'basic')
  near.answer = async () => {}
  t.equal(await first(), 'near', 'at once')
  t.same(told, [], 'nobody is alarmed')
})

t.test('one that hangs is not waited for, and is left alone once another was faster', async (t) => {
  const [near, far] = [new FarEngine('near'), new FarEngine('far')]
  near.answer = never
  const { first } = open([near, far])
  t.equal(await first(), 'far')
  t.equal(near.asked.length, 1, 'premise: it was asked')
  t.equal(await first(), 'far')
  t.equal(near.asked.length, 1)
})

t.test('one that answers others meanwhile has much to do: whoever waited too long gets what the store has, and it goes on being asked', async (t) => {
  const near = new FarEngine('near')
  const { first, told } = open([near])
  near.answer = never
  const late = first()
  await pause(50)
  near.answer = async () => {}
  t.equal(await first(), 'near')
  t.equal(await late, 'basic', 'premise: one question was not answered in time')
  t.equal(await first(), 'near', 'at once')
  t.same(told, [], 'nobody is alarmed')
  near.answer = never
  t.equal(await first(), 'basic')
  near.answer = async () => {}
  t.equal(await first(), 'basic', 'one that answers nobody is left alone')
})

t.test('when all are down, hang or were never filled, the store is looked through', async (t) => {
  const [near, far] = [new FarEngine('near'), new FarEngine('far')]
  for (const [trouble, other] of [[down, down], [never, never], [down, never]] as const) {
    near.answer = trouble
    far.answer = other
    const { find } = open([near, far])
    t.match(await find(), { hits: [{ id: 'basic' }], basic: { looked: 7, all: true } })
  }
  near.status = { ...READY, wantsRebuild: true }
  far.status = { ...READY, state: 'down' }
  near.asked = []
  const { find } = open([near, far])
  t.match(await find(), { basic: { looked: 7 } })
  t.same(near.asked, [], 'an index that lacks things is not asked: nobody would know why nothing is found')
})

t.test('suggestions and likeness are empty while no engine answers', async (t) => {
  const near = new FarEngine('near')
  near.status = { ...READY, state: 'down' }
  const { finding } = open([near])
  t.same(await finding.suggest('a', SIGHT, {}), { hits: [], words: [] })
  t.same(await finding.similar({ text: 'a' }, SIGHT, { now: NOW }), [])
})

t.test('whoever has gone away is told so, and a fault of our own is not taken for an engine that is down', async (t) => {
  const near = new FarEngine('near')
  near.answer = never
  const { finding } = open([near], { patience: null })
  const gone = new AbortController()
  const asked = finding.search(EMPTY_QUERY, SIGHT, { now: NOW }, gone.signal)
  gone.abort(new Error('gone'))
  await t.rejects(asked, { message: 'gone' })
  near.answer = async () => { throw new TypeError('a fault') }
  await t.rejects(finding.search(EMPTY_QUERY, SIGHT, { now: NOW }), TypeError)
})

t.test('how each engine is can be asked', async (t) => {
  const [near, far] = [new FarEngine('near'), new FarEngine('far')]
  near.answer = down
  far.held = ['a', 'b']
  const { finding, find } = open([near, far])
  await find()
  t.match(await finding.engines(), [
    { name: 'near', state: 'resting', behind: { things: 3, more: false } },
    { name: 'far', state: 'ready', entries: 1, rebuilding: null, behind: { things: 3, more: false }, onHold: 2 },
  ])
  t.match(await finding.engines(2), [{ behind: { things: 2, more: true } }, { behind: { things: 2, more: true } }], 'counted as far as it matters')
})

t.test('of many who ask at once the engine answers some at a time, and waiting for one\'s turn is not its slowness', async (t) => {
  const near = new FarEngine('near')
  let [under, most] = [0, 0]
  near.answer = async () => {
    most = Math.max(most, (under += 1))
    await pause(60)
    under -= 1
  }
  const { finding, first, told } = open([near], { atOnce: 3 })
  const gone = new AbortController()
  const all = Array.from({ length: 18 }, () => first())
  const left = finding.search(EMPTY_QUERY, SIGHT, { now: NOW }, gone.signal)
  gone.abort(new Error('went away'))
  await t.rejects(left, { message: 'went away' })
  t.same(new Set(await Promise.all(all)), new Set(['near']), 'the last waited longer than an engine may take')
  t.equal(most, 3)
  t.equal(near.asked.length, 18, 'who went away was not asked for')
  t.same(told, [])
})

t.test('when the engine hangs, those who wait for their turn are given the basic search as soon as that is seen', async (t) => {
  const near = new FarEngine('near')
  near.answer = never
  const { first } = open([near], { atOnce: 2 })
  t.same(new Set(await Promise.all(Array.from({ length: 10 }, () => first()))), new Set(['basic']))
  t.equal(near.asked.length, 2, 'nobody else has waited for it')
})

t.test('nothing waits any longer for somebody to go away once they have their answer', async (t) => {
  const near = new FarEngine('near')
  const { finding } = open([near])
  const { signal } = new AbortController()
  t.match(await finding.search(EMPTY_QUERY, SIGHT, { now: NOW }, signal), { hits: [{ id: 'near' }] })
  t.equal(getEventListeners(signal, 'abort').length, 0)
  near.answer = down
  await finding.search(EMPTY_QUERY, SIGHT, { now: NOW }, signal)
  t.equal(getEventListeners(signal, 'abort').length, 0, 'nor when it was the basic search that answered')
})
