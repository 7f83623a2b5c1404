import t from 'tap'
import { openBank } from './bank.js'
import type { Browser } from './browser.js'

const TEXT = 'Mrs Chen moved her deposits because nobody called before the rate reset.'

const bank = await openBank(t)

/** Posts through the form, as a browser without JavaScript would; gives the note's path. */
async function post(who: Browser, fields: Record<string, string | readonly string[]>): Promise<string> {
  const form = (await who.get('/notes/new')).form('/notes')
  const answer = await who.submit(form, fields)
  if (answer.status !== 303) throw new Error(`posting answered ${answer.status}: ${answer.text.slice(0, 400)}`)
  return answer.location
}

const idOf = (path: string) => path.split('/')[2] as string

t.test('a teller posts one line, and her team reads it at once, marked not validated', async (t) => {
  const [li, wang, sun] = [await bank.signIn('li.na'), await bank.signIn('wang.wei'), await bank.signIn('sun.lei')]
  const path = await post(li, { body: TEXT })
  const own = await li.get(path)
  t.equal(own.status, 200)
  t.match(own.text, /Not validated/)
  t.match(own.text, /Your team reads it now/)
  t.match(own.text, /posted it just now/)
  const colleague = await wang.get(path)
  t.match(colleague.text, /Mrs Chen moved her deposits/)
  t.match(colleague.text, /未核实/)
  const other = await sun.get(path)
  const missing = await sun.get('/notes/01900000-0000-7000-8000-000000000001')
  t.equal(other.status, 404)
  t.equal(other.body, missing.body, 'for another department the note never was')
})

t.test('an empty form is refused beside its field and keeps what was typed', async (t) => {
  const li = await bank.signIn('li.na')
  const answer = await li.submit((await li.get('/notes/new')).form('/notes'), { body: '  ', tags: 'rates, family', title: 'Chen' })
  t.equal(answer.status, 422)
  t.match(answer.text, /Write something first/)
  t.match(answer.body, /value="rates, family"/)
  t.match(answer.body, /value="Chen"/)
})

t.test('what a template only suggests is never posted in the writer\'s name', async (t) => {
  const li = await bank.signIn('li.na')
  const form = (await li.get('/notes/new?template=meeting-with-a-customer')).form('/notes')
  const template = String(form.fields['body'] ?? '')
  t.match(template, /Who was there, where/)
  const unwritten = await li.submit(form, {})
  t.equal(unwritten.status, 422)
  t.match(unwritten.text, /Write something first/)
  t.match(unwritten.text, /Who was there, where/, 'the form comes back as it was')
  const path = await post(li, { body: template.replace('Who was there, where, and what was it about?', 'Mrs Chen asked for the branch manager.') })
  const { text } = await li.get(path)
  t.match(text, /Mrs Chen asked for the branch manager/)
  t.notMatch(text, /How sure are you|What did you notice/)
})

t.test('sending the same form twice makes one note', async (t) => {
  const li = await bank.signIn('li.na')
  const form = (await li.get('/notes/new')).form('/notes')
  const [first, second] = [await li.submit(form, { body: TEXT }), await li.submit(form, { body: TEXT })]
  t.equal(first.location, second.location)
  const mine = await li.get('/notes?tab=waiting')
  t.equal(mine.body.split(first.location).length - 1, 1)
})

t.test('identifiers are named, masked with one click, and only kept when the writer says so', async (t) => {
  const [li, wang] = [await bank.signIn('li.na'), await bank.signIn('wang.wei')]
  const text = 'Call her on 13812345678 about the card.'
  const form = (await li.get('/notes/new')).form('/notes')
  const asked = await li.submit(form, { body: text })
  t.equal(asked.status, 422)
  t.match(asked.text, /1 personal identifier/)
  t.match(asked.text, /phone number/)
  const masked = await li.submit({ ...asked.form('/notes'), action: '/notes/form' }, { mask: 'all' })
  t.notMatch(masked.body, /13812345678/)
  const kept = await li.submit(asked.form('/notes'), { identifiersKept: 'yes' })
  t.equal(kept.status, 303)
  t.equal((await wang.get(kept.location)).status, 404, 'it waits for a curator before the team reads it')
  t.equal((await li.get(kept.location)).status, 200)
})

