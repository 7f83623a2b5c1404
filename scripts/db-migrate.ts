import { Database } from '../server/adapters/store/postgres/database.js'
import { migrate } from '../server/adapters/store/postgres/migrate.js'
import { readConfig } from '../server/config.js'

/**
 * npm run db:migrate — brings the schema of DATABASE_URL up to this release and ends; a portal does the same when it
 * starts. Ends with 0 when nothing is left to do, 1 when the database is away or of a later release.
 */
async function bring(): Promise<void> {
  // Only the database: whoever prepares it need not have the portal's secrets.
  const { database: given } = readConfig({ DATABASE_URL: process.env['DATABASE_URL'], DATABASE_URL_FILE: process.env['DATABASE_URL_FILE'] })
  if (!given) throw new Error('DATABASE_URL is not set: without it the portal keeps everything in files and there is nothing to bring up.')
  const database = Database.open({ url: given.url, connections: 2 })
  try {
    const steps = await migrate(database)
    for (const step of steps) console.log(`Taken: ${step}`)
    console.log(steps.length === 0 ? 'The database is of this release already.' : 'The database is now of this release.')
  } finally {
    await database.close()
  }
}

bring().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
