// npm run pack: one archive for a network without a registry. It holds the built portal and every package it needs, a
// list of them (SBOM), their licences and checksums, and is bound to the platform it was made on.
// `-- --to DIR` writes elsewhere than pack/.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, cpSync, createReadStream, createWriteStream, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { createGzip } from 'node:zlib'
import { v5 } from 'uuid'

const ROOT = resolve(import.meta.dirname, '..')
const { values } = parseArgs({ options: { to: { type: 'string', default: join(ROOT, 'pack') } } })
const TO = resolve(values.to)
const about = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'))
const LIBC = process.platform !== 'linux' ? '' : process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl'
const NAME = ['tacit', about.version, process.platform, process.arch, LIBC].filter((word) => word !== '').join('-')
const SECONDS = sourceSeconds()
/** What only tests and makers of the portal run; they need packages that are not in the archive. */
const NOT_FOR_RUNNING = /^(server\/(house|journeys)\/|(server|scripts)\/(.*\/)?(contract|scratch|faulty|simulated|busy|dying|hostile|testing)\b[^/]*(\/|\.js)|scripts\/(bench|doors|screenshots|design)\b|\.built-from)/

must(process.execPath, ['scripts/build.mjs'], ROOT)
mkdirSync(TO, { recursive: true })
const work = mkdtempSync(join(TO, '.packing-'))
const top = join(work, NAME)
try {
  copyPortal()
  const packages = copyPackages()
  writeFileSync(join(top, 'package.json'), JSON.stringify(ownManifest(), null, 2) + '\n')
  writeFileSync(join(top, 'sbom.cdx.json'), JSON.stringify(components(packages), null, 2) + '\n')
  writeFileSync(join(top, 'LICENCES.txt'), licences(packages))
  writeFileSync(join(top, 'ABOUT.txt'), boundTo())
  refuseLooseEnds()
  refuseTraces(packages)
  writeFileSync(join(top, 'SHA256SUMS'), sums())
  setTimes(top)
  const archive = join(TO, `${NAME}.tar.gz`)
  await wrap(archive)
  writeFileSync(`${archive}.sha256`, `${await sha256(archive)}  ${basename(archive)}\n`)
  console.log(`${archive} (${(lstatSync(archive).size / 1e6).toFixed(1)} MB, ${packages.length} packages)`)
} finally {
  rmSync(work, { recursive: true, force: true })
}

function copyPortal() {
  for (const path of filesIn(join(ROOT, 'dist'))) {
    if (!NOT_FOR_RUNNING.test(path)) put(join(ROOT, 'dist', path), join(top, 'dist', path))
  }
  for (const folder of ['views', 'static', 'content']) cpSync(join(ROOT, folder), join(top, folder), { recursive: true })
  for (const name of ['README.md', 'CHANGELOG.md', 'LICENSE']) put(join(ROOT, name), join(top, name))
  for (const path of filesIn(join(ROOT, 'scripts', 'deploy'))) put(join(ROOT, 'scripts', 'deploy', path), join(top, 'deploy', path))
  put(join(ROOT, 'scripts', 'deploy', 'tacit'), join(top, 'tacit'))
  rmSync(join(top, 'deploy', 'tacit'))
  chmodSync(join(top, 'tacit'), 0o755)
}

/** What the lock file names for running and this platform has, each from its own folder. */
function copyPackages() {
  const taken = []
  for (const [path, entry] of Object.entries(lock.packages)) {
    const from = join(ROOT, path)
    if (path === '' || entry.dev || !existsSync(from) || isForOtherLibc(path)) continue
    cpSync(from, join(top, path), { recursive: true, filter: (source) => source === from || !isNested(from, source) })
    taken.push({ path, integrity: entry.integrity, ...JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) })
  }
  return taken
}

function isNested(from, source) {
  return relative(from, source).split('/').includes('node_modules')
}

function isForOtherLibc(path) {
  return LIBC !== '' && path.endsWith(LIBC === 'glibc' ? '-musl' : '-gnu')
}

/** Without build steps, tests and what they need. */
function ownManifest() {
  const commands = Object.fromEntries(Object.entries(about.scripts).filter(([, line]) => {
    const [file] = /dist\/\S+\.js/.exec(line) ?? []
    return file !== undefined && existsSync(join(top, file))
  }))
  const { name, version, description, license, type, engines, dependencies } = about
  return { name, version, description, license, private: true, type, engines, scripts: commands, dependencies }
}