t.test('a draft is kept, listed, survives a restart, and becomes the note', async (t) => {
  const li = await bank.signIn('li.na')
  const form = (await li.get('/notes/new')).form('/notes')
  const kept = await li.submit({ ...form, action: '/drafts' }, { body: 'Half a thought about Mr Wu', tags: 'cards' })
  t.equal(kept.location, '/notes')
  await bank.restart()
  const again = await bank.signIn('li.na')
  t.match((await again.get('/notes?tab=drafts')).text, /Half a thought about Mr Wu/)
  const draft = form.fields['draft']
  const opened = await again.get(`/notes/new?draft=${String(draft)}`)
  t.match(opened.body, /Half a thought about Mr Wu/)
  t.match(opened.body, /value="cards"/)
  const posted = await again.submit(opened.form('/notes'))
  t.equal(posted.status, 303)
  t.notMatch((await again.get('/notes?tab=drafts')).text, /Half a thought/)
  const wang = await bank.signIn('wang.wei')
  t.notMatch((await wang.get(`/notes/new?draft=${String(draft)}`)).body, /Half a thought/, 'nobody opens another person’s draft')
})

t.test('a note is restricted only with two able curators named', async (t) => {
  const li = await bank.signIn('li.na')
  const form = (await li.get('/notes/new')).form('/notes')
  const fields = { body: TEXT, level: 'restricted', named: 'p:chen-mei' }
  const refused = await li.submit(form, fields)
  t.equal(refused.status, 422)
  t.match(refused.text, /two curators of restricted clearance/)
  const path = (await li.submit(form, { ...fields, steward: ['p:zhao-min', 'p:qian-yu'] })).location
  t.equal((await (await bank.signIn('zhao.min')).get(path)).status, 200)
  t.equal((await (await bank.signIn('he.jun')).get(path)).status, 404, 'a curator who is not named on it does not read it')
  t.equal((await (await bank.signIn('chen.mei')).get(path)).status, 404, 'a named reader waits for the decision')
})

t.test('two people edit one revision: the second gets 409 with both texts, and nothing is overwritten', async (t) => {
  const [li, zhao] = [await bank.signIn('li.na'), await bank.signIn('zhao.min')]
  const path = await post(li, { body: TEXT })
  const [mine, theirs] = [(await li.get(`${path}/edit`)).form(`${path}/revisions`), (await zhao.get(`${path}/edit`)).form(`${path}/revisions`)]
  t.equal((await zhao.submit(theirs, { body: 'The curator made it sharper.' })).status, 303)
  const conflict = await li.submit(mine, { body: 'The teller added a date.' })
  t.equal(conflict.status, 409)
  t.match(conflict.text, /The curator made it sharper|sharper/)
  t.match(conflict.text, /The teller added a date/)
  t.match((await li.get(path)).text, /The curator made it sharper/)
  const settled = await li.submit(conflict.form(`${path}/revisions`), { body: 'Sharper, and with a date.' })
  t.equal(settled.status, 303, 'the page of the conflict can be sent again')
  const unnamed = await li.post(`${path}/revisions`, { body: 'Which revision?', edits: idOf(path) }, { from: `${path}/edit` })
  t.equal(unnamed.status, 409, 'a form without its revision is refused')
  t.match(unnamed.text, /Which revision\?/)
})

