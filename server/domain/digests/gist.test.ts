import t from 'tap'
import { gistOf, plainLine } from './gist.js'

t.test('a gist is one plain line of what the note says after its title', async (t) => {
  t.equal(gistOf('# Why they left\n\nNobody **called** [before](http://x.example) the *reset*.\n\nMore.', 'Why they left'), 'Nobody called before the reset.')
  t.equal(gistOf('Why they left.\nThe second line.', 'Why they left'), 'The second line.')
  t.equal(gistOf('- first point\n- second point', 'Title'), 'first point')
  t.equal(gistOf('> 客户说：定价**太高**。', '定价'), '客户说：定价太高。')
  t.equal(gistOf('Profit & loss < 5 %', 'T'), 'Profit & loss < 5 %')
  t.equal(gistOf('', 'Title'), '')
})

t.test('no picture, tag or code of a note reaches a mail', async (t) => {
  t.equal(gistOf('<img src=x onerror=alert(1)>\n\n![alt](http://evil.example/p.png)\n\n```\ncode\n```\n\nPlain words.', 'T'), 'Plain words.')
})

t.test('a long line is cut at a sentence or word, a Chinese one at half the length', async (t) => {
  const long = gistOf(`${'word '.repeat(60)}end`, 'T')
  t.ok([...long].length <= 161)
  t.match(long, /word…$/)
  t.equal([...gistOf('客'.repeat(300), 'T')].length, 81)
})

t.test('line breaks and turned directions of reading become spaces', async (t) => {
  t.equal(plainLine('a\r\nBcc: b@c.example\u2028\u202etxt'), 'a Bcc: b@c.example txt')
})

t.test('fifty thousand brackets end', async (t) => {
  t.type(gistOf('['.repeat(50_000), 'T'), 'string')
})
