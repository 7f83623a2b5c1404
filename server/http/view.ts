import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import fastifyView from '@fastify/view'
import type { FastifyInstance, FastifyReply } from 'fastify'
import Handlebars from 'handlebars'
import { ROOT } from '../root.js'
import type { Assets } from './assets.js'
import { checkedHandlebars } from './checked-model.js'
import { setFlash } from './flash.js'
import { frameOf } from './frame.js'
import { helpOf } from './help-of.js'
import type { House } from './house.js'
import { ownPath } from './origin.js'
import { sectionOf } from './sections.js'
import { sentences } from './sentences.js'

/** What a page is drawn from: its own things, its title in finished words, and how it is framed. */
export interface Model {
  readonly title: string
  /** `plain` has no navigation, no form and no token: for sign-in and refusals */
  readonly layout?: 'page' | 'plain'
  /** what stands in the search box */
  readonly query?: string
  /** the key of the section, for a view that serves more than one */
  readonly section?: string | null
  readonly [name: string]: unknown
}

declare module 'fastify' {
  interface FastifyReply {
    /** @param view such as `notes/show` */
    page(view: string, model: Model): Promise<FastifyReply>
    /** the partial that the page includes, alone; @param view such as `notes/_row` */
    fragment(view: string, model: Readonly<Record<string, unknown>>): Promise<FastifyReply>
  }
}

const FOLDER = join(ROOT, 'views')

/** The only user of @fastify/view. */
export async function views(app: FastifyInstance, house: House, assets: Assets): Promise<void> {
  const engine = house.config.mode === 'test' ? checkedHandlebars() : Handlebars.create()
  const said = sentences(house.words, house.config.timeZone)
  engine.registerHelper(said as Record<string, Handlebars.HelperDelegate>)
  await app.register(fastifyView, {
    engine: { handlebars: engine },
    root: FOLDER,
    propertyName: 'rendered',
    viewExt: 'hbs',
    maxCache: 500,
    // A view is compiled once; only `npm run dev` asks for it to be read again with every request.
    production: !process.argv.includes('--fresh-views'),
    options: {
      partials: partials(),
      compileOptions: { preventIndent: true, knownHelpersOnly: true, knownHelpers: Object.fromEntries(Object.keys(said).map((name) => [name, true])) },
    },
  })

  app.decorateReply('page', async function (this: FastifyReply, view: string, model: Model) {
    const { title, layout = 'page', query = '', section = sectionOf(view), ...rest } = model
    const page = await frameOf(this, title, assets, query, section, helpOf(view))
    const html = await this.renderedAsync(view, { ...rest, page }, { layout: `layouts/${layout}` })
    return this.type('text/html; charset=utf-8').header('vary', 'HX-Request-Type, Cookie').send(html)
  })
  app.decorateReply('fragment', async function (this: FastifyReply, view: string, model: object) {
    const page = await frameOf(this, '', assets)
    const html = await this.renderedAsync(view, { ...model, page })
    return this.type('text/html; charset=utf-8').header('vary', 'HX-Request-Type, Cookie').send(html)
  })
  app.decorateReply('flash', function (this: FastifyReply, key, values = {}, tone = 'good') {
    setFlash(this, { key, values, tone })
    return this
  })
  app.decorateReply('seeOther', function (this: FastifyReply, path: string) {
    return this.redirect(ownPath(path), 303)
  })
}

declare module 'fastify' {
  interface FastifyReply {
    renderedAsync(view: string, model: object, options?: { readonly layout: string }): Promise<string>
  }
}

/** Every view whose name begins with `_` can be included under its path: `{{> notes/_row}}`. */
function partials(): Record<string, string> {
  const files = readdirSync(FOLDER, { recursive: true, withFileTypes: true })
  return Object.fromEntries(
    files
      .filter((entry) => entry.isFile() && entry.name.startsWith('_') && entry.name.endsWith('.hbs'))
      .map((entry) => relative(FOLDER, join(entry.parentPath, entry.name)))
      .map((path) => [path.replace(/\.hbs$/, ''), path]),
  )
}
