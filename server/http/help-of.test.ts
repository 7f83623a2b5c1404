import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { filesIn } from '../house/words.js'
import { ROOT } from '../root.js'
import { helpOf } from './help-of.js'

t.test('help leads from every page to what is written about it, in both languages', async (t) => {
  const pages = filesIn(join(ROOT, 'views'), ['.hbs']).map(({ path }) => path.replace(/\.hbs$/, '')).filter((view) => !/(^|\/)_|^(layouts|mail|parts)\//.test(view))
  t.ok(pages.length > 40, `premise: ${pages.length} pages were found`)
  const led = new Set(pages.map((view) => helpOf(view)).filter((path) => path !== '/help'))
  t.ok(led.size > 15, `premise: to ${led.size} pages of help`)
  for (const path of led) for (const language of ['en', 'zh']) t.ok(existsSync(join(ROOT, 'content', 'help', language, `${path.slice('/help/'.length)}.md`)), `${path} in ${language}`)
  t.equal(helpOf('notes/new'), '/help/write')
  t.equal(helpOf('errors/show'), '/help')
})

t.test('a page for which nobody named any help would be seen', async (t) => {
  t.throws(() => helpOf('weather/show'), /weather/)
})
