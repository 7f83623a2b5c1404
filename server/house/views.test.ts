import { join } from 'node:path'
import t from 'tap'
import { ROOT } from '../root.js'
import { isTest } from './rooms.js'
import { filesIn } from './words.js'

const views = filesIn(join(ROOT, 'views'), ['.hbs'])
const code = filesIn(join(ROOT, 'server'), ['.ts']).filter(({ path }) => !isTest(path))

/** Everything the content security policy would stop, so that it is never written in the first place. */
const FORBIDDEN: readonly (readonly [RegExp, string])[] = [
  [/<script\b(?![^>]*\bsrc=)[^>]*>/i, 'an inline script'],
  [/<style\b/i, 'an inline style sheet'],
  [/\sstyle\s*=/i, 'an inline style'],
  [/\son[a-z]+\s*=\s*["'{]/i, 'an inline handler'],
  [/javascript:/i, 'a script as an address'],
  [/\bhx-on\b|\bhx-vars\b|\bjs:/i, 'an htmx attribute that evaluates text'],
  [/\bhx-trigger="[^"]*\[/i, 'an htmx filter, which evaluates text'],
  [/<(?:script|link|img|iframe|source|use)\b[^>]*\b(?:src|href)="(?:https?:)?\/\//i, 'something from elsewhere'],
]

/** Where text goes out unescaped: bodies made by our own templates, and Markdown after the sanitiser. */
const RAW: readonly string[] = ['body', 'html']

t.test('no page holds a script, a style or a handler of its own', async (t) => {
  t.ok(views.length > 20, `premise: ${views.length} views`)
  for (const { path, text } of views.filter((view) => !isMail(view.path))) {
    const markup = text.replace(/\{\{!--[\s\S]*?--\}\}/g, '').replace(/\{\{[^}]*\}\}/g, 'x')
    for (const [pattern, what] of FORBIDDEN) if (pattern.test(markup)) t.fail(`${path} holds ${what}: ${pattern.exec(markup)?.[0]}`)
  }
})

t.test('text goes out escaped, but for what the sanitiser made', async (t) => {
  for (const { path, text } of views) {
    for (const [, name = ''] of text.matchAll(/\{\{\{\s*([^}\s]+)/g)) if (!RAW.includes(name.split('.').at(-1) ?? '')) t.fail(`${path} writes ${name} unescaped`)
    if (/\{\{&/.test(text)) t.fail(`${path} writes something unescaped by {{&`)
  }
})

t.test('every attribute value stands in quotes, so that no value can end it', async (t) => {
  for (const { path, text } of views) {
    const bare = /\s[a-z-]+=\{\{/i.exec(text.replace(/\{\{[#>~]?[^}]*\}\}/g, (inside) => (inside.includes('=') ? '' : inside)))
    if (bare) t.fail(`${path}: ${bare[0]}`)
  }
})

t.test('every partial that is included is there', async (t) => {
  const names = new Set(views.map(({ path }) => path.replace(/\.hbs$/, '')))
  let included = 0
  for (const { path, text } of views) {
    for (const [, name = ''] of text.matchAll(/\{\{#?>\s*([\w./-]+)/g)) {
      included += 1
      if (!names.has(name)) t.fail(`${path} includes ${name}`)
      if (!/(^|\/)_[\w-]+$/.test(name)) t.fail(`${path} includes ${name}, whose name does not begin with _`)
    }
  }
  t.ok(included > 20, `premise: ${included} were found`)
})

t.test('every view that code draws is there', async (t) => {
  const names = new Set(views.map(({ path }) => path.replace(/\.hbs$/, '')))
  const drawn = code.flatMap(({ path, text }) => [...text.matchAll(/\.(?:page|fragment)\(\s*'([^']+)'/g)].map(([, name = '']) => ({ path, name })))
  t.ok(drawn.length > 5, 'premise')
  for (const { path, name } of drawn) if (!names.has(name)) t.fail(`${path} draws ${name}`)
})

t.test('forms that change something carry a form token', async (t) => {
  let forms = 0
  for (const { path, text } of views) {
    for (const [form] of text.matchAll(/<form\b[^>]*method="post"[^>]*>[\s\S]*?<\/form>/gi)) {
      forms += 1
      if (!/\{\{> parts\/_csrf\}\}/.test(form)) t.fail(`${path}: ${form.slice(0, 80)}`)
    }
  }
  t.ok(forms > 5, 'premise')
})

t.test('why a field was not taken is read out with the field', async (t) => {
  let pairs = 0
  for (const { path, text } of views.filter((view) => view.path !== 'parts/_refusal.hbs')) {
    const said = [...text.matchAll(/\{\{> parts\/_refusal said=\S+ of="([\w-]+)"\}\}/g)].map(([, id]) => id)
    for (const id of said) {
      pairs += 1
      if (!new RegExp(`<(?:input|select|textarea)\\b[^<]*\\bid="${id}"[^<]*${id}-refusal`).test(text)) t.fail(`${path}: ${id} does not say where its refusal stands`)
    }
    for (const [, id = ''] of text.matchAll(/[" ]([\w-]+)-refusal\b/g)) if (!said.includes(id)) t.fail(`${path}: nothing says why ${id} was not taken`)
  }
  t.ok(pairs > 30, `premise: ${pairs} were found`)
})

t.test('each of these faults would be seen', async (t) => {
  const faults = [
    '<script>alert(1)</script>', '<script type="module">x</script>', '<STYLE>x{}</STYLE>', '<p style="color:red">', '<a onclick="x">', '<a href="javascript:x">',
    '<div hx-on:click="x">', '<div hx-trigger="click[ctrlKey]">', '<img src="//evil.example/x.png">', '<link href="https://cdn.example/x.css">',
  ]
  for (const fault of faults) t.ok(FORBIDDEN.some(([pattern]) => pattern.test(fault)), fault)
  for (const right of ['<script src="/x.js"></script>', '<a href="https://bank.example">', '<p class="only-one">']) {
    t.notOk(FORBIDDEN.some(([pattern]) => pattern.test(right)), right)
  }
})

/** Mail is read in mail programs, which know no style sheets. */
function isMail(path: string): boolean {
  return path.startsWith('mail/') || path === 'layouts/mail.hbs'
}
