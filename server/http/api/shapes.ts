import { z } from 'zod'
import { CUSTOMER_KINDS } from '../../domain/customers/customer.js'
import { CONFIDENCES, DIRECTIONS, INFORMANTS, NATURES, STAGES } from '../../domain/notes/words.js'
import { AUDIENCES, LEVELS } from '../../domain/policy/level.js'
import { FACETS, type FacetName } from '../../domain/search/entry.js'
import { SORTS } from '../../domain/search/port.js'

/** What programs send and get. The OpenAPI document is made of these, and so are the checks: one cannot drift from the other. */
const id = z.guid()
const day = z.iso.date()
const moment = z.iso.datetime()
const key = z.string().max(80)
const named = z.strictObject({ id: z.string(), name: z.string() })

const source = z.strictObject({
  informant: z.enum(INFORMANTS).nullable().default(null),
  saidBy: z.string().max(200).default(''),
  touchpoint: key.nullable().default(null),
  observedOn: day.nullable().default(null),
  firsthand: z.boolean().nullable().default(null),
  reference: z.string().max(500).default(''),
})

/** A new note. What the owner of the token may not do on the page, a token may not do either. */
export const NEW_NOTE = z.strictObject({
  title: z.string().max(500).default(''),
  body: z.string().max(60_000),
  customers: z.array(id).max(50).default([]),
  topic: key.nullable().default(null),
  direction: z.enum(DIRECTIONS).nullable().default(null),
  nature: z.enum(NATURES).nullable().default(null),
  products: z.array(key).max(50).default([]),
  segment: key.nullable().default(null),
  stage: z.enum(STAGES).nullable().default(null),
  tags: z.array(z.string().max(200)).max(50).default([]),
  source: source.prefault({}),
  audience: z.enum(AUDIENCES).default('enterprise'),
  level: z.enum(LEVELS).default('internal'),
  /** people `p:id` and teams `t:id` */
  named: z.array(z.string().regex(/^[pt]:.{1,100}$/)).max(100).default([]),
  /** two curators, for a restricted note only */
  stewards: z.array(z.string().regex(/^p:.{1,100}$/)).max(20).default([]),
  team: z.string().max(100).nullable().default(null),
  /** personal identifiers in the text must stay: the note goes to the curators first */
  keepIdentifiers: z.boolean().default(false),
})

export const NOTE = z.strictObject({
  id, url: z.url(), title: z.string(), body: z.string(), revision: z.int(),
  author: named, home: z.strictObject({ department: named, team: named.nullable() }),
  confidence: z.enum(CONFIDENCES), audience: z.enum(AUDIENCES), level: z.enum(LEVELS),
  customers: z.array(named), topic: key.nullable(), direction: z.enum(DIRECTIONS).nullable(), nature: z.enum(NATURES).nullable(), products: z.array(key),
  segment: key.nullable(), stage: z.enum(STAGES).nullable(), tags: z.array(z.string()),
  source: z.strictObject({ informant: z.enum(INFORMANTS).nullable(), saidBy: z.string(), touchpoint: key.nullable(), observedOn: day.nullable(), firsthand: z.boolean().nullable(), reference: z.string() }),
  value: z.int().min(0).max(5), reused: z.int(), postedAt: moment, validatedAt: moment.nullable(), reviewOn: day.nullable(),
})

export const MADE = z.strictObject({ id, url: z.url() })

export const CUSTOMER = z.strictObject({
  id, url: z.url(), kind: z.enum(CUSTOMER_KINDS), name: z.string(), aliases: z.array(z.string()), number: z.string(), segment: key.nullable(),
  team: named, restricted: z.boolean(), notes: z.int(),
})

const page = { page: z.coerce.number().int().min(1).max(500).default(1), size: z.coerce.number().int().min(1).max(100).default(20) }

export const CUSTOMERS_QUERY = z.strictObject({ q: z.string().max(200).optional(), kind: z.enum(CUSTOMER_KINDS).optional(), segment: key.optional(), team: z.string().max(100).optional(), ...page })
export const CUSTOMERS = z.strictObject({ total: z.int(), page: z.int(), customers: z.array(CUSTOMER) })

const values = z.union([z.string().max(200), z.array(z.string().max(200)).max(50)]).transform((value) => [value].flat()).optional()
export const SEARCH_QUERY = z.strictObject({
  q: z.string().max(1_000).default(''), sort: z.enum(SORTS).optional(), archived: z.enum(['0', '1']).default('0'), ...page,
  ...(Object.fromEntries(FACETS.map((facet) => [facet, values])) as Record<FacetName, typeof values>),
})
export const RESULTS = z.strictObject({
  /** null while many changes of rights wait to be indexed: a count would not be true */
  total: z.int().nullable(),
  limited: z.boolean().describe('true while no search engine answers: the newest notes were looked through word for word'),
  page: z.int(),
  hits: z.array(z.strictObject({ note: NOTE, snippet: z.string() })),
  facets: z.record(z.enum(FACETS), z.array(z.strictObject({ value: z.string(), count: z.int() }))),
})

export const ID = z.strictObject({ id })

/** Every error of the API. */
export const ERROR = z.strictObject({
  error: z.strictObject({
    code: z.string(), message: z.string(), id: z.string().optional(),
    /** one for each field that will not do */
    fields: z.array(z.strictObject({ at: z.string(), code: z.string(), message: z.string() })).optional(),
  }),
})
