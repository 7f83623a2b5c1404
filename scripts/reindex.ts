import { reindexingsIn } from '../server/adapters/store/lowdb/reindexing.js'
import { readConfig } from '../server/config.js'
import { openReindexDesk } from '../server/reindex-desk.js'
import { openHouse } from '../server/wire.js'

/**
 * npm run reindex — builds the search index anew beside the one that answers. A portal that is running does it itself,
 * asked by this script, so that nothing is missing or wrongly shown at any moment.
 */
async function run(): Promise<void> {
  const config = readConfig()
  const progress = (done: number): void => {
    if (done > 0) console.log(`${done} things so far`)
  }
  const house = await openHouse(config, { beside: true, told: (sentence) => console.error(sentence) }).catch((error: unknown) => {
    if (config.database === null && error instanceof Error && 'code' in error && error.code === 'store.already_open') return null
    throw error
  })
  if (!house) {
    await openReindexDesk({ reindexings: reindexingsIn(config.dataDir), now: () => new Date().toISOString() }).ask(progress)
  } else {
    try {
      await house.started()
      await house.rebuildIndex(progress)
    } finally {
      await house.close()
    }
  }
  console.log('The search index is new.')
}

run().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
