import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Signer } from '@fastify/cookie'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { build } from '../app.js'
import { readConfig, type Config } from '../config.js'
import type { Person } from '../domain/people/person.js'
import type { House } from '../http/house.js'
import { cookieName, sessionFor } from '../http/session.js'
import { openHouse } from '../wire.js'
import { scratchAddress } from '../adapters/store/postgres/scratch-address.js'
import { DEPARTMENTS, PEOPLE, TEAMS, type Login } from './bank-people.js'
import { Browser } from './browser.js'

/** A clock that stands still until a test moves it. */
export interface TestClock {
  now(): string
  today(): string
  advance(by: { readonly hours?: number; readonly days?: number; readonly minutes?: number }): void
}

/** The real portal over a scratch data directory, with a small bank in it. */
export interface Bank {
  readonly app: FastifyInstance
  readonly house: House
  readonly clock: TestClock
  /** everything the portal logged so far */
  readonly log: readonly string[]
  person(login: Login): Person
  /** a browser that nobody has signed in with */
  stranger(): Browser
  /** a browser with a session of this person, made through the store */
  signIn(login: Login): Promise<Browser>
  /** closes the portal and opens it again over the same data, as after a restart */
  restart(): Promise<void>
  close(): Promise<void>
}

export interface BankOptions {
  readonly env?: Readonly<Record<string, string>>
  /** a data directory that stays; otherwise a scratch one, removed at the end */
  readonly folder?: string
  /** no people at all, as before the first admin */
  readonly empty?: boolean
  /** adds to the portal before it is ready, such as a route that breaks */
  readonly plant?: (app: FastifyInstance) => void
  /** replaces parts of the house */
  readonly house?: Partial<House>
}

/** Opens a bank; pass the test to have it closed at its end. */
export async function openBank(t: { teardown(end: () => unknown): void } | null, options: BankOptions = {}): Promise<Bank> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'tacit-bank-')))
  const config = readConfig({ NODE_ENV: 'test', DATA_DIR: folder, LOG_LEVEL: 'debug', DEMO: 'false', ...(await scratchAddress(options.folder)), ...options.env })
  const clock = testClock()
  const log: string[] = []
  let { house, app } = await open(config, clock, log, options)
  if (!options.empty && house.people.directory().persons.size === 0) {
    await house.people.change(() => ({ persons: PEOPLE, departments: DEPARTMENTS, teams: TEAMS }))
  }

  async function close(): Promise<void> {
    await app.close()
    await house.close()
  }

  const bank: Bank = {
    get app() {
      return app
    },
    get house() {
      return house
    },
    clock,
    log,
    person: (login) => {
      const person = house.people.directory().personByLogin(login)
      if (!person) throw new Error(`nobody here is called ${login}`)
      return person
    },
    stranger: () => new Browser((request) => app.inject(request) as unknown as Promise<LightMyRequestResponse>),
    signIn: async (login) => {
      const browser = bank.stranger()
      const { name, value } = await sessionCookie(house, bank.person(login))
      browser.cookies.set(name, value)
      return browser
    },
    restart: async () => {
      await close()
      ;({ house, app } = await open(config, clock, log, options))
    },
    close: async () => {
      await close()
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true })
    },
  }
  t?.teardown(() => bank.close())
  return bank
}

async function open(config: Config, clock: TestClock, log: string[], { plant, house: parts }: BankOptions): Promise<{ house: House; app: FastifyInstance }> {
  const opened = await openHouse(config, { clock, reserveBytes: 4_096, told: (sentence) => log.push(sentence) })
  const house = { ...opened, ...parts }
  const app = await build(house, (line) => log.push(line))
  plant?.(app)
  await app.ready()
  return { house, app }
}

/** A session as a sign-in would have made it; Argon2 runs only in the tests of signing in. */
export async function sessionCookie(house: House, person: Person): Promise<{ readonly name: string; readonly value: string }> {
  const id = house.passwords.newToken()
  await house.sessions.keep(id, sessionFor(house, person, { agent: 'test', address: '127.0.0.1' }))
  return { name: cookieName(house, 'tacit'), value: new Signer(house.secret).sign(id) }
}

/** Tuesday, 3 March 2026, nine in the morning in Shanghai. */
const START = Date.parse('2026-03-03T01:00:00.000Z')

function testClock(): TestClock {
  let at = START
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', year: 'numeric', month: '2-digit', day: '2-digit' })
  let today = day.format(at)
  return {
    now: () => new Date(at).toISOString(),
    today: () => today,
    advance: ({ days = 0, hours = 0, minutes = 0 }) => {
      at += ((days * 24 + hours) * 60 + minutes) * 60_000
      today = day.format(at)
    },
  }
}
