import fastifyCompress from '@fastify/compress'
import fastifyFormbody from '@fastify/formbody'
import fastifyMultipart from '@fastify/multipart'
import Fastify, { type FastifyInstance } from 'fastify'
import { assets } from './http/assets.js'
import { closeSoon } from './http/closing.js'
import { csrf } from './http/csrf.js'
import { errors } from './http/errors.js'
import { refuseLists } from './http/form.js'
import { guard } from './http/guard.js'
import { headers } from './http/headers.js'
import type { House } from './http/house.js'
import { languages } from './http/language.js'
import { logAnswers, type LogLine } from './http/log.js'
import { waitUntilReady } from './http/readiness.js'
import { channelPause } from './http/routes/channel-pause.js'
import { channels } from './http/routes/channels.js'
import { api } from './http/routes/api.js'
import { customers } from './http/routes/customers.js'
import { customersExport } from './http/routes/customers-export.js'
import { cover } from './http/routes/cover.js'
import { curating } from './http/routes/curating.js'
import { decision } from './http/routes/decision.js'
import { handover } from './http/routes/handover.js'
import { health } from './http/routes/health.js'
import { imports } from './http/routes/imports.js'
import { mail } from './http/routes/mail.js'
import { myself } from './http/routes/me.js'
import { passwordByLink } from './http/routes/password.js'
import { merging } from './http/routes/merging.js'
import { queue } from './http/routes/queue.js'
import { setup } from './http/routes/setup.js'
import { gaps } from './http/routes/gaps.js'
import { help } from './http/routes/help.js'
import { noteActs } from './http/routes/note-acts.js'
import { noteWriting } from './http/routes/note-writing.js'
import { notes } from './http/routes/notes.js'
import { notices } from './http/routes/notices.js'
import { people } from './http/routes/people.js'
import { places } from './http/routes/places.js'
import { record } from './http/routes/record.js'
import { redaction } from './http/routes/redaction.js'
import { search } from './http/routes/search.js'
import { signingIn } from './http/routes/sign-in.js'
import { tokens } from './http/routes/tokens.js'
import { staffImport } from './http/routes/staff-import.js'
import { serverOptions } from './http/server-options.js'
import { sessions } from './http/session.js'
import { glossary } from './http/routes/glossary.js'
import { vocabulary } from './http/routes/vocabulary.js'
import { views } from './http/view.js'

/** The portal, ready to listen. Read it as a table of contents. */
export async function build(house: House, line?: LogLine): Promise<FastifyInstance> {
  const app = Fastify(serverOptions(house.config, line))
  guard(app)
  logAnswers(app, house)
  closeSoon(app)
  errors(app)

  await headers(app, house)
  // A page is compressed in one go, and lightly: a stream takes three times as long, a closer look for a tenth of its bytes twice.
  await app.register(fastifyCompress, { globalDecompression: false, threshold: 1024, syncThreshold: 128 * 1024, zlibOptions: { level: 3 } })
  await sessions(app, house)
  await languages(app)
  waitUntilReady(app, house)

  // Forms only: a route that takes JSON says so in a scope of its own.
  app.removeAllContentTypeParsers()
  await app.register(fastifyFormbody)
  await app.register(fastifyMultipart, { limits: { files: 1, fields: 40, fieldSize: 10_000, fileSize: 20 * 1024 * 1024 } })
  await csrf(app, house)
  app.addHook('preValidation', async (request) => refuseLists(request))
  await views(app, house, await assets(app))

  health(app)
  setup(app)
  signingIn(app)
  passwordByLink(app)
  myself(app)
  search(app)
  gaps(app)
  help(app)
  people(app)
  places(app)
  staffImport(app)
  handover(app)
  notes(app)
  noteWriting(app)
  noteActs(app)
  queue(app)
  cover(app)
  decision(app)
  curating(app)
  merging(app)
  redaction(app)
  vocabulary(app)
  glossary(app)
  customers(app)
  customersExport(app)
  notices(app)
  channels(app)
  channelPause(app)
  mail(app)
  record(app)
  imports(app)
  tokens(app)
  api(app)
  return app
}
