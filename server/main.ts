import { build } from './app.js'
import { UnfitSetting, readConfig } from './config.js'
import { firstAdminLink } from './http/first-admin.js'
import { openHouse } from './wire.js'

/** Listens, says where, and closes gracefully. Nothing imports this file. */
async function start(): Promise<void> {
  // Whatever is written belongs to this user alone.
  process.umask(0o077)
  const config = readConfig()
  const house = await openHouse(config, { told: (sentence) => console.error(sentence) })
  const app = await build(house)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop())
  await app.listen({ host: config.host, port: config.port })
  console.log(`Tacit 默识 is ready at ${app.listeningOrigin}`)
  const link = firstAdminLink(house, app.listeningOrigin)
  if (link !== null) console.log(`Nobody is here yet. Make the first administrator, once, at ${link}`)

  /** Answers what is under way, takes nothing new, lets go of the data directory. */
  async function stop(): Promise<void> {
    try {
      await app.close()
      await house.close()
      process.exit(0)
    } catch (error) {
      console.error(error)
      process.exit(1)
    }
  }
}

start().catch((error: unknown) => {
  // A person reads this: the sentence is enough when the trouble is a setting or the data directory.
  const told = error instanceof UnfitSetting || (error instanceof Error && 'code' in error && String(error.code).startsWith('store.'))
  console.error(told ? (error as Error).message : error)
  process.exit(1)
})
