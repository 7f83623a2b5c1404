import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { Converter } from 'opencc-js'
import { openEmbeddedSearch } from '../server/adapters/search/embedded/engine.js'
import { isStopWord } from '../server/adapters/search/embedded/stop-words.js'
import { openMeilisearch } from '../server/adapters/search/meilisearch/engine.js'
import { Directory } from '../server/domain/people/directory.js'
import type { Person } from '../server/domain/people/person.js'
import { sightOf, type Sight } from '../server/domain/policy/readable.js'
import type { Entry } from '../server/domain/search/entry.js'
import type { SearchEngine } from '../server/domain/search/port.js'
import { parseQuery } from '../server/domain/search/query.js'

// Measures how well the search finds, on any folder with corpus.jsonl, queries.jsonl and qrels.tsv:
//   npm run eval:search -- DIR [--engine=meili] [--json] [--show-misses]
// through the same indexing and query code as the pages. Chinese is asked as it stands and in the other script;
// English also as keywords (see `keywords`), as people type into a search box, and with one typo in each query.

interface Asked {
  readonly id: string
  readonly text: string
}
interface Figures {
  readonly run: string
  readonly queries: number
  readonly ndcg10: number
  readonly recall1: number
  readonly recall10: number
  readonly mrr10: number
  readonly p50: number
  readonly p99: number
}

const NOW = '2025-01-01T00:00:00.000Z'
const flags = process.argv.slice(2).filter((word) => word.startsWith('--'))
const [folder] = process.argv.slice(2).filter((word) => !word.startsWith('--'))
if (folder === undefined) {
  console.error('Say which folder to read: npm run eval:search -- ../shared/data/retrieval/mtrag-en')
  process.exit(2)
}
await evaluate(folder)

async function evaluate(from: string): Promise<void> {
  const corpus = await lines<{ id: string; title: string; text: string }>(join(from, 'corpus.jsonl'))
  const queries = await lines<Asked>(join(from, 'queries.jsonl'))
  const relevant = await judgements(join(from, 'qrels.tsv'))
  const directory = await mkdtemp(join(tmpdir(), 'tacit-eval-'))
  const engine = await openEngine(directory)
  try {
    const started = performance.now()
    await engine.rebuild(toEntries(corpus))
    const indexed = performance.now() - started
    const rows: Figures[] = []
    for (const [run, asked] of runsOver(queries)) rows.push(await measure(run, asked, relevant, engine))
    if (flags.includes('--json')) console.log(JSON.stringify({ set: basename(from), entries: corpus.length, rows }))
    else print(`${basename(from)}: ${corpus.length} entries, indexed in ${(indexed / 1000).toFixed(1)} s`, rows)
  } finally {
    await engine.close()
    await rm(directory, { recursive: true, force: true })
  }
}

/** With `--engine=meili` the server at MEILI_URL, on an index that is thrown away; otherwise the engine in the portal. */
async function openEngine(directory: string): Promise<SearchEngine> {
  if (!flags.includes('--engine=meili')) return openEmbeddedSearch({ directory })
  const { MEILI_URL: url = 'http://127.0.0.1:7700', MEILI_KEY: key = '' } = process.env
  const engine = await openMeilisearch({ url, key, name: 'eval', patience: 30_000, told: (sentence) => console.error(sentence) })
  if (engine.status().state !== 'ready') throw new Error(`no Meilisearch answers at ${url}`)
  return engine
}

/** The runs a set of queries allows: typos need Latin words, the other script needs Chinese. */
function runsOver(queries: readonly Asked[]): [string, readonly Asked[]][] {
  const runs: [string, readonly Asked[]][] = [['plain', queries]]
  const chinese = queries.filter(({ text }) => /\p{sc=Han}/u.test(text))
  if (chinese.length > 0) {
    const toTraditional = Converter({ from: 'cn', to: 'tw' })
    const toSimplified = Converter({ from: 'tw', to: 'cn' })
    const traditional = chinese.filter(({ text }) => toSimplified(text) !== text).length > chinese.length / 2
    runs.push([
      traditional ? 'turned Simplified' : 'turned Traditional',
      queries.map(({ id, text }) => ({ id, text: traditional ? toSimplified(text) : toTraditional(text) })),
    ])
  }
  const latin = queries.filter(({ text }) => typable(text).length > 0)
  const typos = (asked: readonly Asked[]): Asked[] => asked.map(({ id, text }) => ({ id, text: withTypo(text, seeded(id)) }))
  if (latin.length > queries.length / 2) {
    const keyed = latin.map(({ id, text }) => ({ id, text: keywords(text) })).filter(({ text }) => typable(text).length > 0)
    runs.push(['one typo', typos(latin)], ['keywords', keyed], ['keywords, one typo', typos(keyed)])
  } else if (latin.length > 0) runs.push(['Latin queries', latin], ['Latin, one typo', typos(latin)])
  return runs
}

