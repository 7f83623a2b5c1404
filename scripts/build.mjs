// Makes dist/ from the TypeScript, file by file, with the same tree; takes a moment, and nothing when nothing changed.
import { createHash } from 'node:crypto'
import { cpSync, existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { build } from 'esbuild'

const ROOT = resolve(import.meta.dirname, '..')
const OUT = join(ROOT, 'dist')
const STAMP = join(OUT, '.built-from')

const sources = ['server', 'scripts'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ts$/.test(entry.name) && !/\.(test|d)\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name)),
)
// The steps of the database's schema stand beside the code that takes them.
const tables = readdirSync(join(ROOT, 'server'), { recursive: true }).filter((name) => name.endsWith('.sql')).map((name) => join(ROOT, 'server', name))
const from = createHash('sha256')
for (const path of [...sources, ...tables, join(ROOT, 'package-lock.json')].sort()) {
  const { mtimeMs, size } = statSync(path)
  from.update(`${relative(ROOT, path)} ${size} ${mtimeMs}\n`)
}
const stamp = from.digest('hex')

if (!existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== stamp) {
  await build({
    entryPoints: sources, outdir: OUT, outbase: ROOT, format: 'esm', platform: 'node', target: 'node20', sourcemap: 'linked',
    sourcesContent: false, logLevel: 'warning',
  })
  for (const path of tables) cpSync(path, join(OUT, relative(ROOT, path)))
  removeStale(new Set([...sources, ...tables].map((path) => relative(ROOT, path).replace(/\.ts$/, '.js'))))
  writeFileSync(STAMP, stamp)
}

/** What no source stands for any more; a server that runs from dist/ meanwhile never finds it empty. */
function removeStale(wanted) {
  for (const entry of readdirSync(OUT, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && /\.(js(\.map)?|sql)$/.test(path) && !wanted.has(relative(OUT, path).replace(/\.map$/, ''))) rmSync(path)
  }
}
