import t from 'tap'
import { withoutGuidance } from './guidance.js'

const GUIDANCE = new Set(['Who was there?', '谁在场？', 'What they avoided.'])

t.test('what a template only suggested is not posted in the writer\'s name', async (t) => {
  t.equal(withoutGuidance('## What happened?\n\nMrs Chen came in.\n\n## What did you notice?\n\nWhat they avoided.\n', GUIDANCE), '## What happened?\n\nMrs Chen came in.')
  t.equal(withoutGuidance('## What happened?\n\nWho was there?\nMrs Chen came in.\n\n## Next\n', GUIDANCE), '## What happened?\n\nMrs Chen came in.\n\n## Next')
  t.equal(withoutGuidance('## 经过\n\n谁在场？\n\n## 观察\n\n她没提利率。', GUIDANCE), '## 观察\n\n她没提利率。')
})

t.test('a template nobody wrote into is an empty note', async (t) => {
  t.equal(withoutGuidance('## What happened?\n\nWho was there?\n\n## What did you notice?\n\nWhat they avoided.\n', GUIDANCE), '')
})

t.test('a text without guidance stays letter by letter, empty headings and blank lines too', async (t) => {
  for (const text of ['', '## Heading\n\n\n\n## Another\n', '  spaces \n\n\n\nkept', 'Who was there? Mrs Chen.']) t.equal(withoutGuidance(text, GUIDANCE), text)
})