t.test('a title taken from the text follows the text, and one that was written stays', async (t) => {
  const li = await bank.signIn('li.na')
  for (const [title, expected] of [['', 'Bring her to the counter.'], ['Mrs Chen and the machine', 'Mrs Chen and the machine']] as const) {
    const path = await post(li, { title, body: 'Bring her to the lobby.' })
    t.equal((await li.submit((await li.get(`${path}/edit`)).form(`${path}/revisions`), { body: 'Bring her to the counter.' })).status, 303)
    t.match((await li.get(path)).body, new RegExp(`<h1[^>]*>${expected}</h1>`))
  }
})

t.test('one short line, sent after the session ended, stands in view beside the sign-in', async (t) => {
  const zhao = await bank.signIn('zhao.min')
  const form = (await zhao.get('/notes/new')).form('/notes')
  await bank.house.sessions.endOf(bank.person('zhao.min').id)
  const answer = await zhao.submit(form, { body: '门口的机器又吞卡了。' })
  t.equal(answer.status, 401)
  t.match(answer.body, /<textarea[^>]*name="kept_value"[^>]*>\s*门口的机器又吞卡了。/)
})

t.test('fifty people comment at once, and every line is there; the same line sent twice is there once', async (t) => {
  const [li, wang] = [await bank.signIn('li.na'), await bank.signIn('wang.wei')]
  const path = await post(li, { body: TEXT })
  const token = await wang.token(path)
  const key = '01900000-0000-7000-8000-0000000000aa'
  await Promise.all([
    ...Array.from({ length: 50 }, (_, i) => wang.post(`${path}/comments`, { text: `line ${i}.`, key: '' }, { token })),
    ...Array.from({ length: 10 }, () => wang.post(`${path}/comments`, { text: 'once only', key }, { token })),
  ])
  const { text } = await li.get(path)
  for (let i = 0; i < 50; i++) t.ok(text.includes(`line ${i}.`), `line ${i}`)
  t.equal(text.split('once only').length - 1, 1)
})

t.test('the writer closes a note in one click, and the next click of a reader finds nothing', async (t) => {
  const [li, wang] = [await bank.signIn('li.na'), await bank.signIn('wang.wei')]
  const path = await post(li, { body: TEXT })
  t.equal((await wang.get(path)).status, 200, 'premise')
  const form = (await li.get(path)).form(`${path}/narrowing`)
  t.equal((await li.submit(form, { audience: 'private', level: 'internal' })).status, 303)
  t.equal((await wang.get(path)).status, 404)
  t.equal((await li.get(path)).status, 200)
})

t.test('nobody acts on a note they cannot see, or beyond their part in it', async (t) => {
  const [li, wang, sun] = [await bank.signIn('li.na'), await bank.signIn('wang.wei'), await bank.signIn('sun.lei')]
  const path = await post(li, { body: TEXT })
  const acts = ['comments', 'reuses', 'helpful', 'flags', 'replies', 'withdrawal', 'archival', 'restoration', 'agreement', 'narrowing', 'revisions']
  for (const act of acts) {
    t.equal((await sun.post(`${path}/${act}`, { text: 'x', revision: '1' }, { from: '/me' })).status, 404, `${act} by a stranger to it`)
  }
  for (const act of ['withdrawal', 'archival', 'agreement', 'narrowing', 'replies']) {
    t.equal((await wang.post(`${path}/${act}`, { text: 'x', audience: 'private' }, { from: path })).status, 403, `${act} by a reader`)
  }
  t.match((await li.get(path)).text, /Mrs Chen moved/)
})

t.test('a reader says "I used this", and its author sees where it helped', async (t) => {
  const [li, wang] = [await bank.signIn('li.na'), await bank.signIn('wang.wei')]
  const path = await post(li, { body: TEXT })
  const form = (await wang.get(path)).form(`${path}/reuses`)
  t.equal((await wang.submit(form, { outcome: 'helped', text: 'She stayed.' })).status, 303)
  t.match((await li.get(path)).text, /She stayed\./)
})

