import t from 'tap'
import { uploadOf } from '../http/upload.js'
import { openBank, type Bank } from './bank.js'

interface Got {
  readonly fields: Readonly<Record<string, unknown>>
  readonly name: string | null
  readonly bytes: number
}

async function bankWithUpload(t: Parameters<typeof openBank>[0], got: Got[]): Promise<Bank> {
  return openBank(t, {
    plant: (app) => {
      app.post('/upload', { config: { allow: 'signed-in', upload: true } }, async (request) => {
        const { fields, file } = await uploadOf(request)
        let bytes = 0
        if (file) for await (const chunk of file.content) bytes += chunk.length
        got.push({ fields: { ...fields, _csrf: '' }, name: file?.name ?? null, bytes })
        return 'ok'
      })
    },
  })
}

type PartOf = readonly [name: string, value: string, file?: string]

function multipart(parts: readonly PartOf[]): { payload: string; headers: Record<string, string> } {
  const body = parts.map(([name, value, file]) =>
    `--edge\r\ncontent-disposition: form-data; name="${name}"${file === undefined ? '' : `; filename="${file}"\r\ncontent-type: text/csv`}\r\n\r\n${value}\r\n`)
  return { payload: `${body.join('')}--edge--\r\n`, headers: { 'content-type': 'multipart/form-data; boundary=edge' } }
}

t.test('a file arrives with the fields before it', async (t) => {
  const got: Got[] = []
  const bank = await bankWithUpload(t, got)
  const li = await bank.signIn('li.na')
  const token = await li.token('/me')
  const sent = multipart([['_csrf', token], ['team', 'east-desk'], ['file', 'a,b\n1,2\n', '../../etc/客户.csv']])
  t.equal((await li.request({ method: 'POST', url: '/upload', ...sent })).status, 200)
  t.same(got, [{ fields: { _csrf: '', team: 'east-desk' }, name: '客户.csv', bytes: 8 }])
  const none = multipart([['_csrf', token], ['team', 'east-desk'], ['file', '', '']])
  t.equal((await li.request({ method: 'POST', url: '/upload', ...none })).status, 200)
  t.equal(got[1]?.name, null)
})

t.test('a form that is broken, or says not where its parts end, is refused as such', async (t) => {
  const got: Got[] = []
  const bank = await bankWithUpload(t, got)
  const li = await bank.signIn('li.na')
  const token = await li.token('/me')
  const { payload } = multipart([['_csrf', token], ['file', 'a,b\n', 'a.csv']])
  for (const type of ['multipart/form-data', 'multipart/form-data; boundary=', 'multipart/form-data; boundary', 'Multipart/Form-Data; charset=utf-8']) {
    const answer = await li.request({ method: 'POST', url: '/upload', payload, headers: { 'content-type': type, 'x-csrf-token': token } })
    t.ok([400, 415].includes(answer.status), `${type} answers ${answer.status}`)
  }
  for (const broken of [payload.slice(0, 30), payload.slice(0, 60), payload.slice(0, payload.indexOf('a,b')), '--edge\r\nno header\r\n\r\n--edge--', '--edge--', 'nothing of the kind']) {
    const answer = await li.request({ method: 'POST', url: '/upload', payload: broken, headers: { 'content-type': 'multipart/form-data; boundary=edge' } })
    t.ok(answer.status >= 400 && answer.status < 500, `${JSON.stringify(broken.slice(-20))} answers ${answer.status}`)
  }
  t.same(got, [], 'and nothing of it is taken')
})

t.test('no byte of a file is taken without a token of this session', async (t) => {
  const got: Got[] = []
  const bank = await bankWithUpload(t, got)
  const li = await bank.signIn('li.na')
  const foreign = await (await bank.signIn('wang.wei')).token('/me')
  for (const parts of [[['file', 'x', 'a.csv']], [['_csrf', foreign], ['file', 'x', 'a.csv']], [['file', 'x', 'a.csv'], ['_csrf', await li.token('/me')]], [['team', 'x']]] as PartOf[][]) {
    t.equal((await li.request({ method: 'POST', url: '/upload', ...multipart(parts) })).status, 403)
  }
  const ended = bank.stranger()
  t.equal((await ended.request({ method: 'POST', url: '/upload', ...multipart([['file', 'x', 'a.csv']]) })).status, 303)
  t.equal(got.length, 0)
})

t.test('an upload is refused where a plain form is expected, and a field that comes twice', async (t) => {
  const got: Got[] = []
  const bank = await bankWithUpload(t, got)
  const li = await bank.signIn('li.na')
  const token = await li.token('/me')
  const twice = multipart([['_csrf', token], ['team', 'a'], ['team', 'b']])
  t.equal((await li.request({ method: 'POST', url: '/upload', ...twice })).status, 400)
  const misplaced = multipart([['_csrf', token], ['language', 'zh']])
  for (const type of ['multipart/form-data', 'Multipart/Form-Data']) {
    const headers = { 'content-type': `${type}; boundary=edge` }
    t.equal((await li.request({ method: 'POST', url: '/me/language', payload: misplaced.payload, headers })).status, 415, type)
  }
  t.equal(bank.person('li.na').language, 'en', 'and nothing was changed')
})

t.test('a file over the limit is refused, never taken by half', async (t) => {
  const got: Got[] = []
  const bank = await bankWithUpload(t, got)
  const li = await bank.signIn('li.na')
  const sent = multipart([['_csrf', await li.token('/me')], ['file', 'x'.repeat(21 * 1024 * 1024), 'big.csv']])
  const answer = await li.request({ method: 'POST', url: '/upload', ...sent })
  t.equal(answer.status, 413)
  t.equal(got.length, 0)
})
