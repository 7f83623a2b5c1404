// npm run dev: builds, serves, and starts again whenever the code or the words change. Views are read anew by themselves.
import { spawn, spawnSync } from 'node:child_process'
import { watch } from 'node:fs'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '..')
let server = null
let waiting = null

function start() {
  if (spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: ROOT, stdio: 'inherit' }).status !== 0) return
  server = spawn(process.execPath, ['--enable-source-maps', 'dist/server/main.js', '--fresh-views'], { cwd: ROOT, stdio: 'inherit' })
}

function again() {
  clearTimeout(waiting)
  waiting = setTimeout(() => {
    if (!server || server.exitCode !== null) return start()
    server.once('exit', start)
    server.kill('SIGTERM')
  }, 150)
}

start()
for (const folder of ['server', 'content', 'static']) watch(join(ROOT, folder), { recursive: true }, again)
