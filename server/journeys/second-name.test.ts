import t from 'tap'
import { openBank } from './bank.js'
import type { Browser } from './browser.js'

const bank = await openBank(t)

async function post(who: Browser, fields: Readonly<Record<string, string>>): Promise<string> {
  const answer = await who.submit((await who.get('/notes/new')).form('/notes'), fields)
  if (answer.status !== 303) throw new Error(`posting answered ${answer.status}: ${answer.text.slice(0, 300)}`)
  return answer.location
}

t.test('somebody has a name in either script: each page shows the one its reader reads, and both find them', async (t) => {
  const [li, wang, zhao, han] = [await bank.signIn('li.na'), await bank.signIn('wang.wei'), await bank.signIn('zhao.min'), await bank.signIn('han.bing')]
  const form = (await han.get('/admin/people/wang-wei')).form('/admin/people/wang-wei')
  const rest = { name: '王伟', email: 'wang.wei@bank.example', department: 'east-counter', teams: ['east-desk'], clearance: 'internal', language: 'zh' }
  t.equal((await han.submit(form, { ...rest, nameEn: 'x'.repeat(81) })).status, 422)
  const saved = await han.submit(form, { ...rest, nameEn: ' Wang Wei ' })
  t.equal(saved.status, 303)
  t.match((await han.get('/admin/people?q=wang+wei')).text, /Wang Wei/)
  t.match((await han.get(`/admin/people?q=${encodeURIComponent('王伟')}`)).text, /Wang Wei/)

  const path = await post(wang, { body: 'The bakery pays its suppliers on Fridays only.' })
  t.match((await li.get(path)).text, /Wang Wei/)
  t.notMatch((await li.get(path)).text, /王伟/)
  t.match((await wang.get(path)).text, /王伟/, 'a Chinese page keeps the Chinese name')
  t.notMatch((await wang.get(path)).text, /Wang Wei/)
  await bank.house.caughtUp()
  for (const q of ['author:"Wang Wei"', 'author:王伟', 'author:wang.wei']) t.match((await li.get(`/search?q=${encodeURIComponent(q)}`)).body, new RegExp(`href="${path}"`), q)
  t.match((await li.get('/search?q=bakery&facets=all')).body, /id="facet-author-[^>]*><span>Wang Wei</, 'and in the filters')

  for (const typed of ['Wang Wei', '王伟', 'WANG.WEI']) {
    const named = await post(li, { body: `For one reader: ${typed}.`, audience: 'private', namedText: typed })
    t.equal((await wang.get(named)).status, 200, `named as ${typed}`)
  }
  const returned = (await zhao.get(`/queue/${path.split('/')[2]}`)).form(`${path}/decision`)
  t.equal((await zhao.submit(returned, { verb: 'return', returnCode: 'needs_source', returnText: 'Who said so?' })).status, 303)
})

t.test('mail to an English reader names people as English pages do, and a file of staff brings the second name', async (t) => {
  const han = await bank.signIn('han.bing')
  const edge = 'edge'
  const csv = 'login,姓名,英文名\nqian.yu,,Qian Yu\nli.na,李娜,Li Na\n'
  const payload = `--${edge}\r\ncontent-disposition: form-data; name="_csrf"\r\n\r\n${await han.token('/admin/people/import')}\r\n--${edge}\r\ncontent-disposition: form-data; name="file"; filename="staff.csv"\r\ncontent-type: text/csv\r\n\r\n${csv}\r\n--${edge}--\r\n`
  const looked = await han.request({ method: 'POST', url: '/admin/people/import', payload, headers: { 'content-type': `multipart/form-data; boundary=${edge}` } })
  t.equal((await han.submit(looked.form('/admin/people/import/run'))).status, 303)
  t.match([bank.person('qian.yu'), bank.person('li.na')], [{ name: '钱宇', nameEn: 'Qian Yu' }, { name: '李娜', nameEn: 'Li Na' }])

  const [li, qian] = [await bank.signIn('li.na'), await bank.signIn('qian.yu')]
  const path = await post(li, { body: 'The florist asks for a card reader by May.' })
  const form = (await qian.get(`/queue/${path.split('/')[2]}`)).form(`${path}/decision`)
  t.equal((await qian.submit(form, { verb: 'return', returnCode: 'needs_source', returnText: 'Who said so?' })).status, 303)
  await bank.house.caughtUp()
  await bank.house.runJobs()
  const { rows } = await bank.house.post.outbox.list({ person: bank.person('li.na').id, kind: 'notice', page: 1, size: 5 })
  t.equal(rows.length, 1, 'premise: she is told by mail')
  const mail = await bank.house.keptMail?.read(rows[0]?.id ?? '')
  t.match(JSON.stringify(mail), /Li Na/)
  t.match(JSON.stringify(mail), /Qian Yu/)
  t.notMatch(JSON.stringify(mail), /钱宇|李娜/)
})

t.test('whoever decides names a reader as one is called or signs in, and is asked who is meant when it could be several', async (t) => {
  const [li, zhao] = [await bank.signIn('li.na'), await bank.signIn('zhao.min')]
  const rated = { correctness: '2', reliability: 'B', value: '4', ease: '3', topic: 'pricing', verb: 'accept', level: 'confidential', audience: 'private' }
  for (const [typed, status] of [['Wang Wei', 303], ['WANG.WEI', 303], ['a', 422]] as const) {
    const item = await post(li, { body: `A supplier of theirs asked about it, says ${typed}.`, audience: 'private' })
    const decided = await zhao.submit((await zhao.get(`/queue/${item.split('/')[2]}`)).form(`${item}/decision`), { ...rated, namedText: typed })
    t.equal(decided.status, status, `${typed}: ${decided.text.slice(0, 300)}`)
    if (status === 422) t.match(decided.body, 'value="a"', 'and nothing typed is lost')
  }
})
