import { join } from 'node:path'
import t from 'tap'
import { filesIn } from '../house/words.js'
import { ROOT } from '../root.js'
import { SECTIONS, sectionOf } from './sections.js'

t.test('every page is in a section that exists, or in none on purpose', async (t) => {
  const pages = filesIn(join(ROOT, 'views'), ['.hbs']).map(({ path }) => path.replace(/\.hbs$/, '')).filter((view) => !/(^|\/)_|^(layouts|mail|parts)\//.test(view))
  t.ok(pages.length > 40, `premise: ${pages.length} pages were found`)
  const keys = SECTIONS.map(({ key }) => key)
  for (const view of pages) {
    const section = sectionOf(view)
    t.ok(section === null || keys.includes(section), `${view}: ${section}`)
  }
  for (const key of keys) if (key !== 'questions') t.ok(pages.some((view) => sectionOf(view) === key), `${key} has a page`)
})

t.test('a room that nobody put into a section would be seen', async (t) => {
  t.throws(() => sectionOf('weather/show'), /weather/)
})
