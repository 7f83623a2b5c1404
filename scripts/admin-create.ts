import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { readConfig } from '../server/config.js'
import { offerPasswordLink } from '../server/domain/people/choose-password.js'
import { foundBank } from '../server/domain/people/found.js'
import { LANGUAGES, type Language } from '../server/domain/people/person.js'
import { changeOnRecord } from '../server/http/people-on-record.js'
import { isLanguage, terminalLanguage } from '../server/terminal-language.js'
import { openHouse } from '../server/wire.js'

const USAGE = `npm run admin:create -- [LOGIN [NAME [MAIL [BANK [BANK_ZH]]]]] [--language ${LANGUAGES.join('|')}]

Makes the first administrator of an empty portal, or hands one who is locked out a new link. What is not given is asked for.
  --language  of the one who is made; otherwise Chinese where LC_ALL, LC_MESSAGES or LANG begins with zh, and English elsewhere`

/**
 * npm run admin:create — makes the first admin of an empty portal, or hands an admin who is locked out a new link.
 * Never sets a password: it prints a single-use link, and whoever opens it chooses one.
 */
async function create(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { language: { type: 'string' }, help: { type: 'boolean', default: false } } })
  if (values.help) return console.log(USAGE)
  const language = languageOf(values.language)
  const config = readConfig()
  const house = await openHouse(config, { beside: true })
  const ask = createInterface({ input: process.stdin, output: process.stdout })
  try {
    const login = positionals[0] ?? (await ask.question('Sign-in name: '))
    const known = house.people.directory().personByLogin(login)
    if (known && !known.roles.includes('admin')) throw new Error(`${login} is no administrator; an administrator sends them a link from the portal`)
    const person = known?.id ?? (await found(login))
    const now = house.clock.now()
    await house.record.append({ at: now, who: 'job:admin-create', did: 'password.link_issued', thing: { kind: 'person', id: person }, via: 'job' })
    const token = await offerPasswordLink(house, person, now)
    console.log(`Choose the password within 24 hours, once, at ${config.baseUrl}/password/${token}`)
  } finally {
    ask.close()
    await house.close()
  }

  async function found(login: string): Promise<string> {
    const first = {
      login,
      name: positionals[1] ?? (await ask.question('Name: ')),
      email: positionals[2] ?? (await ask.question('Mail address: ')),
      bank: positionals[3] ?? (await ask.question('Name of the bank: ')),
      bankZh: positionals[4] ?? '',
      language,
    }
    const outcome = await changeOnRecord(house, { by: 'job:admin-create', via: 'job' }, (firstly) => foundBank(house.people, first, { department: house.ids.next(), person: house.ids.next() }, firstly))
    if (!outcome.ok) throw new Error(outcome.refusals.map(({ code, with: values }) => house.words.say('en', code, values)).join('; '))
    return outcome.value.id
  }
}

function languageOf(asked: string | undefined): Language {
  if (asked === undefined) return terminalLanguage(process.env)
  if (!isLanguage(asked)) throw new Error(`There is no language ${asked}: ${LANGUAGES.join(' or ')}.`)
  return asked
}

create().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
