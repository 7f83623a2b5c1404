// A page with every component on it, to look at the design: English or Chinese (?lang=zh), light or dark (?theme=dark), ?page=sign-in, ?page=lost.
// Never part of the portal: it serves on a loopback port of its own, with the portal's layouts, fragments, strings and styles.
import { readFileSync, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import Handlebars from 'handlebars'
import { IntlMessageFormat } from 'intl-messageformat'
import { ROOT } from '../../server/root.js'

const types: Record<string, string> = { css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml' }
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://gallery')
  const asset = /^\/static\/([a-z-]+)\.(css|js|svg)$/.exec(url.pathname)
  const file = url.pathname === '/static/htmx.js' ? 'node_modules/htmx.org/dist/htmx.min.js' : asset && `static/${asset[1]}.${asset[2]}`
  try {
    const body = file ? readFileSync(join(ROOT, file)) : show(url)
    response.writeHead(200, { 'content-type': `${types[asset?.[2] ?? ''] ?? 'text/html'}; charset=utf-8`, 'content-security-policy': csp }).end(body)
  } catch (fault) {
    response.writeHead(500, { 'content-type': 'text/plain' }).end(String(fault))
  }
})
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  const at = server.address()
  console.log(`http://127.0.0.1:${typeof at === 'object' && at ? at.port : ''}/`)
})

function show(url: URL): string {
  const lang = url.searchParams.get('lang') === 'zh' ? 'zh' : 'en'
  const plain = url.searchParams.get('page')
  const view = hand(lang)
  const model = { page: frame(url, lang), w: '' }
  const source = readFileSync(join(ROOT, 'scripts/design', `${plain ? 'plain' : 'gallery'}.hbs`), 'utf8')
  const body = view.compile(source)({ ...model, which: plain })
  return view.compile(readFileSync(join(ROOT, 'views/layouts', plain ? 'plain.hbs' : 'page.hbs'), 'utf8'))({ ...model, body })
}

function hand(lang: 'en' | 'zh'): typeof Handlebars {
  const view = Handlebars.create()
  const strings: Record<string, string> = JSON.parse(readFileSync(join(ROOT, 'content/strings', lang, 'frame.json'), 'utf8'))
  const locale = lang === 'zh' ? 'zh-CN' : 'en-GB'
  const styles: Record<string, Intl.DateTimeFormatOptions> = { day: { day: 'numeric', month: 'short', year: 'numeric' }, time: { hour: '2-digit', minute: '2-digit' } }
  view.registerHelper({
    t: (key: string, { hash }: Handlebars.HelperOptions) => {
      if (strings[key] === undefined) throw new Error(`no string ${key}`)
      return new IntlMessageFormat(strings[key], locale).format(hash)
    },
    w: (en: string, zh: string) => (lang === 'zh' ? zh : en),
    date: (iso: string, { hash }: Handlebars.HelperOptions) => hash['style'] === 'ago'
      ? new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' }).format(Math.round((Date.parse(iso) - Date.parse('2026-11-21')) / 864e5), 'day')
      : new Intl.DateTimeFormat(locale, styles[hash['style']]).format(new Date(iso)),
    number: (n: number) => new Intl.NumberFormat(locale).format(n),
    eq: (a: unknown, b: unknown) => a === b,
    list: (...all: unknown[]) => all.slice(0, -1),
    thing: ({ hash }: Handlebars.HelperOptions) => hash,
  })
  for (const name of readdirSync(join(ROOT, 'views/parts'))) view.registerPartial(`parts/${name.slice(0, -4)}`, readFileSync(join(ROOT, 'views/parts', name), 'utf8'))
  return view
}

function frame(url: URL, lang: 'en' | 'zh') {
  const en = lang === 'en'
  return {
    title: en ? 'Gallery of components' : '组件一览', lang, theme: url.searchParams.get('theme') ?? 'auto', csrf: 'token', path: url.pathname + url.search,
    languageSwitch: '/me/language', reader: { name: en ? 'Li Na' : '李娜', initials: en ? 'LN' : '李', department: en ? 'Private Banking, East Branch' : '东区分行 · 私人银行部', shortcuts: true },
    printedAt: en ? '21 Nov 2026, 14:03' : '2026年11月21日 14:03', unread: 3, demo: true, query: '',
    banner: { tone: 'warning', text: en ? 'Search is being rebuilt: new notes may be missing from results until about 14:20.' : '搜索索引正在重建，14:20 之前的新笔记可能暂时检索不到。' },
    flash: { tone: 'good', text: en ? 'Posted. Your team can read it now; a curator will look at it next.' : '已发布。您的团队现在即可查看，随后由知识管理员审核。' },
    assets: { css: '/static/site.css', js: '/static/site.js', htmx: '/static/htmx.js', icons: '/static/icons.svg', favicon: '/static/favicon.svg' },
    nav: [
      { key: 'find', href: '/', label: en ? 'Find' : '查找', current: true, count: 0 }, { key: 'mine', href: '/notes', label: en ? 'My notes' : '我的笔记', current: false, count: 0 },
      { key: 'customers', href: '/customers', label: en ? 'Customers' : '客户', current: false, count: 0 }, { key: 'queue', href: '/queue', label: en ? 'Queue' : '审核', current: false, count: 14 },
      { key: 'questions', href: '/questions', label: en ? 'Questions' : '问答', current: false, count: 2 }, { key: 'insights', href: '/insights', label: en ? 'Insights' : '洞察', current: false, count: 0 },
      { key: 'admin', href: '/admin', label: en ? 'Admin' : '管理', current: false, count: 0 },
    ],
  }
}
