// Long because it reads every shipped file of content/ once and plays the life of each demo note under the law of today.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import t from 'tap'
import validator from 'validator'
import { z } from 'zod'
import { FLAG_REASONS } from '../domain/notes/note.js'
import { findIdentifiers } from '../domain/notes/identifiers.js'
import {
  DIRECTIONS, INFORMANTS, MAX_TAGS, MAX_TAG_LENGTH, MAX_TITLE_LENGTH, NATURES, RELIABILITIES, STAGES,
} from '../domain/notes/words.js'
import { CLEARANCES } from '../domain/people/clearance.js'
import { Directory } from '../domain/people/directory.js'
import { ROLES, type Person } from '../domain/people/person.js'
import type { Access, Party, Reach } from '../domain/policy/access.js'
import { AUDIENCES, LEVELS, isLowerLevel, isWiderAudience, narrowerAudience, type Audience, type Level } from '../domain/policy/level.js'
import { readable } from '../domain/policy/readable.js'
import { sees } from '../domain/policy/sees.js'
import { ROOT } from '../root.js'

const CONTENT = join(ROOT, 'content')
const NOW = Date.UTC(2031, 4, 14, 9)
const dayAt = (daysAgo: number) => new Date(NOW - daysAgo * 86_400_000).toISOString().slice(0, 10)
const text = (path: string) => readFileSync(join(CONTENT, path), 'utf8')
const json = <T>(path: string, shape: z.ZodType<T>): T => shape.parse(JSON.parse(text(path)))

const key = z.string().regex(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/)
const said = z.string().trim().min(1)
const english = said.regex(/[A-Za-z]/).regex(/^\P{Script=Han}*$/u)
const chinese = said.regex(/\p{Script=Han}/u)
const both = z.strictObject({ en: english, zh: chinese })
const term = z.strictObject({ key, en: english, zh: chinese })
const topic = term.extend({ parent: key.optional(), description: both, governance: z.literal('review_first').optional(), route_to: both.optional() })
const REASONS = ['return', 'decline', 'flag', 'merge', 'withhold', 'archive', 'redaction'] as const

const taxonomy = json('taxonomy.json', z.strictObject({
  schema: z.literal(1), topics: z.array(topic), products: z.array(term), touchpoints: z.array(term), segments: z.array(term), stages: z.array(term),
  directions: z.array(term), natures: z.array(term), sources: z.array(term), outcomes: z.array(term), reasons: z.record(z.enum(REASONS), z.array(term)),
}))
const glossary = json('glossary.json', z.strictObject({
  schema: z.literal(1),
  concepts: z.array(z.strictObject({
    key, words: z.strictObject({ en: z.array(english).min(1), zh: z.array(said).min(1) }), departments: z.record(key, said).optional(), note: both.optional(),
  })),
}))

const login = z.string().regex(/^[a-z]+\.[a-z]+$/)
const mailbox = z.string().regex(/^[a-z.-]+@demo\.example$/)
const departments = json('demo/departments.json', z.strictObject({ schema: z.literal(1), departments: z.array(z.strictObject({ key, name: english, nameZh: chinese, parent: key.nullable() })) })).departments
const teams = json('demo/teams.json', z.strictObject({ schema: z.literal(1), teams: z.array(z.strictObject({ key, name: english, nameZh: chinese, department: key, email: mailbox })) })).teams
const people = json('demo/people.json', z.strictObject({
  schema: z.literal(1),
  people: z.array(z.strictObject({
    login, name: said, nameEn: english, email: mailbox, title: said, department: key, teams: z.array(key), roles: z.array(z.enum(ROLES)), domain: z.array(key),
    clearance: z.enum(CLEARANCES), language: z.enum(['en', 'zh']), active: z.boolean(),
    absence: z.strictObject({ fromDaysAgo: z.number().min(0), untilInDays: z.number().positive(), deputy: login }).optional(),
  })),
})).people
const customers = json('demo/customers.json', z.strictObject({
  schema: z.literal(1),
  customers: z.array(z.strictObject({
    key, kind: z.enum(['person', 'household', 'company']), name: said, aliases: z.array(said), number: said, segment: key, team: key, restricted: z.boolean(), curators: z.array(login), household: key.optional(),
  })),
})).customers
const channels = json('demo/channels.json', z.strictObject({
  schema: z.literal(1),
  channels: z.array(z.strictObject({
    key, name: both, address: mailbox, team: key, owner: login, filter: z.strictObject({ departments: z.array(key), topics: z.array(key), customers: z.array(key), segments: z.array(key) }),
    cadence: z.strictObject({ every: z.enum(['day', 'week']), day: z.int().min(1).max(7).optional(), hour: z.int().min(0).max(23) }),
    timeZone: z.literal('Asia/Shanghai'), language: z.enum(['en', 'zh']), ceiling: z.enum(CLEARANCES), ceilingSetBy: login,
  })),
})).channels

