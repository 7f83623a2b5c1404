import { createInterface } from 'node:readline/promises'
import { readConfig } from '../server/config.js'
import { offerPasswordLink } from '../server/domain/people/choose-password.js'
import { foundBank } from '../server/domain/people/found.js'
import { changeOnRecord } from '../server/http/people-on-record.js'
import { openHouse } from '../server/wire.js'

/**
 * npm run admin:create — makes the first admin of an empty portal, or hands an admin who is locked out a new link.
 * Never sets a password: it prints a single-use link, and whoever opens it chooses one.
 */
async function create(): Promise<void> {
  const config = readConfig()
  const house = await openHouse(config, { beside: true })
  const ask = createInterface({ input: process.stdin, output: process.stdout })
  try {
    const login = process.argv[2] ?? (await ask.question('Sign-in name: '))
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
      name: process.argv[3] ?? (await ask.question('Name: ')),
      email: process.argv[4] ?? (await ask.question('Mail address: ')),
      bank: process.argv[5] ?? (await ask.question('Name of the bank: ')),
      bankZh: process.argv[6] ?? '',
    }
    const outcome = await changeOnRecord(house, { by: 'job:admin-create', via: 'job' }, (firstly) => foundBank(house.people, first, { department: house.ids.next(), person: house.ids.next() }, firstly))
    if (!outcome.ok) throw new Error(outcome.refusals.map(({ code, with: values }) => house.words.say('en', code, values)).join('; '))
    return outcome.value.id
  }
}

create().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
