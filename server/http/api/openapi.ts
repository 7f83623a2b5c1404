import { z } from 'zod'
import { ENDPOINTS, type Endpoint } from './endpoints.js'
import { ERROR } from './shapes.js'

/** OpenAPI 3.1 of the whole API, made of the very shapes that check it. @param say words in the reader's language */
export function openApi(baseUrl: string, say: (key: string) => string): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const endpoint of Object.values(ENDPOINTS) as readonly Endpoint[]) {
    const path = endpoint.url.replace(/:(\w+)/g, '{$1}')
    ;(paths[path] ??= {})[endpoint.method.toLowerCase()] = operation(endpoint, say)
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Tacit 默识', version: '1', description: say('api.doc.intro') },
    servers: [{ url: baseUrl }],
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: say('api.doc.bearer') } },
      schemas: { Error: schemaOf(ERROR, 'output') },
    },
  }
}

function operation(endpoint: Endpoint, say: (key: string) => string): object {
  const { name, scope, params, query, body, status, answer } = endpoint
  const failure = (key: string) => ({ description: say(key), content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } })
  const idempotency = { name: 'Idempotency-Key', in: 'header', required: false, description: say('api.doc.idempotency'), schema: { type: 'string', maxLength: 200 } }
  return {
    operationId: name,
    summary: say(`api.doc.${name}`),
    'x-scope': scope,
    parameters: [...parameters(params, 'path'), ...parameters(query, 'query'), ...(body ? [idempotency] : [])],
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') } } } }),
    responses: {
      [status]: { description: say('api.doc.done'), content: { 'application/json': { schema: schemaOf(answer, 'output') } } },
      400: failure('api.doc.malformed'),
      401: failure('api.unauthorised'),
      403: failure('errors.forbidden'),
      ...(params && { 404: failure('errors.missing') }),
      ...(body && { 413: failure('errors.too_large'), 415: failure('errors.media_type'), 422: failure('api.doc.refused') }),
      429: failure('errors.too_often'),
      503: failure('errors.busy'),
    },
  }
}

function parameters(shape: Endpoint['query'], place: 'path' | 'query'): object[] {
  if (!shape) return []
  const { properties = {}, required = [] } = schemaOf(shape, 'input') as { properties?: Record<string, object>; required?: string[] }
  return Object.entries(properties).map(([name, schema]) => ({ name, in: place, required: place === 'path' || required.includes(name), schema }))
}

function schemaOf(shape: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...schema } = z.toJSONSchema(shape, { io, unrepresentable: 'any' })
  return schema
}