const when = { by: login, daysAgo: z.number().positive() }
const reason = { reason: key, text: said }
const step = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('claim'), ...when }),
  z.strictObject({ do: z.literal('withdraw'), ...when }),
  z.strictObject({ do: z.literal('helpful'), ...when }),
  z.strictObject({ do: z.literal('return'), ...when, ...reason }),
  z.strictObject({ do: z.literal('decline'), ...when, ...reason }),
  z.strictObject({ do: z.literal('flag'), ...when, ...reason }),
  z.strictObject({ do: z.literal('comment'), ...when, text: said }),
  z.strictObject({ do: z.literal('archive'), ...when, reason: key }),
  z.strictObject({ do: z.literal('merge'), ...when, into: key, reason: key }),
  z.strictObject({ do: z.literal('reuse'), ...when, customer: key.optional(), outcome: key, text: said }),
  z.strictObject({ do: z.literal('edit'), ...when, title: said.max(MAX_TITLE_LENGTH).optional(), body: said, reply: said.optional() }),
  z.strictObject({
    do: z.literal('accept'), ...when, value: z.int().min(1).max(5), correctness: z.int().min(1).max(6), reliability: z.enum(RELIABILITIES), ease: z.int().min(1).max(3),
    reviewInDays: z.int().positive(), level: z.enum(LEVELS), audience: z.enum(AUDIENCES),
  }),
])
const noteShape = z.strictObject({
  key, lang: z.enum(['en', 'zh']), author: login, team: key.optional(), daysAgo: z.number().positive(), title: said.max(MAX_TITLE_LENGTH).optional(), body: said.max(4_000),
  about: z.strictObject({
    customers: z.array(key), topic: key.optional(), direction: z.enum(DIRECTIONS).optional(), nature: z.enum(NATURES).optional(), products: z.array(key),
    segment: key.optional(), stage: z.enum(STAGES).optional(), tags: z.array(said.max(MAX_TAG_LENGTH)).max(MAX_TAGS),
  }),
  source: z.strictObject({
    who: z.enum(INFORMANTS).optional(), touchpoint: key.optional(), observedDaysAgo: z.number().positive().optional(), firsthand: z.boolean().optional(), reference: said.optional(), saidBy: said.optional(),
  }),
  audience: z.enum(AUDIENCES), level: z.enum(LEVELS), governance: z.literal('review_first').optional(), named: z.array(z.string().regex(/^[pt]:/)).optional(),
  stewards: z.array(login).optional(), steps: z.array(step),
})
type Note = z.infer<typeof noteShape>
const notes: Note[] = text('demo/notes.jsonl').trim().split('\n').map((line) => noteShape.parse(JSON.parse(line)))

const drafts = json('demo/drafts.json', z.strictObject({
  schema: z.literal(1),
  drafts: z.array(z.strictObject({ author: login, daysAgo: z.number().positive(), lang: z.enum(['en', 'zh']), title: said.optional(), body: said, about: z.strictObject({ customers: z.array(key) }) })),
})).drafts
const gaps = json('demo/gaps.json', z.strictObject({ schema: z.literal(1), gaps: z.array(z.strictObject({ by: login, daysAgo: z.number().positive(), query: said })) })).gaps

const keysOf = (list: readonly { key: string }[]) => list.map((one) => one.key)
const known = {
  topics: keysOf(taxonomy.topics), products: keysOf(taxonomy.products), touchpoints: keysOf(taxonomy.touchpoints), segments: keysOf(taxonomy.segments), outcomes: keysOf(taxonomy.outcomes),
  departments: keysOf(departments), teams: keysOf(teams), customers: keysOf(customers), people: people.map((p) => p.login),
}
const missing = (used: readonly string[], from: readonly string[]) => used.filter((one) => !from.includes(one))

