import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The project's folder, the same from source and from dist/: the nearest one above with our package.json. */
export const ROOT: string = findRoot(import.meta.dirname)

function findRoot(from: string): string {
  for (let at = from; ; at = dirname(at)) {
    const manifest = join(at, 'package.json')
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === 'tacit') return at
    if (dirname(at) === at) throw new Error(`no package.json of tacit above ${from}`)
  }
}
