import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import vm from 'node:vm'
import { ROOT } from '../../root.js'

/** For tests: where the public test data lies, or null. A test without it must skip by name. */
export function hostileFolder(): string | null {
  const folder = join(process.env['TACIT_SHARED'] ?? join(ROOT, '..', 'shared'), 'data', 'hostile')
  return existsSync(folder) ? folder : null
}

export interface Corpus {
  readonly name: string
  readonly texts: readonly string[]
}

/** The public collections of hostile and awkward text, and our own. Each text once. */
export async function hostileCorpora(folder: string): Promise<Corpus[]> {
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
  const expected = (await import(pathToFileURL(join(folder, 'dompurify_expect.mjs')).href)) as {
    default: { payload: string; expected: string | string[] }[]
  }
  const items = vm.runInNewContext(`const exports = {}, module = { exports }; ${read('h5sc_items.js')}; module.exports`) as { data: string }[]
  const corpora: Corpus[] = [
    { name: 'blns', texts: JSON.parse(read('blns.json')) as string[] },
    { name: 'xss-payload-list', texts: read('xss-payload-list.txt').split('\n') },
    { name: 'h5sc', texts: items.map(({ data }) => data.replace(/%(\w+)%/g, (_, hole: string) => filling(hole))) },
    { name: 'dompurify', texts: expected.default.map(({ payload }) => payload) },
    { name: 'commonmark', texts: [...read('commonmark_spec.txt').matchAll(/^`{32} example[^\n]*\n([\s\S]*?)^\.\n/gm)].map(([, text]) => (text as string).replaceAll('→', '\t')) },
    { name: 'own', texts: OWN },
  ]
  return corpora.map(({ name, texts }) => ({ name, texts: [...new Set(texts)].filter((text) => text.trim() !== '') }))
}

/** What H5SC leaves open in its vectors: code to run, or the address of a file. */
function filling(hole: string): string {
  if (hole.startsWith('js_uri')) return 'javascript:alert(1)'
  if (hole.includes('entities') || hole.includes('encoded')) return '&#97;lert(1)'
  return hole.startsWith('js_') ? 'alert(1)' : '//elsewhere.invalid/file'
}

/** Attacks by Markdown itself, which collections of HTML do not have. */
export const OWN: readonly string[] = [
  '[x](javascript:alert(1))', '[x](JaVaScRiPt:alert(1))', '[x](java&#x73;cript:alert(1))', '[x](java\tscript:alert(1))', '[x](<java\nscript:alert(1)>)', '[x](&#1;javascript:alert(1))',
  '[x](vbscript:msgbox(1))', '[x](data:text/html,<script>alert(1)</script>)', '[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)', '<javascript:alert(1)>',
  '[x]\n\n[x]: javascript:alert(1)', '![x](javascript:alert(1))', '![x](data:image/svg+xml,<svg onload=alert(1)>)', '![x](https://elsewhere.invalid/pixel.png)',
  '![x" onerror="alert(1)](y)', '[x](/a" onclick="alert(1))', '[x](/a "title\\" onclick=alert(1)")', '[x](//elsewhere.invalid)', '[x](/\\elsewhere.invalid)', '[x](/%09/elsewhere.invalid)', '[x](/.//elsewhere.invalid)',
  '[x](https://bank.example@elsewhere.invalid/)', '[x](https:elsewhere.invalid)', '[x](file:///etc/passwd)', '[x](blob:https://x/1)', '[x](mailto:a@b.c?subject=<script>)',
  '```"onmouseover=alert(1)\nx\n```', '``` <script>alert(1)</script>\nx\n```', '`<img src=x onerror=alert(1)>`', '# <svg onload=alert(1)>', '|<b onclick=alert(1)>|\n|:-|\n|<img src=x onerror=alert(1)>|',
  '<a href="/x" style="position:fixed">x</a>', '<form action="//elsewhere.invalid"><input name=password><button>Sign in</button></form>', '<base href="//elsewhere.invalid/">', '<meta http-equiv="refresh" content="0;url=//elsewhere.invalid">',
  '<link rel=stylesheet href="//elsewhere.invalid/x.css">', '<iframe srcdoc="<script>alert(1)</script>"></iframe>', '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>', '<svg><style><img src=x onerror=alert(1)></style></svg>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">', '<template><script>alert(1)</script></template>', '<div id=body class=page hx-get="/people" hx-trigger=load>x</div>', '<p data-x=1 aria-label=y>x</p>',
  '<script src="/static/htmx.js"></script>', '</article></main></body><script>alert(1)</script>', '<!--><img src=x onerror=alert(1)>-->', '<plaintext>', '<textarea>', '\u0000<script>alert(1)</script>', '\u202e<b>x</b>',
]