const directory = new Directory(
  people.map((p): Person => ({
    ...p, id: p.login, nameEn: '', settings: { shortcuts: true, theme: 'auto' },
    absence: p.absence ? { from: dayAt(p.absence.fromDaysAgo), until: dayAt(-p.absence.untilInDays), deputy: p.absence.deputy } : null,
  })),
  departments.map((d) => ({ ...d, id: d.key })),
  teams.map((one) => ({ ...one, id: one.key })),
)
const person = (name: string) => directory.person(name) as Person
const restricted = customers.filter((c) => c.restricted).map((c) => ({ id: c.key, team: c.team, curators: c.curators }))
const sight = (name: string, daysAgo: number) => readable({ kind: 'person', person: person(name) }, { people: directory, restricted }, dayAt(daysAgo))

t.test('the taxonomy can classify what a bank hears, in both languages', (t) => {
  for (const [name, list] of Object.entries({ ...taxonomy, ...taxonomy.reasons })) {
    if (!Array.isArray(list)) continue
    const keys = keysOf(list as { key: string }[])
    t.equal(new Set(keys).size, keys.length, `${name}: every key once`)
    for (const lang of ['en', 'zh'] as const) {
      const names = (list as z.infer<typeof term>[]).map((one) => one[lang])
      t.equal(new Set(names).size, names.length, `${name}: no two terms look the same in ${lang}`)
    }
  }
  t.same(missing(['pricing', 'deposits', 'lending', 'wealth', 'cards', 'payments', 'service', 'complaints', 'digital', 'competitors', 'macro_policy', 'product_suggestions', 'family', 'life_events', 'corporate', 'treasury', 'risk_signals'], known.topics), [])
  const elsewhere = taxonomy.topics.filter((one) => one.route_to)
  t.same(keysOf(elsewhere), ['suspicious_transactions', 'inside_information', 'whistle_blowing', 'staff_matters'], 'what does not belong here says where to go')
  const top = keysOf(taxonomy.topics.filter((one) => !one.parent))
  t.same(taxonomy.topics.filter((one) => one.parent && !top.includes(one.parent)), [], 'two levels, and every parent exists')
  t.ok(taxonomy.topics.some((one) => one.parent), 'there is a second level')
  t.same(known.touchpoints, ['branch_counter', 'branch_lobby', 'visit', 'call_in', 'call_out', 'email_in', 'email_out', 'web_banking', 'mobile_banking', 'sms', 'wecom', 'self_service', 'event', 'letter_fax', 'advertisement', 'third_party_referral'])
  t.same([keysOf(taxonomy.stages), keysOf(taxonomy.directions), keysOf(taxonomy.natures), keysOf(taxonomy.sources)], [[...STAGES], [...DIRECTIONS], [...NATURES], [...INFORMANTS]], 'closed vocabularies have the words the portal knows')
  t.same(keysOf(taxonomy.reasons.flag), [...FLAG_REASONS])
  t.same(missing(['says_too_much', 'needs_source', 'not_exact', 'not_timely', 'incomplete', 'duplicate'], keysOf(taxonomy.reasons.return)), [])
  t.end()
})

t.test('the glossary brings the words of departments and languages together', (t) => {
  t.ok(glossary.concepts.length >= 80, `${glossary.concepts.length} concepts`)
  t.equal(new Set(keysOf(glossary.concepts)).size, glossary.concepts.length)
  for (const lang of ['en', 'zh'] as const) {
    const words = glossary.concepts.flatMap((one) => one.words[lang].map((word) => word.toLowerCase()))
    t.same(words.filter((word, i) => words.indexOf(word) !== i), [], `no ${lang} word stands for two concepts`)
  }
  for (const one of glossary.concepts) {
    t.same(missing(Object.keys(one.departments ?? {}), known.departments), [], `${one.key}: departments exist`)
    t.same(missing(Object.values(one.departments ?? {}), [...one.words.en, ...one.words.zh]), [], `${one.key}: a department's word is one of its words`)
  }
  const finds = glossary.concepts.find((one) => one.words.zh.includes('存单'))
  t.ok(finds?.words.en.includes('certificate of deposit'), '存单 finds certificate of deposit')
  t.end()
})

