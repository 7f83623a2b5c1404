import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Mapping, Mappings } from '../../domain/curation/import-mapping.js'
import { DIRECTIONS, INFORMANTS, NATURES } from '../../domain/notes/words.js'
import { CUSTOMER_KINDS } from '../../domain/customers/customer.js'
import { TABLE_FORMATS } from '../../domain/people/table.js'
import { ROOT } from '../../root.js'

const name = z.string().trim().min(1).max(200)
const key = z.string().regex(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/).max(80)
const columns = z.union([name, z.array(name).min(1).max(20)])
const both = z.strictObject({ en: name.max(400), zh: name.max(400) })
const keys = z.record(name, key)

/** Strict: a word that means nothing here, such as "confidence" or "author", is refused rather than passed over. */
const SHAPE = z.strictObject({
  schema: z.literal(1),
  key,
  name: both,
  description: both,
  source: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,79}$/),
  format: z.enum(TABLE_FORMATS),
  language: z.enum(['en', 'zh']),
  columns: z.array(name).min(1).max(200),
  externalId: columns,
  title: columns.exactOptional(),
  body: columns,
  answers: z.strictObject({ column: name, choices: z.record(name, name), whenEmpty: z.literal('skip') }).exactOptional(),
  customer: z.strictObject({ column: name, kind: z.enum(CUSTOMER_KINDS) }).exactOptional(),
  observedOn: name.exactOptional(),
  reference: columns.exactOptional(),
  touchpoint: z.strictObject({ column: name, values: keys }).exactOptional(),
  products: z.strictObject({ columns: z.array(name).min(1).max(20), values: keys }).exactOptional(),
  topic: z.strictObject({ column: name, values: keys, other: key }).exactOptional(),
  tags: z.array(name).max(20),
  fixed: z.strictObject({
    direction: z.enum(DIRECTIONS), nature: z.enum(NATURES), informant: z.enum(INFORMANTS), firsthand: z.boolean(),
    topic: key.exactOptional(), tags: z.array(name).max(12),
  }),
})

/** The mappings of content/import, read once; and those that people bring along. */
export function openMappings(folder = join(ROOT, 'content', 'import')): Mappings {
  const shipped = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file): Mapping => SHAPE.parse(JSON.parse(readFileSync(join(folder, file), 'utf8'))))
  return {
    shipped: () => shipped,
    read: (text) => {
      try {
        const read = SHAPE.safeParse(JSON.parse(text.replace(/^\uFEFF/, '')))
        return read.success ? read.data : null
      } catch {
        return null
      }
    },
  }
}
