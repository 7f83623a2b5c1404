import fc from 'fast-check'
import t from 'tap'
import { ownPath } from './origin.js'

t.test('a path of the portal is kept with its question and its place on the page', async (t) => {
  for (const path of ['/', '/me', '/search?q=%E5%AD%98%E5%8D%95&topic=rates', '/notes/0190f1c0-0000-7000-8000-000000000000', '/a//b', '/notes/1#comment-2']) t.equal(ownPath(path), path)
})

t.test('anything that could lead elsewhere becomes the first page', async (t) => {
  const elsewhere = [
    'https://evil.example', '//evil.example', '///evil.example', '/\\evil.example', '\\\\evil.example', '/\tevil', '/\n/evil.example', '/ /evil', ' /me',
    'javascript:alert(1)', 'me', '', '/..//evil.example', '/.//evil.example', '/x/..//evil.example', '/' + 'x'.repeat(3_000), undefined, null, 7, ['/me'],
  ]
  for (const path of elsewhere) t.equal(ownPath(path), '/', JSON.stringify(path))
})

t.test('whatever is given, a browser stays on the portal', async (t) => {
  const alphabet = fc.constantFrom('/', '\\', '.', ':', '@', '?', '#', '%', '2', 'f', 'F', '5', 'c', '\t', '\n', ' ', 'evil.example', 'https', '\u0000', '／', '。')
  fc.assert(
    fc.property(fc.array(alphabet, { maxLength: 12 }), (parts) => {
      const url = new URL(ownPath(`/${parts.join('')}`), 'https://tacit.bank.example')
      return url.origin === 'https://tacit.bank.example'
    }),
    { numRuns: 2_000 },
  )
  t.pass('2000 strange paths')
})