t.test('a writer finds three templates and four prompts in either language', (t) => {
  const files = ['complaint-calmed.md', 'market-rumour.md', 'meeting-with-a-customer.md']
  const promptsOf = (lang: string, words: z.ZodType<string>) => json(`templates/${lang}/prompts.json`, z.strictObject({ schema: z.literal(1), prompts: z.array(z.strictObject({ key, heading: words })) })).prompts
  t.same(keysOf(promptsOf('en', english)), ['what_happened', 'what_noticed', 'tell_a_colleague', 'how_known'])
  t.same(keysOf(promptsOf('zh', chinese)), keysOf(promptsOf('en', english)))
  for (const lang of ['en', 'zh']) {
    t.same(readdirSync(join(CONTENT, 'templates', lang)).filter((file) => file.endsWith('.md')).sort(), files)
    for (const file of files) {
      const [, front = '', body = ''] = /^---\n(.*?)\n---\n(.*)$/s.exec(text(`templates/${lang}/${file}`)) ?? []
      t.match(front, new RegExp(`^key: ${file.slice(0, -3).replaceAll('-', '_')}\ntitle: \\S`), `${lang}/${file} is named`)
      t.equal(body.match(/^## \S/gm)?.length, 4, `${lang}/${file} asks four questions`)
      t.equal(/\p{Script=Han}/u.test(body), lang === 'zh', `${lang}/${file} is in its language`)
    }
  }
  t.end()
})

t.test('help stands in both languages, with the same pages for the same readers', (t) => {
  const pages = readdirSync(join(CONTENT, 'help/en')).sort()
  t.ok(pages.length >= 12)
  t.same(readdirSync(join(CONTENT, 'help/zh')).sort(), pages)
  const readers = new Set<string>()
  for (const page of pages) {
    const front = (['en', 'zh'] as const).map((lang) => /^---\ntitle: (.+)\nfor: ([a-z]+)\n---\n\n.{80}/s.exec(text(`help/${lang}/${page}`)))
    t.ok(front[0] && front[1], `${page} has title, reader and a text in both languages`)
    t.equal(front[0]?.[2], front[1]?.[2], `${page} is for the same reader`)
    readers.add(front[0]?.[2] ?? '')
    t.match(front[1]?.[1], /\p{Script=Han}/u, `${page} has a Chinese title`)
  }
  t.same([...readers].sort(), ['admin', 'auditor', 'curator', 'employee', 'owner'])
  t.end()
})

const column = z.union([said, z.array(said).min(1)])
const mappingShape = z.strictObject({
  schema: z.literal(1), key, name: both, description: both, source: said, format: z.enum(['csv', 'jsonl']), language: z.enum(['en', 'zh']), columns: z.array(said).min(1),
  externalId: column, title: column.optional(), body: column, answers: z.strictObject({ column: said, choices: z.record(said, said), whenEmpty: z.literal('skip') }).optional(),
  customer: z.strictObject({ column: said, kind: z.enum(['person', 'household', 'company']) }).optional(), observedOn: said.optional(), reference: column.optional(),
  touchpoint: z.strictObject({ column: said, values: z.record(said, key) }).optional(),
  products: z.strictObject({ columns: z.array(said).min(1), values: z.record(said, key) }).optional(),
  topic: z.strictObject({ column: said, values: z.record(said, key), other: key }).optional(),
  tags: z.array(said), fixed: z.strictObject({ direction: z.enum(DIRECTIONS), nature: z.enum(NATURES), informant: z.enum(INFORMANTS), firsthand: z.boolean(), topic: key.optional(), tags: z.array(said) }),
})

t.test('an import mapping names columns and keys that exist', (t) => {
  const files = readdirSync(join(CONTENT, 'import'))
  t.ok(files.includes('complaints.json'))
  for (const file of files) {
    const map = json(`import/${file}`, mappingShape)
    const used = [map.externalId, map.title ?? [], map.body, map.observedOn ?? [], map.reference ?? [], map.answers ? [map.answers.column, ...Object.values(map.answers.choices)] : [],
      map.customer?.column ?? [], map.touchpoint?.column ?? [], map.products?.columns ?? [], map.topic?.column ?? [], map.tags].flat().filter((name) => name !== '$answer' || !map.answers)
    t.same(missing(used, map.columns), [], `${file}: columns`)
    t.same(missing(Object.values(map.touchpoint?.values ?? {}), known.touchpoints), [], `${file}: touchpoints`)
    t.same(missing(Object.values(map.products?.values ?? {}), known.products), [], `${file}: products`)
    const here = keysOf(taxonomy.topics.filter((one) => !one.route_to))
    t.same(missing([...Object.values(map.topic?.values ?? {}), ...(map.topic ? [map.topic.other] : []), ...(map.fixed.topic ? [map.fixed.topic] : [])], here), [], `${file}: topics`)
  }
  t.end()
})

const SHARED = join(process.env.TACIT_SHARED ?? join(ROOT, '../shared'), 'data')
const publicData = { skip: existsSync(SHARED) ? false : `no public test data in ${SHARED}` }
const publicRows = (file: string): Record<string, string>[] => parse(readFileSync(join(SHARED, file)), { columns: true, bom: true })

t.test('the public finance questions have the columns their mappings name', publicData, (t) => {
  const files = { 'insurance-questions': '保险知识解读', 'wealth-questions': '理财知识解读', 'finance-terms': '金融术语解释', 'customer-intents': '金融意图理解' }
  for (const [mapping, file] of Object.entries(files)) {
    const map = json(`import/${mapping}.json`, mappingShape)
    const rows = publicRows(`zh-finance/${file}.csv`)
    t.same(Object.keys(rows[0] ?? {}), map.columns, file)
    const answered = rows.filter((row) => row[map.answers?.column ?? ''])
    t.ok(answered.length > 50, `${file}: ${answered.length} of ${rows.length} rows have an answer`)
    t.ok(answered.every((row) => row[map.answers?.choices[row[map.answers.column] ?? ''] ?? '']), `${file}: each answer is one of the choices`)
  }
  t.end()
})

t.test('every consumer complaint of the public file finds its product, its topic and its touchpoint', publicData, (t) => {
  const map = json('import/complaints.json', mappingShape)
  const rows = publicRows('complaints.csv')
  t.ok(rows.length > 1_000)
  t.same(Object.keys(rows[0] ?? {}), map.columns)
  const without = (what: { column: string; values: Record<string, string> } | undefined) => rows.filter((row) => !what?.values[row[what.column] ?? ''])
  t.equal(without(map.touchpoint).length, 0, 'touchpoint')
  t.ok(without(map.topic).length < rows.length * 0.05, `${without(map.topic).length} rows fall back to complaints`)
  const products = rows.filter((row) => !map.products?.columns.some((column) => map.products?.values[row[column] ?? '']))
  t.ok(products.length < rows.length * 0.02, `${products.length} rows name no product we know`)
  t.end()
})

t.test('the demo bank has people for every part, and nobody whose place does not exist', (t) => {
  t.ok(departments.length >= 5 && teams.length >= 4 && people.length >= 14 && customers.length >= 30 && channels.length >= 3)
  t.same(departments.filter((d) => d.parent === null).map((d) => d.key), ['head_office'], 'one root')
  t.same(departments.filter((d) => directory.lineage(d.key).at(-1) !== 'head_office'), [], 'every department hangs below it')
  t.same(missing(teams.map((one) => one.department), known.departments), [])
  for (const p of people) {
    t.same([missing([p.department, ...p.domain], known.departments), missing(p.teams, known.teams)], [[], []], p.login)
    t.equal(p.roles.includes('curator'), p.domain.length > 0, `${p.login}: a curator has a domain, others have none`)
    if (p.absence) t.ok(person(p.absence.deputy)?.active && p.absence.deputy !== p.login, `${p.login} has a deputy`)
  }
  for (const list of [known.people, people.map((p) => p.name), people.map((p) => p.email), known.departments, known.teams, known.customers, customers.map((c) => c.number), customers.map((c) => c.name)]) t.equal(new Set(list).size, list.length)
  t.ok(teams.some((one) => new Set(directory.members(one.key).map((p) => p.department)).size > 1), 'a team across departments')
  for (const role of ROLES) t.ok(people.some((p) => p.roles.includes(role)), role)
  for (const clearance of CLEARANCES) t.ok(people.some((p) => p.clearance === clearance), clearance)
  t.ok(people.filter((p) => p.roles.includes('curator')).length >= 5)
  t.match(people.find((p) => p.domain.includes('head_office')), { clearance: 'restricted', department: 'head_office' }, 'the knowledge manager')
  t.ok(people.some((p) => p.absence) && people.some((p) => !p.active), 'somebody away, somebody who left')
  const few = known.departments.filter((d) => directory.curatorsOf(d, dayAt(0)).length < 2)
  t.same(few, ['head_office', 'risk'], 'risk is short of curators; so is the top, with nobody above it')
  t.end()
})

t.test('demo customers belong to a team, and a restricted one has its curators', (t) => {
  t.ok(restricted.length >= 3)
  for (const c of customers) {
    t.same([missing([c.team], known.teams), missing([c.segment], known.segments), missing(c.household ? [c.household] : [], known.customers)], [[], [], []], c.key)
    t.equal(c.curators.length >= 2, c.restricted, `${c.key}: appointed curators when restricted, and only then`)
    t.ok(c.curators.every((name) => person(name)?.roles.includes('curator') && person(name).clearance === 'restricted'), `${c.key}: able ones`)
  }
  t.same(new Set(customers.map((c) => c.kind)), new Set(['person', 'household', 'company']))
  t.end()
})

t.test('a channel belongs to a team, and a curator of its department set the ceiling', (t) => {
  for (const c of channels) {
    t.same([missing([c.team], known.teams), missing(c.filter.departments, known.departments), missing(c.filter.topics, known.topics), missing(c.filter.customers, known.customers), missing(c.filter.segments, known.segments)], [[], [], [], [], []], c.key)
    t.ok(person(c.owner)?.teams.includes(c.team), `${c.key}: the owner is in the team`)
    t.ok(directory.domainOf(person(c.ceilingSetBy), dayAt(0)).includes(teams.find((one) => one.key === c.team)?.department ?? ''), `${c.key}: ceiling`)
    t.equal(c.cadence.every === 'week', c.cadence.day !== undefined, `${c.key}: a week has a day`)
  }
  t.end()
})

t.test('the demo notes refer to what exists, half in each language, and none is filler', (t) => {
  t.ok(notes.length >= 120, `${notes.length} notes`)
  t.equal(new Set(keysOf(notes)).size, notes.length)
  t.equal(new Set(notes.map((note) => note.body)).size, notes.length, 'no text twice')
  const chineseShare = notes.filter((note) => note.lang === 'zh').length / notes.length
  t.ok(chineseShare > 0.4 && chineseShare < 0.6, `${Math.round(chineseShare * 100)} % Chinese`)
  for (const note of notes) {
    t.equal(/\p{Script=Han}/u.test(note.body), note.lang === 'zh', `${note.key} is in its language`)
    const { about, source } = note
    t.same([
      missing([note.author], known.people), missing(note.team ? [note.team] : [], person(note.author).teams), missing(about.customers, known.customers), missing(about.products, known.products),
      missing(about.topic ? [about.topic] : [], known.topics), missing(about.segment ? [about.segment] : [], known.segments), missing(source.touchpoint ? [source.touchpoint] : [], known.touchpoints),
      missing((note.named ?? []).map((party) => party.slice(2)), [...known.people, ...known.teams]),
    ], [[], [], [], [], [], [], [], []], note.key)
    t.ok((source.observedDaysAgo ?? note.daysAgo) >= note.daysAgo, `${note.key} was observed before it was written`)
  }
  const used = new Set(notes.flatMap((note) => note.about.customers))
  t.same(known.customers.filter((one) => !used.has(one)), [], 'every customer has a story')
  t.ok(Math.max(...notes.map((note) => note.body.length)) > 600 && Math.min(...notes.map((note) => note.body.length)) < 60, 'long ones and one-liners')
  t.end()
})

t.test('demo drafts and gaps belong to people who work here, about customers they may see', (t) => {
  t.ok(drafts.length > 0 && gaps.length > 0)
  t.same(missing([...drafts.map((one) => one.author), ...gaps.map((one) => one.by)], people.filter((p) => p.active).map((p) => p.login)), [])
  for (const one of drafts) t.same([missing(one.about.customers, known.customers), one.about.customers.filter((c) => sight(one.author, one.daysAgo).hide.includes(c))], [[], []], one.body)
  t.end()
})

t.test('no shipped text holds a personal identifier that could be real', (t) => {
  t.ok(findIdentifiers('11010519491231002X').length > 0, 'the finder finds')
  const texts = notes.flatMap((note) => [note.body, note.title ?? '', ...Object.values(note.source).filter((one) => typeof one === 'string'), ...note.steps.flatMap((one) => [...('text' in one ? [one.text] : []), ...('body' in one ? [one.body] : [])])])
  for (const one of [...texts, text('demo/customers.json'), text('taxonomy.json'), text('glossary.json')]) {
    t.same(findIdentifiers(one).map((found) => found.text), [])
    const numbers = one.match(/[\dXx][\d -]{8,}[\dXx]/g) ?? []
    t.same(numbers.filter((n) => validator.isCreditCard(n) || validator.isIdentityCard(n.replace(/\D/g, ''), 'zh-CN') || validator.isMobilePhone(n, 'zh-CN')), [])
  }
  t.end()
})

/** What the law needs of a demo note at one moment of its life. */
interface Life {
  confidence: 'wip' | 'not_validated' | 'validated'
  item: 'open' | 'claimed' | 'returned' | 'closed'
  rights: { audience: Audience; level: Level }
  published: string
  pending: string | null
  shut: boolean
  claim: { by: string; at: number } | null
  ended: string | null
}

const home = (note: Note) => person(note.author).department
const governed = (note: Note) => !isLowerLevel(note.level, 'confidential') || taxonomy.topics.some((one) => one.key === note.about.topic && one.governance)

function access(note: Note, life: Life): Access {
  const closed = life.shut || life.confidence === 'wip' || (life.confidence === 'not_validated' && note.governance === 'review_first')
  const audience = life.confidence === 'validated' ? life.rights.audience : narrowerAudience(life.rights.audience, 'team')
  const wide: Record<Audience, Reach> = { private: 'self', team: note.team ? `t:${note.team}` : 'self', department: `d:${home(note)}`, enterprise: 'all' }
  return {
    author: life.published, named: closed ? [] : ((note.named ?? []) as Party[]), reach: closed || life.rights.level === 'restricted' ? 'self' : wide[audience],
    desk: home(note), stewards: (note.stewards ?? []).map((name): Party => `p:${name}`), level: life.rights.level, customers: note.about.customers,
  }
}

const reads = (name: string, note: Note, life: Life, daysAgo: number) => person(name).active && sees(sight(name, daysAgo), access(note, life))
const curates = (name: string, note: Note, life: Life, daysAgo: number) => {
  const all = access(note, life)
  return person(name).active && directory.domainOf(person(name), dayAt(daysAgo)).includes(all.desk) && sees(sight(name, daysAgo), { ...all, author: '', named: [], reach: 'self' })
}

/** @returns the first thing the law would refuse, or null; `life` is moved on. */
function refusal(note: Note, life: Life, one: Note['steps'][number]): string | null {
  const writer = life.pending ?? life.published
  const mayDecide = () => {
    if (!curates(one.by, note, life, one.daysAgo)) return 'is no curator who can decide on it'
    if (writer === one.by) return 'wrote the text'
    if (life.item !== 'open' && life.item !== 'claimed') return `finds no open review item (${life.item})`
    const held = life.claim && (life.claim.at - one.daysAgo) * 24 < 4 && life.claim.by !== one.by
    return held ? 'finds it claimed by somebody else' : null
  }
  const listed = (kind: (typeof REASONS)[number], code: string) => (keysOf(taxonomy.reasons[kind]).includes(code) ? null : `has no reason ${code}`)
  const reading = () => (reads(one.by, note, life, one.daysAgo) ? null : 'may not read it')
  if (life.ended) return `comes after it was ${life.ended}`
  switch (one.do) {
    case 'claim': {
      const no = mayDecide()
      Object.assign(life, { item: 'claimed', claim: { by: one.by, at: one.daysAgo } })
      return no
    }
    case 'return': {
      const no = mayDecide() ?? listed('return', one.reason)
      Object.assign(life, { item: 'returned', claim: null, shut: one.reason === 'says_too_much' })
      return no
    }
    case 'decline': {
      const no = mayDecide() ?? listed('decline', one.reason)
      life.ended = 'declined'
      return no
    }
    case 'accept': {
      const wider = isWiderAudience(one.audience, note.audience) || isLowerLevel(one.level, note.level) ? 'opens it beyond the proposal' : null
      const no = mayDecide() ?? wider ?? (note.about.topic ? null : 'has no topic')
      Object.assign(life, { confidence: 'validated', item: 'closed', claim: null, shut: false, published: writer, pending: null, rights: { audience: one.audience, level: one.level } })
      return no
    }
    case 'edit': {
      const no = life.confidence === 'validated' ? (life.pending ? 'finds an edit waiting' : reading()) : one.by === writer ? null : 'is not the writer'
      if (life.confidence === 'validated') life.pending = one.by
      Object.assign(life, { item: 'open', claim: null })
      return no
    }
    case 'comment': return reading()
    case 'helpful': return one.by === note.author ? 'praises their own note' : reading()
    case 'reuse': {
      const customer = customers.find((c) => c.key === one.customer)
      const hidden = one.customer && (!customer || sight(one.by, one.daysAgo).hide.includes(one.customer)) ? 'may not see the customer' : null
      return reading() ?? hidden ?? (known.outcomes.includes(one.outcome) ? null : `has no outcome ${one.outcome}`)
    }
    case 'flag': {
      const no = reading() ?? listed('flag', one.reason)
      if (life.item === 'closed') life.item = 'open'
      return no
    }
    case 'withdraw': {
      const no = one.by === writer && life.confidence !== 'validated' && life.item !== 'closed' ? null : 'cannot withdraw it'
      life.ended = 'withdrawn'
      return no
    }
    case 'archive': {
      const no = one.by === note.author || curates(one.by, note, life, one.daysAgo) ? listed('archive', one.reason) : 'may not archive it'
      life.ended = 'archived'
      return no
    }
    case 'merge': {
      const into = notes.find((other) => other.key === one.into)
      const no = !into || into.daysAgo < one.daysAgo || into === note ? 'merges into nothing' : (mayDecide() ?? listed('merge', one.reason) ?? (curates(one.by, into, posted(into), one.daysAgo) ? null : 'may not read the other'))
      life.ended = 'merged'
      return no
    }
  }
}

function posted(note: Note): Life {
  return { confidence: 'not_validated', item: 'open', rights: { audience: note.audience, level: note.level }, published: note.author, pending: null, shut: false, claim: null, ended: null }
}

t.test('everybody in the demo bank keeps the law, at every step of every note', (t) => {
  const seen = new Map<string, number>()
  const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1)
  for (const note of notes) {
    t.equal(note.governance === 'review_first', governed(note), `${note.key}: reviewed first when it must be, and only then`)
    t.notOk(taxonomy.topics.some((one) => one.key === note.about.topic && one.route_to), `${note.key} belongs here`)
    t.notOk(sight(note.author, note.daysAgo).hide.some((c) => person(note.author).active && note.about.customers.includes(c)), `${note.key}: the author may pick its customers`)
    if (note.level === 'restricted') {
      const able = (note.stewards ?? []).filter((name) => name !== note.author && person(name).clearance === 'restricted' && directory.domainOf(person(name), dayAt(0)).includes(home(note)))
      t.ok(able.length >= 2, `${note.key} has two stewards who can decide`)
    } else t.notOk(note.stewards, `${note.key} needs no stewards`)
    const life = posted(note)
    let last = note.daysAgo
    for (const one of note.steps) {
      t.ok(one.daysAgo < last || (one.daysAgo === last && one !== note.steps[0]), `${note.key}: ${one.do} comes after what went before`)
      last = one.daysAgo
      t.equal(refusal(note, life, one), null, `${note.key}: ${one.by} may ${one.do}`)
      count(one.do)
    }
    const accepted = note.steps.findLast((one) => one.do === 'accept')
    if (accepted?.do === 'accept' && !life.ended) count(accepted.reviewInDays < accepted.daysAgo ? 'overdue' : accepted.reviewInDays - accepted.daysAgo < 14 ? 'due soon' : 'fresh')
    count(life.ended ?? `${life.confidence} ${life.item}`)
    if (life.pending) count('pending edit')
    count(note.level)
    count(note.audience)
    if (note.governance) count('review_first')
  }
  const wanted = ['not_validated open', 'not_validated claimed', 'not_validated returned', 'validated closed', 'validated open', 'declined', 'withdrawn', 'archived', 'merged', 'pending edit', 'overdue', 'due soon', 'fresh', 'reuse', 'helpful', 'comment', 'flag', 'review_first', ...LEVELS, ...AUDIENCES]
  t.same(wanted.filter((what) => !seen.has(what)), [], 'every state is shown')
  t.end()
})

t.test('a curator who wrote the text is caught when the demo says they decided it', (t) => {
  const note = notes.find((one) => one.key === 'chen_three_cds') as Note
  const accept = note.steps.find((one) => one.do === 'accept') as Note['steps'][number]
  t.equal(refusal({ ...note, author: 'qian.yu' }, { ...posted(note), published: 'qian.yu' }, accept), 'wrote the text')
  t.equal(refusal(note, posted(note), { ...accept, by: 'gao.yuan' }), 'is no curator who can decide on it')
  t.equal(refusal(note, posted(note), { do: 'comment', by: 'tom.baker', daysAgo: 88, text: '…' }), 'may not read it')
  t.end()
})

t.test('no shipped file is empty', (t) => {
  const files = readdirSync(CONTENT, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  t.ok(files.length > 20)
  for (const file of files) t.ok(statSync(join(file.parentPath, file.name)).size > 20, file.name)
  t.end()
})
