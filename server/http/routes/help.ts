import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HELP_READERS, type HelpPage } from '../../domain/people/help.js'
import { Missing } from '../faults.js'

export function help(app: FastifyInstance): void {
  app.get('/help', { config: { allow: 'help.read' } }, async (request, reply) => {
    const first = request.house.help.pages(request.readerLanguage()).find((page) => page.slug === 'find') ?? request.house.help.pages(request.readerLanguage())[0]
    return first ? show(request, reply, first) : reply.callNotFound()
  })

  app.get<{ Params: { page: string } }>('/help/:page', { config: { allow: 'help.read' } }, async (request, reply) => {
    const page = request.house.help.page(request.readerLanguage(), request.params.page)
    if (!page) throw new Missing()
    return show(request, reply, page)
  })
}

async function show(request: FastifyRequest, reply: FastifyReply, page: HelpPage): Promise<FastifyReply> {
  const pages = request.house.help.pages(request.readerLanguage())
  return reply.page('help/show', {
    title: page.title,
    groups: HELP_READERS.map((reader) => ({
      label: request.say(`help.for.${reader}`),
      pages: pages.filter((each) => each.for === reader).map((each) => ({ href: `/help/${each.slug}`, label: each.title, current: each.slug === page.slug })),
    })).filter((group) => group.pages.length > 0),
    heading: page.title,
    html: await request.house.markdown.render(page.body),
  })
}
