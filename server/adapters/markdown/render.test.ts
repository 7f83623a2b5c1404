import t from 'tap'
import type { Markdown } from '../../domain/notes/markdown.js'
import { hostileCorpora, hostileFolder, OWN } from './hostile-texts.js'
import { renderWithoutSanitiser } from './pipeline.js'
import { MarkdownRenderer } from './render.js'
import { ALLOWED_CLASSES, ALLOWED_TAGS, LINK_REL, sanitise } from './sanitise.js'
import { LIMITS } from './workers.js'

// Patient, so that a busy machine does not turn a rendered text into one shown as typed.
const markdown = new MarkdownRenderer({ limits: { ...LIMITS, render: 20_000, wait: 20_000 } })
t.teardown(() => markdown.close())
const render = async (text: string): Promise<string> => (await markdown.render(text)).trim()

t.test('an author gets what they wrote', async (t) => {
  const cases: readonly (readonly [text: string, html: string])[] = [
    ['第一行\n第二行', '<p>第一行<br />第二行</p>'],
    ['**重点**和*强调*、~~作废~~、`代码`', '<p><strong>重点</strong>和<em>强调</em>、<del>作废</del>、<code>代码</code></p>'],
    ['这是**重点。**下一句', '<p>这是<strong>重点。</strong>下一句</p>'],
    ['他说**“再等等”**就走了', '<p>他说<strong>“再等等”</strong>就走了</p>'],
    ['利率5~10 万，20~30 万', '<p>利率5~10 万，20~30 万</p>'],
    ['# 一\n### 二\n## 三\n# 四', '<h2>一</h2>\n<h3>二</h3>\n<h3>三</h3>\n<h2>四</h2>'],
    ['###### six', '<h2>six</h2>'],
    ['- a\n- b\n  - c', '<ul>\n<li>a</li>\n<li>b<ul>\n<li>c</li>\n</ul>\n</li>\n</ul>'],
    ['3. x\n4. y', '<ol start="3">\n<li>x</li>\n<li>y</li>\n</ol>'],
    ['- [ ] call\n- [x] visit', '<ul>\n<li>☐ call</li>\n<li>☑ visit</li>\n</ul>'],
    ['> quoted', '<blockquote>\n<p>quoted</p>\n</blockquote>'],
    ['```js\na < b\n```', '<pre><code>a &lt; b\n</code></pre>'],
    ['---', '<hr />'],
    ['|a|b|c|\n|:-|-:|:-:|\n|1|2|3|', '<table>\n<thead>\n<tr>\n<th class="align-left">a</th>\n<th class="align-right">b</th>\n<th class="align-center">c</th>\n</tr>\n</thead>\n<tbody><tr>\n<td class="align-left">1</td>\n<td class="align-right">2</td>\n<td class="align-center">3</td>\n</tr>\n</tbody></table>'],
    ['[规程](https://bank.example/a?b=1&c=2)', `<p><a href="https://bank.example/a?b=1&amp;c=2" rel="${LINK_REL}">规程</a></p>`],
    ['[另一条](/notes/1#comments)', `<p><a href="/notes/1#comments" rel="${LINK_REL}">另一条</a></p>`],
    ['见https://bank.example/a。然后', `<p>见<a href="https://bank.example/a" rel="${LINK_REL}">https://bank.example/a</a>。然后</p>`],
    ['写信给 a.b@bank.example，谢谢', `<p>写信给 <a href="mailto:a.b@bank.example" rel="${LINK_REL}">a.b@bank.example</a>，谢谢</p>`],
    ['金额<5000且>100，AT&T', '<p>金额&lt;5000且&gt;100，AT&amp;T</p>'],
    ['客户<b>很</b>急 <script>alert(1)</script>', '<p>客户&lt;b&gt;很&lt;/b&gt;急 &lt;script&gt;alert(1)&lt;/script&gt;</p>'],
    ['<div>block</div>', '&lt;div&gt;block&lt;/div&gt;'],
    ['138••••5678 和 139••••1234', '<p>138••••5678 和 139••••1234</p>'],
    ['', ''],
  ]
  for (const [text, html] of cases) t.equal(await render(text), html, JSON.stringify(text))
})

t.test('a picture is never loaded: readers get a link with its description', async (t) => {
  t.equal(await render('![branch](https://elsewhere.example/a.png "t")'), `<p><a href="https://elsewhere.example/a.png" rel="${LINK_REL}">branch</a></p>`)
  t.equal(await render('![](https://elsewhere.example/a.png)'), `<p><a href="https://elsewhere.example/a.png" rel="${LINK_REL}">https://elsewhere.example/a.png</a></p>`)
  t.equal(await render('![chart](data:image/png;base64,AAAA)'), '<p>chart</p>')
})

t.test('a link that says one place and leads to another is no link', async (t) => {
  for (const href of [
    '//elsewhere.example', '/\\elsewhere.example', '/.//elsewhere.example', '/..//elsewhere.example', 'https://bank.example@elsewhere.example', 'https:elsewhere.example', 'javascript:alert(1)', 'JAVASCRIPT:alert(1)',
    'data:text/html,x', 'vbscript:x', 'file:///etc/passwd', 'notes/1', '#top', '?q=1', 'ftp://x.example', 'http://', 'http://[', 'https://x.example:99999',
  ]) {
    t.equal(await render(`[x](${href})`), '<p>x</p>', href)
    t.equal(sanitise(`<a href="${href}">x</a>`), '<a>x</a>', href)
  }
  for (const href of ['/\t/elsewhere.example', '\u0001javascript:alert(1)', 'java\nscript:alert(1)', ' javascript:alert(1)', '/\n/elsewhere.example']) {
    t.equal(sanitise(`<a href="${href}">x</a>`), '<a>x</a>', JSON.stringify(href))
  }
})

