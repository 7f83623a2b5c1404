import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { STAFF, entry, find, seeing } from '../contract/subject.js'
import { MEILISEARCH_MISSING, scratchMeilisearch, startMeilisearch } from './start-meilisearch.js'

const real = { skip: MEILISEARCH_MISSING }

interface Question {
  readonly queries: readonly { readonly q: string; readonly hitsPerPage?: number }[]
  readonly federation?: { readonly hitsPerPage?: number }
}

/** Between the portal and a server: what is asked passes, and is remembered. */
async function overheard(t: Test, url: string): Promise<{ url: string; asked: Question[] }> {
  const asked: Question[] = []
  const between = createServer((from, to) => {
    void text(from).then((body) => {
      if (from.url === '/multi-search') asked.push(JSON.parse(body) as Question)
      request(url + (from.url ?? ''), { method: from.method, headers: from.headers }, (answer) => {
        to.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(to)
      }).end(body)
    })
  })
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    between.closeAllConnections()
    between.close()
  })
  return { url: `http://127.0.0.1:${(between.address() as AddressInfo).port}`, asked }
}

t.test('what is gathered anyway is not counted once more, and is found all the same', real, async (t) => {
  const server = await startMeilisearch(t)
  const { url, asked } = await overheard(t, server.url)
  const engine = await scratchMeilisearch(t, { ...server, url })
  const pricing = { topic: ['pricing'] }
  const some = (name: string, title: string, more = {}) => Array.from({ length: 20 }, (_, i) => entry(`${name}${i}`, title, more))
  await engine.put([...some('a', 'passbook', { facets: pricing }), ...some('b', 'passbook lost'), ...some('c', 'lost card', { facets: pricing })])

  const questions = async (typed: string, options = {}): Promise<{ found: number; total: number; gathered: number; counted: number }> => {
    asked.length = 0
    const { hits, total } = await find(engine, typed, { kinds: ['note'], facets: ['topic'], ...options }, STAFF)
    const counts = asked.filter(({ federation }) => !federation).flatMap(({ queries }) => queries.filter(({ q, hitsPerPage }) => q !== '' && hitsPerPage === 0))
    return { found: hits.length, total, gathered: asked.filter(({ federation }) => federation).length, counted: counts.length }
  }

  const word = await questions('passbook')
  t.match(word, { found: 20, total: 40, counted: 0 }, 'one word: all that is found is how often it stands anywhere')
  const chosen = await questions('passbook', { filters: pricing })
  t.match(chosen, { found: 20, total: 20, counted: 0 }, 'with a filter the topics are counted without it, which says the same')
  t.ok(chosen.gathered > word.gathered, 'premise: the topics are counted beside')
  const two = await questions('passbook lost')
  t.match(two, { found: 20, total: 20 })
  t.ok(two.counted >= 2, 'premise: of two words each is counted')
})

t.test('how often a common word stands is not counted again for the same law, and never taken from another one', real, async (t) => {
  const server = await startMeilisearch(t)
  const { url, asked } = await overheard(t, server.url)
  const engine = await scratchMeilisearch(t, { ...server, url })
  const many = Array.from({ length: 1_100 }, (_, i) => entry(`a${i}`, i < 1_050 ? 'passbook lost' : 'passbook'))
  await engine.put([...many, ...Array.from({ length: 4 }, (_, i) => entry(`b${i}`, 'passbook lost at sea', { access: { reach: 'd:d1' } }))])

  const counted = async (typed: string, sight = STAFF): Promise<{ total: number; words: string[] }> => {
    asked.length = 0
    const { total } = await find(engine, typed, { kinds: ['note'] }, sight)
    const counts = asked.filter(({ federation }) => !federation).flatMap(({ queries }) => queries.filter(({ q, hitsPerPage }) => q !== '' && hitsPerPage === 0))
    return { total, words: [...new Set(counts.map(({ q }) => q))] }
  }
  const first = await counted('passbook lost')
  t.match(first, { total: 1_050 })
  t.ok(first.words.length >= 2, 'premise: each word is counted')
  t.match(await counted('passbook lost'), { total: 1_050, words: [] })
  const { words: rarer } = await counted('passbook sea')
  t.ok(rarer.length >= 1 && rarer.length < first.words.length, 'what stands nowhere is counted, what stands often is known')

  const desk = seeing({ reach: ['d:d1'], level: ['internal'] })
  const others = await counted('passbook lost', desk)
  t.match(others, { total: 4 })
  t.same(others.words, first.words, 'whoever may see other things is told of nothing that was counted for others')
  t.same((await counted('passbook lost', desk)).words, first.words, 'and of a few, one more is much')

  await engine.drop(many.map(({ id }) => id))
  t.match(await counted('passbook lost'), { total: 0 }, 'what is found is never remembered')
})