async function measure(run: string, asked: readonly Asked[], relevant: ReadonlyMap<string, ReadonlySet<string>>, engine: SearchEngine): Promise<Figures> {
  const sight = everybodySees()
  const times: number[] = []
  const sums = { ndcg: 0, one: 0, ten: 0, mrr: 0 }
  for (const { id, text } of asked) {
    const wanted = relevant.get(id) ?? new Set()
    const start = performance.now()
    const { hits, corrected } = await engine.search(parseQuery(text), sight, { now: NOW, size: 10 })
    times.push(performance.now() - start)
    const ranks = hits.flatMap((hit, i) => (wanted.has(hit.id) ? [i] : []))
    const gain = ranks.reduce((sum, i) => sum + 1 / Math.log2(i + 2), 0)
    const ideal = Array.from({ length: Math.min(10, wanted.size) }, (_, i) => 1 / Math.log2(i + 2)).reduce((a, b) => a + b, 0)
    sums.ndcg += ideal > 0 ? gain / ideal : 0
    sums.one += ranks[0] === 0 ? 1 : 0
    sums.ten += ranks.length > 0 ? 1 : 0
    sums.mrr += ranks[0] === undefined ? 0 : 1 / (ranks[0] + 1)
    if (flags.includes('--show-misses') && ranks[0] !== 0) console.log(run, ranks[0] ?? '-', text, JSON.stringify(corrected), hits[0]?.id, [...wanted])
  }
  times.sort((a, b) => a - b)
  const n = asked.length
  const at = (part: number): number => times[Math.min(n - 1, Math.floor(part * n))] ?? 0
  return { run, queries: n, ndcg10: sums.ndcg / n, recall1: sums.one / n, recall10: sums.ten / n, mrr10: sums.mrr / n, p50: at(0.5), p99: at(0.99) }
}

/** A question as somebody types it into a search box: its words of four letters or more that are no stop words, the five longest, in order. */
function keywords(question: string): string {
  const words = [...new Set(typable(question).filter((word) => !isStopWord(word.toLowerCase())))]
  const longest = [...words].sort((a, b) => b.length - a.length).slice(0, 5)
  return words.filter((word) => longest.includes(word)).join(' ')
}

function typable(text: string): string[] {
  return text.match(/[A-Za-z]{4,}/g) ?? []
}

/** One slip in one word of four letters or more: a letter dropped, doubled, changed, or swapped with the next; never the first. */
function withTypo(text: string, random: () => number): string {
  const words = [...text.matchAll(/[A-Za-z]{4,}/g)].filter(([word]) => !isStopWord(word.toLowerCase()))
  const chosen = words[Math.floor(random() * words.length)]
  if (!chosen) return text
  const [word] = chosen
  const i = 1 + Math.floor(random() * (word.length - 2))
  const other = String.fromCharCode(97 + Math.floor(random() * 26))
  const slips = [
    word.slice(0, i) + word.slice(i + 1),
    word.slice(0, i) + word.charAt(i) + word.slice(i),
    word.slice(0, i) + other + word.slice(i + 1),
    word.slice(0, i) + word.charAt(i + 1) + word.charAt(i) + word.slice(i + 2),
  ]
  const slip = slips[Math.floor(random() * slips.length)] ?? word
  return text.slice(0, chosen.index) + slip + text.slice(chosen.index + word.length)
}

/** The same numbers in every run (mulberry32), different ones per query. */
function seeded(id: string): () => number {
  let state = [...id].reduce((sum, character) => (Math.imul(sum, 31) + (character.codePointAt(0) ?? 0)) | 0, 7)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

async function* toEntries(corpus: readonly { id: string; title: string; text: string }[]): AsyncIterable<Entry> {
  for (const { id, title, text } of corpus) {
    yield {
      kind: 'note', id, version: 1, title, body: text, texts: {}, facets: {}, at: NOW, value: 0, archived: false,
      trust: { validatedAt: null, overdue: false, reuses: 0 },
      knowers: [], access: { author: 'eval', named: [], reach: 'all', desk: 'none', stewards: [], level: 'internal', customers: [] },
    }
  }
}

function everybodySees(): Sight {
  const person: Person = {
    id: 'reader', login: 'reader', name: 'Reader', email: 'reader@example.com', title: '', department: 'bank', teams: [], roles: ['employee'],
    domain: [], clearance: 'internal', language: 'en', active: true, absence: null, nameEn: '', settings: { shortcuts: true, theme: 'auto' },
  }
  const people = new Directory([person], [{ id: 'bank', name: 'Bank', nameZh: '总行', parent: null }], [])
  return sightOf({ kind: 'person', person }, { people, restricted: [] }, NOW.slice(0, 10))
}

async function lines<T>(path: string): Promise<T[]> {
  return (await readFile(path, 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as T)
}

async function judgements(path: string): Promise<Map<string, Set<string>>> {
  const relevant = new Map<string, Set<string>>()
  for (const line of (await readFile(path, 'utf8')).trim().split('\n')) {
    const [query, entry, grade] = line.split('\t')
    if (query === undefined || entry === undefined || !(Number(grade) > 0)) continue
    relevant.set(query, (relevant.get(query) ?? new Set()).add(entry))
  }
  return relevant
}

function print(heading: string, rows: readonly Figures[]): void {
  const percent = (part: number): string => (part * 100).toFixed(1).padStart(8)
  console.log(`\n${heading}`)
  console.log(`${'run'.padEnd(20)}${['queries', 'nDCG@10', 'R@1', 'R@10', 'MRR@10', 'p50 ms', 'p99 ms'].map((word) => word.padStart(8)).join('')}`)
  for (const row of rows) {
    const figures = [row.ndcg10, row.recall1, row.recall10, row.mrr10].map(percent).join('')
    console.log(`${row.run.padEnd(20)}${String(row.queries).padStart(8)}${figures}${row.p50.toFixed(1).padStart(8)}${row.p99.toFixed(1).padStart(8)}`)
  }
}
