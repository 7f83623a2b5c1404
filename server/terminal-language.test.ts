import t from 'tap'
import { isLanguage, terminalLanguage } from './terminal-language.js'

t.test('a terminal set to Chinese is spoken to in Chinese, whichever of its variables says so', async (t) => {
  for (const LANG of ['zh_CN.UTF-8', 'zh_TW', 'zh-Hans', 'ZH_CN.gb18030', 'zh']) t.equal(terminalLanguage({ LANG }), 'zh', LANG)
  t.equal(terminalLanguage({ LC_ALL: 'zh_CN.UTF-8', LANG: 'en_US.UTF-8' }), 'zh', 'LC_ALL says it for all')
  t.equal(terminalLanguage({ LC_MESSAGES: 'zh_CN.UTF-8', LANG: 'en_US.UTF-8' }), 'zh')
  t.equal(terminalLanguage({ LC_ALL: '', LANG: 'zh_CN.UTF-8' }), 'zh', 'an empty one says nothing')
})

t.test('any other terminal is spoken to in English', async (t) => {
  for (const LANG of ['en_GB.UTF-8', 'C', 'C.UTF-8', 'POSIX', 'zha_CN', 'de_DE', '']) t.equal(terminalLanguage({ LANG }), 'en', LANG)
  t.equal(terminalLanguage({}), 'en')
  t.equal(terminalLanguage({ LC_ALL: 'C', LANG: 'zh_CN.UTF-8' }), 'en', 'LC_ALL says it for all')
})

t.test('only languages that the portal speaks are languages', async (t) => {
  t.same(['zh', 'en', 'fr', 'EN', '', 'constructor'].map(isLanguage), [true, true, false, false, false, false])
})
