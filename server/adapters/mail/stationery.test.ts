import { join } from 'node:path'
import t from 'tap'
import type { LetterKind } from '../../domain/digests/letter.js'
import { LETTER_KINDS } from '../../domain/digests/letter.js'
import type { Sheet } from '../../domain/digests/port.js'
import { RIGHTS } from '../../domain/digests/tell-people.js'
import { ROOT } from '../../root.js'
import { openWords, readStrings } from '../words/strings.js'
import { openStationery } from './stationery.js'

const words = openWords(readStrings(join(ROOT, 'content', 'strings')), { strict: true })
const stationery = openStationery(words, join(ROOT, 'views'))

const MODELS: Readonly<Record<LetterKind, readonly Pick<Sheet, 'subject' | 'model'>[]>> = {
  digest: [{
    subject: { count: 3, channel: 'Team' },
    model: {
      channel: 'Team', team: 'Counter', total: 3, channelLink: 'https://t.example/c', pauseLink: 'https://t.example/p',
      topics: [
        { name: 'Pricing', entries: [{ title: 'A title', gist: 'A gist', link: 'https://t.example/n' }, { title: 'B', gist: '', link: 'https://t.example/m' }], more: 2, moreLink: 'https://t.example/s', sensitive: 1, sensitiveLink: 'https://t.example/q' },
        { name: '', entries: [], more: 0, moreLink: '', sensitive: 2, sensitiveLink: 'https://t.example/q' },
      ],
      used: [{ title: 'U', times: 2, link: 'https://t.example/u' }],
      questions: [{ title: 'Q?', gist: '', link: 'https://t.example/question' }],
    },
  }],
  password_link: [true, false].map((first) => ({ subject: {}, model: { name: 'Li Na', first, login: 'li.na', until: '2026-11-24T00:00:00.000Z', link: 'https://t.example/password/x' } })),
  rights_changed: [true, false].map((own) => ({ subject: {}, model: { name: 'Li Na', own, whose: 'Wang', changes: RIGHTS } })),
  staff_imported: [0, 1].map((admins) => ({
    subject: { joined: 3, changed: 1 },
    model: { name: 'Li Na', joined: 3, changed: 1, admins, by: 'Han Bing', at: '2026-11-24T00:00:00.000Z', first: [{ name: 'Wang', joined: admins === 1, changes: RIGHTS }, { name: 'Zhao', joined: true, changes: [] }], more: 2 * admins, link: 'https://t.example/i' },
  })),
  notice: ['returned', 'declined', 'widening_offered', 'withheld', 'says_too_much', 'escalated', 'handed_over'].flatMap((notice) =>
    ['A title', ''].map((title) => ({ subject: { notice }, model: { name: 'Li Na', notice, by: 'Cura Tor', title, link: 'https://t.example/n' } }))),
  channel_paused: [{ subject: { channel: 'Team' }, model: { name: 'Li Na', channel: 'Team', address: 'a@b.example', at: '2026-11-24T00:00:00.000Z', link: 'https://t.example/c' } }],
}

for (const kind of LETTER_KINDS) {
  for (const language of ['en', 'zh'] as const) {
    t.test(`a ${kind} mail reads whole in ${language}, as text too`, async (t) => {
      for (const sheet of MODELS[kind]) {
        const written = stationery.write(kind, { language, timeZone: 'Asia/Shanghai', span: { from: '2026-11-16T00:00:00.000Z', to: '2026-11-22T00:00:00.000Z' }, ...sheet })
        t.notMatch(written.subject, /[{}\n]|mail\./)
        t.notMatch(written.html, /\{\{|undefined|\[object|mail\.[a-z_]+/)
        t.notMatch(written.text, /<[a-z]|undefined|\[object/)
        t.match(written.text, /https:\/\/t\.example|–/)
        t.equal(/\p{Script=Han}/u.test(written.text), language === 'zh')
        t.match(written.html, language === 'zh' ? '<html lang="zh-CN">' : '<html lang="en-GB">')
        for (const link of written.html.matchAll(/href="([^"]+)"/g)) t.ok(written.text.includes(link[1] as string), 'every link stands in the text part')
      }
    })
  }
}

t.test('a span of days is said as people say it', async (t) => {
  const subject = (language: 'en' | 'zh', from: string, to: string) =>
    stationery.write('digest', { language, timeZone: 'Asia/Shanghai', span: { from, to }, ...(MODELS.digest[0] as Pick<Sheet, 'subject' | 'model'>) }).subject
  t.equal(subject('en', '2026-11-16T00:00:00.000Z', '2026-11-22T15:59:59.000Z'), '3 new notes for Team · 16–22 Nov')
  t.equal(subject('en', '2026-11-28T00:00:00.000Z', '2026-12-02T00:00:00.000Z'), '3 new notes for Team · 28 Nov–2 Dec')
  t.equal(subject('zh', '2026-11-16T00:00:00.000Z', '2026-11-22T15:59:59.000Z'), 'Team：3 条新笔记 · 11月16日至22日')
  t.equal(subject('zh', '2026-12-28T00:00:00.000Z', '2027-01-04T00:00:00.000Z'), 'Team：3 条新笔记 · 12月28日至1月4日')
})
