import t from 'tap'
import { pagesOf } from './pages.js'

t.test('a list on one page needs no way to others', async (t) => {
  t.equal(pagesOf('/notes?', 1, 30, 30), null)
  t.ok(pagesOf('/notes?', 1, 30, 31))
})

t.test('every address is spelled as a browser would spell it, whatever else is asked for', async (t) => {
  t.match(pagesOf('/queue?', 1, 30, 60), { previous: null, next: '/queue?page=2', links: [{ href: '/queue?page=1', current: true }, { href: '/queue?page=2', current: false }] })
  t.match(pagesOf('/queue?tab=due', 2, 30, 60), { previous: '/queue?tab=due&page=1', next: null })
})

t.test('a reader sees where pages are left out', async (t) => {
  const links = (page: number) => pagesOf('/notes?', page, 10, 70)?.links.map(({ label, skipped }) => (skipped ? `… ${label}` : label))
  t.same(links(1), ['1', '2', '… 7'])
  t.same(links(2), ['1', '2', '3', '… 7'])
  t.same(links(4), ['1', '… 3', '4', '5', '… 7'])
  t.same(links(7), ['1', '… 6', '7'])
})