t.test('touchpoint and first-hand are remembered from the last note, and what else was chosen is not', async (t) => {
  const li = await bank.signIn('li.na')
  await post(li, { body: 'A word on the telephone.', touchpoint: 'call_out', firsthand: 'no', informant: 'customer', topic: 'pricing' })
  const page = await li.get('/notes/new')
  t.match(page.body, /<option value="call_out" selected>/)
  t.same(page.form('/notes').fields['firsthand'], ['no'])
  for (const other of ['customer', 'pricing']) t.notMatch(page.body, `value="${other}" selected`, 'the rest begins anew')
})

t.test('what is copied for a chat is title and link; of a confidential note the link alone', async (t) => {
  const chen = await bank.signIn('chen.mei')
  const copied = async (path: string) => /data-copy="([^"]*)"/.exec((await chen.get(path)).body)?.[1]
  const open = await post(chen, { body: TEXT, title: 'Fit for a chat' })
  const closed = await post(chen, { body: TEXT, title: 'Not fit for a chat', level: 'confidential' })
  t.match(await copied(open), new RegExp(`^Fit for a chat https?://.*${open}$`))
  t.match(await copied(closed), new RegExp(`^https?://[^ ]*${closed}$`))
})

t.test('an author sees by how many colleagues a note was read, from three on, each counted once and never the author', async (t) => {
  const [li, wang, zhao, qian] = [await bank.signIn('li.na'), await bank.signIn('wang.wei'), await bank.signIn('zhao.min'), await bank.signIn('qian.yu')]
  const path = await post(li, { body: TEXT, title: 'How many looked' })
  for (const who of [li, wang, wang, zhao, li]) t.equal((await who.get(path)).status, 200, 'premise')
  t.notMatch((await li.get(path)).text, /Read by \d/, 'two are too few to say')
  await qian.get(path)
  for (const who of [qian, li, wang]) await who.get(path)
  t.match((await li.get(path)).text, /Read by 3 colleagues/)
  await bank.restart()
  t.match((await (await bank.signIn('li.na')).get(path)).text, /Read by 3 colleagues/, 'also after a restart')
})

t.test('reading and closing what is sensitive is on record, once each, without a word of it', async (t) => {
  const li = await bank.signIn('li.na')
  const zhao = await bank.signIn('zhao.min')
  const path = await post(li, { body: TEXT, level: 'confidential' })
  await zhao.get(path)
  const reads = await bank.house.record.page({ kind: 'note', id: idOf(path), did: ['thing.read'] })
  t.same(reads.entries.map((entry) => entry.who), ['zhao-min'])
  const all = await bank.house.record.page({ kind: 'note', id: idOf(path) })
  t.ok(all.entries.some((entry) => entry.did === 'note.posted' && entry.who === 'li-na'))
  t.notMatch(JSON.stringify(all), /Chen|deposits/)
})

/** The stores behind the pages answer with the law even when a page forgets to. */
t.test('my notes lists what one wrote, and search finds it for whoever may read it', async (t) => {
  const [li, wang, sun] = [await bank.signIn('li.na'), await bank.signIn('wang.wei'), await bank.signIn('sun.lei')]
  await post(li, { body: 'Quillwort is what the customer calls her second account.' })
  await bank.house.caughtUp()
  t.match((await li.get('/notes')).text, /Quillwort/)
  t.match((await li.get('/search?q=quillwort')).text, /1 note/)
  t.match((await wang.get('/search?q=quillwort')).text, /1 条笔记/)
  const [found, random] = [await sun.get('/search?q=quillwort'), await sun.get('/search?q=zzyzxqqkk')]
  t.match(found.text, /No notes/)
  t.equal(found.body.replaceAll('quillwort', '·').replace(/name="_csrf" value="[^"]*"/g, '').replace(/"x-csrf-token":"[^"]*"/g, ''), random.body.replaceAll('zzyzxqqkk', '·').replace(/name="_csrf" value="[^"]*"/g, '').replace(/"x-csrf-token":"[^"]*"/g, ''), 'and the page of nothing found says nothing else')
})
