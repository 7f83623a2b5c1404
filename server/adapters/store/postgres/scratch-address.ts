const addresses = new Map<string, string>()

/**
 * For tests: with TACIT_STORE=postgres every bank of a journey lives in a fresh database of a real PostgreSQL.
 * @param folder a bank that is opened again over this folder is in the same database again
 * @throws Error when that was asked for and none can be started
 */
export async function scratchAddress(folder?: string): Promise<{ readonly DATABASE_URL?: string }> {
  if (process.env['TACIT_STORE'] !== 'postgres') return {}
  const known = folder === undefined ? undefined : addresses.get(folder)
  if (known !== undefined) return { DATABASE_URL: known }
  // The server's program is loaded by nobody who did not ask for it.
  const { scratchServer } = await import('./scratch-postgres.js')
  const server = await scratchServer()
  if (typeof server === 'string') throw new Error(server)
  const address = await server.fresh()
  if (folder !== undefined) addresses.set(folder, address)
  return { DATABASE_URL: address }
}
