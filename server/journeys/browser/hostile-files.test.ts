import { stringify } from 'csv-stringify/sync'
import { simpleParser, type ParsedMail } from 'mailparser'
import t from 'tap'
import { hostileFolder } from '../../adapters/markdown/hostile-texts.js'
import { openBank, type Bank } from '../bank.js'
import type { Browser } from '../browser.js'
import { keptFiles } from '../kept-files.js'
import { hostileSample, nameFrom, walk } from './hostile-walk.js'
import { lacking as noBrowser, openChromium, PATIENCE } from './in-chromium.js'

const folder = hostileFolder()
const lacking = noBrowser !== '' ? noBrowser : folder === null ? 'no test data: set TACIT_SHARED' : ''
const SAMPLE = process.env['TACIT_DEPTH'] === 'deep' ? 200 : 12
const CHANNELS = 6

t.test('hostile texts in files that are taken in, and in mail that goes out', { skip: lacking, timeout: PATIENCE }, async (t) => {
  const texts = await hostileSample(folder as string, SAMPLE)
  t.ok(texts.length >= 20, `premise: ${texts.length} texts`)
  const bank = await openBank(t)
  const address = await bank.app.listen({ host: '127.0.0.1', port: 0 })
  const he = await bank.signIn('he.jun')

  await t.test('as names of files and as cells, no script runs on the pages of an import', async (t) => {
    const cells = texts.map((text, n) => [`h-${n}`, 'person', nameFrom(text), text.slice(0, 100), 'onboarding', text.slice(0, 40)])
    const good = [['external_id', 'kind', 'name', 'aliases', 'team', '<img src=x onerror=alert(1)>'], ...cells]
    const bad = [...good, ['', '<svg onload=alert(1)>', '"><script>alert(1)</script>', '', '<b onclick=alert(1)>nowhere', '']]
    const pages: string[] = []
    for (const name of ['"><img src=x onerror=alert(1)>.csv', '<script>alert(1)</script>.csv', `${(texts[0] as string).replace(/[\r\n"\\/]/g, ' ').slice(0, 100)}.csv`, "{{constructor.constructor('alert(1)')()}}.csv"]) pages.push(await uploaded(he, name, stringify(pages.length === 1 ? bad : good)))
    await bank.house.imports.idle()
    const shown = (await Promise.all(pages.map(async (path) => (await he.get(path)).text))).join('\n')
    t.match(shown, 'onerror=alert(1)>.csv', 'premise: the name of the file is on the page')
    t.match(shown, /have errors/, 'premise: one of them has a row that will not do')
    t.same(await walk(bank, address, 'he.jun', ['/imports', ...pages, ...pages.map((path) => `${path}?page=2`)]), [])
    const begun = await he.post(`${pages[0]}/run`, {}, { from: pages[0] as string })
    t.equal(begun.status, 303, `premise: it is taken ${begun.text.slice(0, 300)}`)
    await bank.house.imports.idle()
    const taken = (await he.get('/customers')).text
    t.ok(texts.filter((text) => taken.includes(nameFrom(text))).length > 5, 'premise: and the cells are names now')
    t.same(await walk(bank, address, 'he.jun', [pages[0] as string, '/imports', '/customers']), [])
  })

  await t.test('as names of channels and titles in a digest, no script runs on any page about mail', async (t) => {
    const channels = await digested(bank, texts.slice(0, CHANNELS))
    const letters = (await bank.house.post.outbox.list({ kind: 'digest', page: 1, size: 100 })).rows
    t.equal(letters.filter(({ state }) => state === 'sent').length, CHANNELS, `premise: ${letters.map(({ state }) => state).join(', ')}`)
    t.same(await walk(bank, address, 'li.na', ['/channels', ...channels, ...channels.map((path) => `${path}/edit`), '/me/mail', ...letters.map(({ id }) => `/mail/${id}`)]), [])
    t.same(await walk(bank, address, 'han.bing', ['/admin/mail', `/admin/mail?q=${encodeURIComponent((texts[2] as string).slice(0, 200))}`]), [])
  })

  await t.test('the mails themselves run nothing and ask for nothing, where no policy guards them, and have one From and one Subject', async (t) => {
    const mails = await mailsOf(bank)
    t.ok(mails.length >= CHANNELS, `premise: ${mails.length} mails`)
    t.ok(mails.some(({ subject, html }) => /[<>{]/.test(`${subject}`) || /&lt;|&#x/.test(String(html))), 'premise: hostile texts are in them')
    for (const { headers, from } of mails) {
      t.equal(from?.value.length, 1)
      t.match(from?.value[0]?.address, /^tacit@/)
      t.notOk(headers.has('bcc') || headers.has('cc') || headers.has('x-injected'), 'no header that nobody wrote')
    }
    t.same(await opened(mails.map(({ html }) => String(html))), [])
  })
})

async function uploaded(browser: Browser, fileName: string, file: string): Promise<string> {
  const token = await browser.token('/imports/new/customers')
  const edge = '----tacit-edge'
  const fields = Object.entries({ _csrf: token, source: 'hostile' }).map(([name, value]) => `--${edge}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
  // A browser escapes quotation marks; whoever sends by hand says it in the other form, which carries them as they are.
  const payload = `${fields.join('')}--${edge}\r\ncontent-disposition: form-data; name="file"; filename*=UTF-8''${encodeURIComponent(fileName).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)}\r\ncontent-type: text/csv\r\n\r\n${file}\r\n--${edge}--\r\n`
  const answer = await browser.request({ method: 'POST', url: '/imports/new/customers', payload, headers: { 'content-type': `multipart/form-data; boundary=${edge}` } })
  if (answer.status !== 303) throw new Error(`${answer.status}: ${answer.text.slice(0, 400)}`)
  return answer.location
}

/** A channel called by each text, and a digest to it of notes titled by all of them. @returns the channels' pages */
async function digested(bank: Bank, texts: readonly string[]): Promise<readonly string[]> {
  const [li, zhao] = [await bank.signIn('li.na'), await bank.signIn('zhao.min')]
  const channels: string[] = []
  for (const [n, text] of texts.entries()) {
    const form = (await li.get('/channels/new')).form('/channels')
    const answer = await li.submit(form, { name: nameFrom(text).slice(0, 60), team: 'east-desk', owner: 'li-na', address: `desk${n}@bank.example`, every: 'day', hour: '8', timeZone: 'Asia/Shanghai', language: n % 2 === 0 ? 'en' : 'zh' })
    if (answer.status !== 303) throw new Error(`${JSON.stringify(text)} answered ${answer.status}: ${answer.text.slice(0, 400)}`)
    channels.push(answer.location)
  }
  bank.clock.advance({ hours: 1 })
  for (const text of texts) {
    const posted = await li.submit((await li.get('/notes/new')).form('/notes'), { title: nameFrom(text), body: text, identifiersKept: 'yes' })
    const id = posted.location.split('/')[2] as string
    const decided = await zhao.submit((await zhao.get(`/queue/${id}`)).form(`/notes/${id}/decision`), { correctness: '2', reliability: 'B', value: '4', ease: '3', topic: 'pricing', verb: 'accept' })
    if (decided.status !== 303) throw new Error(decided.text.slice(0, 400))
  }
  bank.clock.advance({ minutes: 5 })
  for (const channel of channels) {
    const sent = await li.post(`${channel}/deliveries`, {}, { from: channel })
    if (sent.status !== 303) throw new Error(sent.text.slice(0, 400))
  }
  await bank.house.runJobs('outbox')
  return channels
}

async function mailsOf(bank: Bank): Promise<readonly ParsedMail[]> {
  const mails = [...(await keptFiles(bank.house))].filter(([name]) => name.startsWith('mail') && name.endsWith('.eml'))
  return Promise.all(mails.map(([, bytes]) => simpleParser(bytes)))
}

/** As a mail program without any policy of its own would show them. @returns what ran, opened or was asked for */
async function opened(bodies: readonly string[]): Promise<string[]> {
  const wrong: string[] = []
  const context = await (await openChromium()).newContext()
  await context.exposeBinding('tacitRan', (_source, called: string) => void wrong.push(`${called} ran`))
  await context.addInitScript(() => {
    const scope = globalThis as unknown as Record<string, unknown>
    const report = scope['tacitRan'] as (name: string) => void
    for (const name of ['alert', 'confirm', 'prompt', 'print']) scope[name] = () => report(name)
  })
  context.on('request', (request) => { if (!/^(?:about|data):/.test(request.url())) wrong.push(`asks for ${request.url().slice(0, 200)}`) })
  const page = await context.newPage()
  page.on('dialog', (dialog) => {
    wrong.push('a dialog')
    void dialog.dismiss().catch(() => {})
  })
  for (const body of bodies) {
    await page.setContent(body, { waitUntil: 'load' })
    await page.evaluate(() => {
      const { document, Event } = globalThis as unknown as { document: { querySelectorAll(s: string): Iterable<{ dispatchEvent(e: unknown): void }> }; Event: new (n: string) => unknown }
      for (const element of document.querySelectorAll('*')) for (const name of ['mouseover', 'focus', 'error', 'load', 'toggle', 'animationend']) element.dispatchEvent(new Event(name))
    })
  }
  await context.close()
  return wrong
}
