import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { Database } from './database.js'
import { piece } from './pieces.js'
import { scratchServer } from './scratch-postgres.js'

const server = await scratchServer()
const folder = await mkdtemp(join(tmpdir(), 'tacit-tls-'))
t.teardown(() => rm(folder, { recursive: true, force: true }))
const lacking = typeof server === 'string' ? server : withoutOpenssl()
const only = lacking === null ? {} : { skip: lacking }

function withoutOpenssl(): string | null {
  try {
    execFileSync('openssl', ['version'])
    return null
  } catch {
    return 'no openssl here to make certificates with'
  }
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
}

t.test('the way to PostgreSQL is encrypted and its server verified: certificate, authority and name', only, async (t) => {
  if (typeof server === 'string') return
  for (const name of ['ours', 'stranger']) openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.pem`)
  openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost', '-keyout', 'server.key', '-out', 'server.csr')
  await writeFile(join(folder, 'names'), 'subjectAltName=DNS:localhost\n')
  openssl('x509', '-req', '-in', 'server.csr', '-CA', 'ours.pem', '-CAkey', 'ours.key', '-CAcreateserial', '-days', '2', '-extfile', 'names', '-out', 'server.pem')
  // The server writes its own copies: nobody else may own a key that it takes.
  for (const [name, from] of [['server.crt', 'server.pem'], ['server.key', 'server.key']] as const) {
    const text = (await readFile(join(folder, from), 'utf8')).trimEnd().replaceAll('\n', ' ')
    await server.sql(`COPY (SELECT regexp_split_to_table(regexp_replace('${text}', '(-----BEGIN [A-Z ]+-----|-----END [A-Z ]+-----|[A-Za-z0-9+/=]{20,}|[A-Za-z0-9+/=]+) ?', E'\\\\1\\n', 'g'), E'\\n')) TO PROGRAM 'grep . > ${name}; chmod 600 ${name}'`)
  }
  await server.sql('ALTER SYSTEM SET ssl = on')
  await server.sql('SELECT pg_reload_conf()')
  t.teardown(async () => {
    await server.sql('ALTER SYSTEM RESET ssl')
    await server.sql('SELECT pg_reload_conf()')
  })
  while ((await server.sql('SHOW ssl') as { ssl: string }[])[0]?.ssl !== 'on') await pause(50)

  const url = (await server.fresh()).replace('127.0.0.1', 'localhost')
  const asked = (more: string, host = 'localhost') => `${url.replace('localhost', host)}?sslmode=verify-full${more}`
  const encrypted = async (address: string): Promise<boolean> => {
    const database = Database.open({ url: address, connections: 1 })
    try {
      return (await database.one<{ ssl: boolean }>(piece('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')))?.ssl ?? false
    } finally {
      await database.close()
    }
  }
  t.equal(await encrypted(asked(`&sslrootcert=${join(folder, 'ours.pem')}`)), true)
  t.equal(await encrypted(`${url}?sslmode=disable`), false, 'premise: the server takes either')
  await t.rejects(encrypted(asked(`&sslrootcert=${join(folder, 'stranger.pem')}`)), /certificate/, 'a certificate of another authority')
  await t.rejects(encrypted(asked('')), /certificate/, 'of an authority that this machine does not know')
  await t.rejects(encrypted(asked(`&sslrootcert=${join(folder, 'ours.pem')}`, '127.0.0.1')), /altnames|IP/, 'of a server with another name')
})