/** npm lists what lies in the folder; the lock file knows the hash of each package as it was published. */
function components(packages) {
  const listed = JSON.parse(must('npm', ['sbom', '--sbom-format', 'cyclonedx', '--offline'], top))
  const known = new Map(packages.map((one) => [`${one.name}@${one.version}`, one]))
  const missing = [...known.keys()].filter((ref) => !listed.components.some((one) => `${one.name}@${one.version}` === ref))
  if (missing.length > 0 || listed.components.some((one) => !known.has(`${one.name}@${one.version}`))) throw new Error(`the list of components and the packages differ: ${missing.join(', ')}`)
  for (const one of listed.components) {
    const { integrity, license } = known.get(`${one.name}@${one.version}`)
    // npm leaves out what is no SPDX identifier.
    if (!one.licenses?.length && license) one.licenses = [{ license: { name: String(license) } }]
    if (integrity) one.hashes = [{ alg: 'SHA-512', content: Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex') }]
    // Where a package was fetched from is nobody's business but the maker's.
    one.externalReferences = (one.externalReferences ?? []).filter(({ type }) => type !== 'distribution')
  }
  listed.metadata.component.name = about.name
  listed.metadata.timestamp = new Date(SECONDS * 1000).toISOString()
  listed.serialNumber = `urn:uuid:${v5(`${NAME}\n${[...known.keys()].sort().join('\n')}`, v5.URL)}`
  return listed
}

function licences(packages) {
  const rows = packages.map(({ name, version, license, licenses, path }) => {
    const said = typeof license === 'string' ? license : (license?.type ?? licenses?.map?.(({ type }) => type).join(' OR ') ?? 'not said')
    const text = readdirSync(join(top, path)).find((file) => /^(licen[cs]e|copying)/i.test(file))
    return `${name} ${version}\t${said}\t${text ? join(path, text) : '–'}`
  })
  return `Packages in this archive, their licences, and where the text lies.\n\n${[...new Set(rows)].sort().join('\n')}\n`
}

function boundTo() {
  return [
    `${about.name} ${about.version}`,
    `platform: ${process.platform} ${process.arch}${LIBC ? ` ${LIBC}` : ''}, because of prebuilt parts of some packages`,
    `Node: ${about.engines.node}, any newer major too: the prebuilt parts use Node-API only`,
    '',
    'sha256sum -c SHA256SUMS    checks every file',
    './tacit                    says what can be run',
    'deploy/README.md           how to run it',
    '',
  ].join('\n')
}

/** Whatever the code of the archive asks for must lie in the archive. */
function refuseLooseEnds() {
  for (const path of filesIn(join(top, 'dist')).filter((name) => name.endsWith('.js'))) {
    const text = readFileSync(join(top, 'dist', path), 'utf8')
    for (const [, from, lazily] of text.matchAll(/^(?:import|export)\b[^'"]*?from\s*"([^"]+)";?$|\bimport\("([^"]+)"\)/gm)) {
      const target = from ?? lazily
      if (target.startsWith('node:')) continue
      const packageName = target.split('/').slice(0, target.startsWith('@') ? 2 : 1).join('/')
      const found = target.startsWith('.') ? existsSync(join(top, 'dist', dirname(path), target)) : existsSync(join(top, 'node_modules', packageName))
      if (!found) throw new Error(`dist/${path} needs ${target}, which is not in the archive`)
    }
  }
}

/** Nothing that was made here says where or by whom. */
function refuseTraces(packages) {
  const traces = [ROOT, hostname(), userInfo().username === 'root' ? '' : userInfo().username, registryHost()].filter((word) => word.length > 3)
  const foreign = new Set(packages.map(({ path }) => path))
  const ours = filesIn(top).filter((path) => ![...foreign].some((one) => path.startsWith(`${one}/`)))
  for (const path of ours) {
    const text = readFileSync(join(top, path), 'latin1')
    for (const trace of traces) if (text.includes(trace)) throw new Error(`${path} names ${trace}`)
  }
}

function registryHost() {
  const [line] = must('npm', ['config', 'get', 'registry'], ROOT).trim().split('\n').slice(-1)
  return URL.canParse(line) ? new URL(line).host : ''
}

function sums() {
  return filesIn(top).map((path) => `${createHash('sha256').update(readFileSync(join(top, path))).digest('hex')}  ${path}\n`).join('')
}

/** The same sources make the same bytes. */
function setTimes(folder) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isSymbolicLink()) utimesSync(path, SECONDS, SECONDS)
  }
}

async function wrap(archive) {
  const bare = join(work, 'bare.tar')
  must('tar', ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mode=u+rw,go+r,go-w,a+X', '--format=gnu', `--mtime=@${SECONDS}`, '-cf', bare, NAME], work)
  await pipeline(createReadStream(bare), createGzip({ level: 6 }), createWriteStream(archive))
}

async function sha256(path) {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

/** When the sources were last committed, or now where there is no history. */
function sourceSeconds() {
  const given = Number(process.env.SOURCE_DATE_EPOCH)
  if (given > 0) return given
  const { status, stdout } = spawnSync('git', ['log', '-1', '--format=%ct'], { cwd: ROOT, encoding: 'utf8' })
  return status === 0 ? Number(stdout.trim()) : Math.floor(Date.now() / 1000)
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort()
}

function put(from, to) {
  mkdirSync(dirname(to), { recursive: true })
  cpSync(from, to)
}

function must(command, words, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, words, { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  if (status !== 0) throw new Error(`${command} ${words.join(' ')}: ${error?.message ?? stderr}`)
  return stdout
}
