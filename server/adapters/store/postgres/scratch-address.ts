/**
 * For tests: with TACIT_STORE=postgres every bank of a journey lives in a fresh database of a real PostgreSQL.
 * @throws Error when that was asked for and none can be started
 */
export async function scratchAddress(): Promise<{ readonly DATABASE_URL?: string }> {
  if (process.env['TACIT_STORE'] !== 'postgres') return {}
  // The server's program is loaded by nobody who did not ask for it.
  const { scratchServer } = await import('./scratch-postgres.js')
  const server = await scratchServer()
  if (typeof server === 'string') throw new Error(server)
  return { DATABASE_URL: await server.fresh() }
}
