/** What a person typed, understood. Whatever is not one of the few forms below is text to look for, never an error. */
export interface Query {
  /** in the order typed */
  readonly words: readonly Word[]
  readonly fields: readonly Field[]
  /** `YYYY-MM-DD`, not included */
  readonly before: string | null
  /** `YYYY-MM-DD`, included */
  readonly after: string | null
}

export interface Word {
  readonly text: string
  /** was in quotes: these words in this order */
  readonly phrase: boolean
  /** must not occur */
  readonly not: boolean
}

export const FIELDS = ['tag', 'customer', 'author'] as const
export interface Field {
  readonly name: (typeof FIELDS)[number]
  readonly value: string
  readonly not: boolean
}

export const EMPTY_QUERY: Query = Object.freeze({ words: [], fields: [], before: null, after: null })
/** What lies beyond is not read: nobody types so much, and every word costs. */
export const LONGEST_QUERY = 1_000

const QUOTES = /[“”„‟＂「」『』«»]/g
const MINUS = '-－−'
const FIELD = /^([a-zａ-ｚ]+)[:：]/i
const CHUNK = /^[^\s"]+/

/**
 * Reads quoted phrases, `-word`, `tag:` `customer:` `author:` `before:` `after:` (`YYYY`, `YYYY-MM` or `YYYY-MM-DD`,
 * meaning its first day). Quotes, colons, minus and spaces may be full width, as an input method types them.
 */
export function parseQuery(typed: string): Query {
  const query = { words: [] as Word[], fields: [] as Field[], before: null as string | null, after: null as string | null }
  let rest = typed.slice(0, LONGEST_QUERY).replace(/[\p{Cc}\p{Cs}]/gu, ' ').replace(QUOTES, '"').trim()
  while (rest !== '') {
    const not = MINUS.includes(rest.charAt(0)) && /^.[^\s\-－−]/.test(rest)
    const body = not ? rest.slice(1) : rest
    const taken = takeField(body, not, query) || takePhrase(body, not, query)
    if (taken > 0) rest = body.slice(taken)
    else if (body.startsWith('"')) {
      // A quote that never closes: what follows is ordinary words, and a minus before it is one too.
      if (not) query.words.push({ text: rest.charAt(0), phrase: false, not: false })
      rest = body.slice(1)
    } else {
      const text = CHUNK.exec(body)?.[0] ?? ''
      query.words.push({ text, phrase: false, not })
      rest = body.slice(text.length)
    }
    rest = rest.trimStart()
  }
  return query
}

/** The query as somebody could have typed it; parsing that gives the same query. */
export function printQuery(query: Query): string {
  const words = query.words.map((word) => (word.not ? '-' : '') + (word.phrase ? `"${word.text}"` : word.text))
  const fields = query.fields.map(({ name, value, not }) => {
    return `${not ? '-' : ''}${name}:${/^\S+$/.test(value) ? value : `"${value}"`}`
  })
  const dates = [query.after && `after:${query.after}`, query.before && `before:${query.before}`]
  return [...words, ...fields, ...dates].filter(Boolean).join(' ')
}

export function isEmptyQuery(query: Query): boolean {
  return query.words.length === 0 && query.fields.length === 0 && query.before === null && query.after === null
}

/** What to highlight when no engine has said what it looked for. */
export function termsOf(query: Query): readonly string[] {
  return query.words.filter((word) => !word.not).map((word) => word.text)
}

interface Reading {
  words: Word[]
  fields: Field[]
  before: string | null
  after: string | null
}

/** @returns how much was read, 0 when this is no field */
function takeField(text: string, not: boolean, query: Reading): number {
  const head = FIELD.exec(text)
  if (!head) return 0
  const name = head[1]?.normalize('NFKC').toLowerCase() ?? ''
  const after = text.slice(head[0].length)
  const quoted = readPhrase(after)
  const value = quoted ? quoted.text : (CHUNK.exec(after)?.[0] ?? '')
  if (value === '') return 0
  const length = head[0].length + (quoted ? quoted.length : value.length)
  if ((name === 'before' || name === 'after') && !not) {
    const day = firstDayOf(value.normalize('NFKC'))
    if (day === null) return 0
    query[name] = day
    return length
  }
  const field = FIELDS.find((known) => known === name)
  if (!field) return 0
  query.fields.push({ name: field, value, not })
  return length
}

function takePhrase(text: string, not: boolean, query: Reading): number {
  const quoted = readPhrase(text)
  if (!quoted) return 0
  if (quoted.text !== '') query.words.push({ text: quoted.text, phrase: true, not })
  return quoted.length
}

function readPhrase(text: string): { text: string; length: number } | null {
  const end = text.startsWith('"') ? text.indexOf('"', 1) : -1
  return end < 0 ? null : { text: text.slice(1, end).replace(/\s+/g, ' ').trim(), length: end + 1 }
}

/** @returns null when there is no such day */
function firstDayOf(written: string): string | null {
  const parts = /^(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?$/.exec(written)
  if (!parts) return null
  const [year, month, day] = [parts[1] ?? '', parts[2] ?? '1', parts[3] ?? '1']
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const real = new Date(`${date}T00:00:00.000Z`)
  return !Number.isNaN(real.getTime()) && real.toISOString().startsWith(date) ? date : null
}
