import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { ROOT } from '../root.js'
import { Missing } from './faults.js'

const FOLDER = join(ROOT, 'static')
const HTMX = { name: 'htmx.min.js', folder: dirname(createRequire(import.meta.url).resolve('htmx.org/dist/htmx.min.js')) }

/** What a browser may fetch without signing in: style, scripts, icons. Each address carries a print of the content. */
export interface Assets {
  /** @param name such as `site.css` @returns an address that may be kept for ever */
  url(name: string): string
}

interface Asset {
  readonly folder: string
  readonly print: string
}

export function readAssets(): Assets & { find(name: string): Asset | undefined } {
  const found = new Map<string, Asset>()
  const add = (folder: string, name: string): void => {
    const print = createHash('sha256').update(readFileSync(join(folder, name))).digest('base64url').slice(0, 10)
    found.set(name, { folder, print })
  }
  if (existsSync(FOLDER)) {
    for (const entry of readdirSync(FOLDER, { withFileTypes: true })) if (entry.isFile()) add(FOLDER, entry.name)
  }
  add(HTMX.folder, HTMX.name)
  return {
    find: (name) => found.get(name),
    url: (name) => {
      const asset = found.get(name)
      return asset ? `/static/${name}?v=${asset.print}` : `/static/${name}`
    },
  }
}

/** Serves exactly the files that were there at the start, by name: no path of a request ever reaches the disk. */
export async function assets(app: FastifyInstance): Promise<Assets> {
  const known = readAssets()
  await app.register(fastifyStatic, { root: FOLDER, serve: false, cacheControl: false })
  app.get<{ Params: { name: string }; Querystring: { v?: string } }>(
    '/static/:name',
    { config: { allow: 'public', always: true } },
    async (request, reply) => {
      const asset = known.find(request.params.name)
      if (!asset) throw new Missing()
      // Only an address with the right print is for ever; one without must ask again.
      reply.header('cache-control', request.query.v === asset.print ? 'public, max-age=31536000, immutable' : 'no-cache')
      return reply.sendFile(request.params.name, asset.folder)
    },
  )
  return known
}
