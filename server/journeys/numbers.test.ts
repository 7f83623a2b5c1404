import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { LETTER_KINDS, LETTER_STATES } from '../domain/digests/letter.js'
import { SURFACES } from '../house/surfaces.js'
import { ROOT } from '../root.js'
import { openBank } from './bank.js'

const bank = await openBank(t, { env: { METRICS_PORT: '0' } })

async function numbers(): Promise<readonly { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly value: number }[]> {
  const text = (await bank.house.measures?.text()) ?? ''
  return [...text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name = '', labels = '', value]) => ({
    name, labels: Object.fromEntries([...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', of = '']) => [label, of])), value: Number(value),
  }))
}

async function number(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number | undefined> {
  return (await numbers()).find((one) => one.name === name && Object.entries(labels).every(([label, of]) => one.labels[label] === of))?.value
}

t.test('a day at the bank shows in the numbers: requests by route, calls of store and engine, letters, what waits', async (t) => {
  const li = await bank.signIn('li.na')
  const answer = await li.submit((await li.get('/notes/new')).form('/notes'), { body: 'Canaryzibeline is what the treasurer asked about.' })
  t.equal(answer.status, 303, 'premise')
  await bank.house.caughtUp()
  await li.get(answer.location)
  await li.get('/search?q=Canaryzibeline')
  await li.get('/notes/canarynowhere')
  await li.get('/canarynoroute')
  await bank.house.mailPasswordLink(bank.person('li.na'), 'canarytoken', 'forgotten')
  t.equal(await number('tacit_letters_waiting'), 1)
  await bank.house.runJobs('outbox')
  bank.clock.advance({ hours: 36 })

  t.equal(await number('tacit_http_request_seconds_count', { method: 'POST', route: '/notes', status: '3xx' }), 1)
  t.equal(await number('tacit_http_request_seconds_count', { route: '/notes/:id', status: '2xx' }), 1)
  t.equal(await number('tacit_http_request_seconds_count', { route: '/notes/:id', status: '4xx' }), 1)
  t.equal(await number('tacit_http_request_seconds_count', { route: 'none', status: '4xx' }), 1)
  t.equal(await number('tacit_store_call_seconds_count', { port: 'notes', call: 'add', outcome: 'ok' }), 1)
  t.ok(await number('tacit_search_call_seconds_count', { call: 'search', outcome: 'ok' }))
  t.ok(await number('tacit_search_call_seconds_count', { call: 'put', outcome: 'ok' }))
  t.equal(await number('tacit_relay_events_behind', { consumer: 'search' }), 0)
  t.equal(await number('tacit_relay_events_behind', { consumer: 'notices' }), 0)
  t.equal(await number('tacit_letters_total', { kind: 'password_link', state: 'sent' }), 1)
  t.equal(await number('tacit_letters_waiting'), 0)
  t.equal(await number('tacit_job_seconds_count', { job: 'outbox', outcome: 'ok' }), 1)
  t.equal(await number('tacit_queue_items', { days: '0' }), 1)
  t.equal(await number('tacit_queue_items', { days: '1' }), 1)
  t.equal(await number('tacit_queue_items', { days: '3' }), 0)
  t.equal(await number('tacit_queue_oldest_seconds'), 36 * 3600)
  t.equal(await number('tacit_ready'), 1)
  t.ok((await number('process_resident_memory_bytes')) ?? 0 > 0)
  t.type(await number('nodejs_eventloop_lag_p99_seconds'), 'number')
})

t.test('no number says whose it is: a label holds words of the code and nothing else', async (t) => {
  const shown = await numbers()
  t.ok(shown.length > 200, `premise: ${shown.length} numbers`)
  const routes = new Set(['none', ...Object.keys(SURFACES).map((door) => door.split(' ')[1] ?? '')])
  const words: Readonly<Record<string, (value: string) => boolean>> = {
    route: (value) => routes.has(value), method: (value) => /^(GET|POST)$/.test(value), status: (value) => /^[1-5]xx$/.test(value), outcome: (value) => /^(ok|failed|cancelled)$/.test(value),
    port: (value) => value in bank.house || ['allNotes', 'allCustomers', 'feed', 'around', 'outbox', 'channels', 'notices', 'batches', 'search'].includes(value),
    call: (value) => /^[a-z][A-Za-z]+$/.test(value), le: (value) => /^(\+Inf|[\d.]+)$/.test(value), days: (value) => /^\d+$/.test(value),
    consumer: (value) => ['search', 'notices'].includes(value), index: (value) => value === 'search', job: (value) => /^[a-z ]+$/.test(value),
    kind: (value) => ([...LETTER_KINDS, 'incremental', 'major', 'minor', 'weakcb'] as readonly string[]).includes(value), state: (value) => (LETTER_STATES as readonly string[]).includes(value),
  }
  for (const { name, labels } of shown) {
    if (!name.startsWith('tacit_')) continue
    for (const [label, value] of Object.entries(labels)) if (!words[label]?.(value)) t.fail(`${name} says ${label}="${value}"`)
  }
  const text = (await bank.house.measures?.text()) ?? ''
  const { persons, departments, teams } = bank.house.people.directory()
  t.ok(persons.size > 5, 'premise')
  const names = [...persons.values()].flatMap(({ id, login, name, email }) => [id, login, name, email])
  const rest = [...departments.values(), ...teams.values()].flatMap(({ id, name }) => [`"${id}"`, typeof name === 'string' ? name : ''])
  for (const word of [...names, ...rest, 'canary', 'zibeline'].filter((one) => one !== '')) t.notMatch(text.toLowerCase(), word.toLowerCase(), word)
})

t.test('the dashboard of scripts/deploy asks only for numbers and labels that are there', async (t) => {
  const text = (await bank.house.measures?.text()) ?? ''
  const there = new Set([...text.matchAll(/^# HELP (\S+)/gm)].map(([, name]) => name))
  const labels = new Set((await numbers()).flatMap((one) => Object.keys(one.labels)))
  const { panels } = JSON.parse(readFileSync(join(ROOT, 'scripts', 'deploy', 'grafana-dashboard.json'), 'utf8')) as { panels: { title: string; targets: { expr: string }[] }[] }
  const asked = panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr })))
  t.ok(asked.length > 15, 'premise')
  for (const { title, expr } of asked) {
    const names = [...expr.matchAll(/\b(?:tacit|nodejs|process)_\w+/g)].map(([name]) => name)
    t.ok(names.length > 0, title)
    for (const name of names) t.ok(there.has(name) || there.has(name.replace(/_(bucket|count|sum)$/, '')), `${title}: ${name}`)
    const wanted = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(', '))
    // What Prometheus itself adds: which address, and which of its jobs.
    for (const label of wanted) t.ok(label === 'instance' || labels.has(label), `${title}: ${label}`)
  }
  const unseen = [...there].filter((name) => name?.startsWith('tacit_') && !asked.some(({ expr }) => expr.includes(name)))
  t.same(unseen, [], 'each number of ours is on it')
})

t.test('the pages have no door to the numbers, not even for an administrator', async (t) => {
  for (const login of ['li.na', 'han.bing'] as const) t.equal((await bank.signIn(login).then((who) => who.get('/metrics'))).status, 404)
})
