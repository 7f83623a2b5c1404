import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { build } from './app.js'
import { UnfitSetting, readConfig } from './config.js'
import { DEMO_PASSWORD, seedDemoOnce } from './demo.js'
import { firstAdminLink } from './http/first-admin.js'
import type { Person } from './domain/people/person.js'
import type { House } from './http/house.js'
import { openMetrics } from './metrics.js'
import { openHouse } from './wire.js'

/** Listens, says where, and closes gracefully. Nothing imports this file. */
async function start(): Promise<void> {
  // Whatever is written belongs to this user alone.
  process.umask(0o077)
  const config = readConfig()
  const house = await openHouse(config, { told: (sentence) => console.error(JSON.stringify({ level: 40, time: Date.now(), msg: sentence })) })
  const app = await build(house)
  const demo = config.demo ? await seedDemoOnce(house) : null
  const metrics = config.metrics && house.measures ? await openMetrics(house.measures, config.metrics) : null
  const hurry = new AbortController()
  process.on('SIGTERM', () => void stop(config.drainSeconds))
  // Somebody at a terminal waits for nothing, and neither does whoever asks twice.
  process.on('SIGINT', () => void stop(0))
  let stopping = false
  await app.listen({ host: config.host, port: config.port })
  house.markdown.warm()
  console.log(`Tacit 默识 is ready at ${app.listeningOrigin}`)
  if (demo) tellOfDemo(demo, house)
  // Behind a proxy nobody can come to where the portal itself listens.
  const link = firstAdminLink(house, config.baseUrl.startsWith('https:') ? config.baseUrl : app.listeningOrigin)
  if (link !== null) console.log(`Nobody is here yet. Make the first administrator, once, at ${link}`)

  /** Says that it leaves, serves on while the proxy takes note, answers what is under way, lets go of the data. */
  async function stop(drainSeconds: number): Promise<void> {
    if (stopping) return hurry.abort()
    stopping = true
    try {
      app.leaving.begin()
      await pause(drainSeconds * 1000, undefined, { signal: hurry.signal }).catch(() => {})
      await app.close()
      await house.close()
      await metrics?.close()
      process.exit(0)
    } catch (error) {
      console.error(error)
      process.exit(1)
    }
  }
}

function tellOfDemo(people: readonly Person[], house: House): void {
  const directory = house.people.directory()
  console.log(`\nA demo bank was made. Everybody's password: ${DEMO_PASSWORD}\n`)
  for (const person of people) {
    const rights = [...person.roles.filter((role) => role !== 'employee'), ...(person.clearance === 'internal' ? [] : [person.clearance])].join(', ')
    console.log(`  ${person.login.padEnd(16)} ${(directory.department(person.department)?.name ?? '').padEnd(22)} ${rights}`)
  }
  const { dataDir, database } = house.config
  console.log(`\nMail is not sent: it is kept in ${database ? 'the database' : join(dataDir, 'mail')}, and shown under Admin.\n`)
}

start().catch((error: unknown) => {
  // A person reads this: the sentence is enough when the trouble is a setting or the data directory.
  const told = error instanceof UnfitSetting || (error instanceof Error && 'code' in error && /^(store|move)\./.test(String(error.code)))
  console.error(told ? (error as Error).message : error)
  process.exit(1)
})
