import fastifyAccepts from '@fastify/accepts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Language } from '../domain/people/person.js'
import { isLanguage } from '../domain/people/prefer.js'
import type { Values } from '../domain/people/words.js'
import { personOf } from '../domain/policy/viewer.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** the reader's language: their own choice, before sign-in the browser's */
    readerLanguage(): Language
    /** a sentence in that language */
    say(key: string, values?: Values): string
  }
}

export async function languages(app: FastifyInstance): Promise<void> {
  await app.register(fastifyAccepts)
  app.decorateRequest('readerLanguage', function (this: FastifyRequest) {
    const person = personOf(this.viewer)
    if (person) return person.language
    // Before sign-in a link may choose, which keeps nothing.
    const asked = (this.query as Readonly<Record<string, unknown>> | null)?.['lang']
    if (typeof asked === 'string' && isLanguage(asked)) return asked
    return this.language(['en', 'zh']) === 'zh' ? 'zh' : 'en'
  })
  app.decorateRequest('say', function (this: FastifyRequest, key: string, values?: Values) {
    return this.house.words.say(this.readerLanguage(), key, values)
  })
}
