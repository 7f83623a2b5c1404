import { parseArgs } from 'node:util'
import { readConfig } from '../server/config.js'
import { sendDue } from '../server/domain/digests/plan-digests.js'
import { openHouse } from '../server/wire.js'

/** Sends the digests that are due at an instant: for a server that is stopped, or to see what would have gone out. */
async function run(): Promise<number> {
  const { values } = parseArgs({ options: { now: { type: 'string' } } })
  const now = new Date(values.now ?? Date.now())
  if (Number.isNaN(now.getTime())) {
    console.error(`--now cannot be ${JSON.stringify(values.now)}: give an instant such as 2026-11-23T00:00:00Z.`)
    return 1
  }
  const house = await openHouse(readConfig(), { beside: true, told: (sentence) => console.error(sentence) })
  try {
    const { post } = house
    const round = await sendDue(post, now.toISOString())
    for (const { id, state } of round.letters) {
      const letter = await post.outbox.get(id)
      console.log(`${state.padEnd(11)} ${letter?.kind ?? ''} ${letter?.to ?? ''} ${letter?.log.at(-1)?.said ?? ''}`.trimEnd())
    }
    for (const { letter, error } of round.troubles) console.error(`${letter}:`, error)
    if (round.letters.length === 0) console.log(`Nothing is due at ${now.toISOString()}.`)
    return round.troubles.length > 0 || round.letters.some(({ state }) => state === 'failed') ? 1 : 0
  } finally {
    await house.close()
  }
}

run().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    const held = error instanceof Error && 'code' in error && error.code === 'store.already_open'
    if (held) console.error(`${(error as Error).message}\nA running server sends digests by itself every minute; to send one at once, use "Send now" on the channel's page.`)
    else console.error(error)
    process.exitCode = 1
  },
)
