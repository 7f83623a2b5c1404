import type { FastifyRequest } from 'fastify'

/** Notes the writer may read that look like what is being typed. */
export async function similarTo(_request: FastifyRequest, _text: string, _except: string | null): Promise<{ readonly href: string; readonly heading: string }[]> {
  return []
}