/**
 * Reads the result by a grammar stricter than HTML: nothing but text without angle brackets and tags spelled exactly
 * as allowed. What it cannot read to the last character is a fault.
 */
function faultIn(html: string): string | null {
  const token = /([^<>]+)|<(\/?)([a-z][a-z0-9]*)((?: [a-z]+="[^"<>]*")*)( \/)?>/gy
  const open: string[] = []
  while (token.lastIndex < html.length) {
    const at = token.lastIndex
    const match = token.exec(html)
    if (!match) return `unreadable at ${at}: ${html.slice(at, at + 80)}`
    const [, text, closing, tag, attributes] = match
    if (text !== undefined) continue
    if (!ALLOWED_TAGS.includes(tag as string)) return `tag ${tag}`
    if (closing === '/') {
      if (open.pop() !== tag) return `unbalanced ${tag}`
      continue
    }
    if (tag !== 'br' && tag !== 'hr') open.push(tag as string)
    for (const [, name, value] of (attributes as string).matchAll(/ ([a-z]+)="([^"]*)"/g)) {
      const fault = faultInAttribute(tag as string, name as string, value as string)
      if (fault) return fault
    }
  }
  return open.length > 0 ? `left open: ${open.join(' ')}` : null
}

function faultInAttribute(tag: string, name: string, value: string): string | null {
  const plain = value.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
  const good =
    tag === 'a' && name === 'href' ? /^(?:https?:\/\/[^/?#@\s]+(?:[/?#]|$)|mailto:|\/(?![/\\]))[^\s\\\u0000-\u001f]*$/.test(plain)
    : tag === 'a' && name === 'rel' ? value === LINK_REL
    : tag === 'ol' && name === 'start' ? /^\d+$/.test(value)
    : (tag === 'td' || tag === 'th') && name === 'class' ? ALLOWED_CLASSES.includes(value)
    : false
  return good ? null : `${tag} ${name}="${value}"`
}

t.test('the reader of results finds a planted fault', async (t) => {
  for (const html of [
    '<script>x</script>', '<p onclick="x">x</p>', '<p>a < b</p>', '<a href="javascript:x">x</a>', '<a href="//x">x</a>', '<a href="/\\x">x</a>', '<a href="https://a@b/">x</a>', '<a href="&quot;">x</a>', '<img src="/x" />',
    '<p>x', '</p>', '<td style="x">x</td>', '<td class="page">x</td>', '<p ', '<ol start="x"></ol>', '<P>x</P>', '<a target="_blank">x</a>', "<a href='/x'>x</a>", '<!-- x -->', '<h1>x</h1>',
  ]) t.ok(faultIn(html), html)
  t.equal(faultIn('<p>x <a href="/x?a=1&amp;b=2">y</a><br /></p>'), null)
})

async function assertHarmless(t: Tap, markdown: Markdown, name: string, texts: readonly string[]): Promise<void> {
  t.ok(texts.length > 20, `${name} has ${texts.length} texts`)
  const faults: string[] = []
  for (const text of texts) {
    const before = text.slice()
    for (const html of [await markdown.render(text), sanitise(text), sanitise(renderWithoutSanitiser(text.slice(0, 20_000)))]) {
      const fault = faultIn(html) ?? (sanitise(html) === html ? null : 'is no fix-point')
      if (fault) faults.push(`${fault} ← ${JSON.stringify(text.slice(0, 200))}`)
    }
    if (text !== before) faults.push('changed the text')
  }
  t.same(faults, [], `${name}: nothing outside of the allow list, and sanitising again changes nothing`)
}
type Tap = typeof t

t.test('our own attacks by Markdown leave nothing but allowed elements, attributes and addresses', (t) => assertHarmless(t as Tap, markdown, 'own', OWN))

const folder = hostileFolder()
t.test('the public hostile collections leave nothing but allowed elements, attributes and addresses', { skip: folder === null && 'no test data: set TACIT_SHARED' }, async (t) => {
  for (const { name, texts } of await hostileCorpora(folder as string)) await assertHarmless(t as Tap, markdown, name, texts)
})

t.test('a text over fifty kilobytes is shown as typed', async (t) => {
  const html = await render('**x** '.repeat(10_000))
  t.ok(html.startsWith('<p>**x** **x**'))
})

t.test('without the sanitiser, which one test alone can ask for, markup comes through', async (t) => {
  const open = new MarkdownRenderer({ withoutSanitiser: true })
  t.match(await open.render('<img src=x onerror=alert(1)>'), /<img src=x onerror/)
  await open.close()
})

t.test('the same text is rendered once, and changed text shows at once', async (t) => {
  const text = '# kept\n'.repeat(300)
  const first = await markdown.render(text)
  t.match(first, /^<h2>kept<\/h2>/)
  t.type(markdown.render(text), 'string', 'known at once the second time')
  t.equal(await markdown.render(text), first)
  t.not(await markdown.render(`${text}# more`), first)
})
