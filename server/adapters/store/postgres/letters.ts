/**
 * PostgreSQL keeps neither NUL nor half a surrogate pair in a text, and people paste both. They are written as the
 * SUB character and four hex digits; SUB itself too, so that every text comes back as it was.
 */
const STRANGE = /[\u0000\u001a]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g
/** The same in JSON as `JSON.stringify` writes it; any other escape is taken whole, so that `\\u0000` stays. */
const STRANGE_IN_JSON = /\\(?:u(0000|001a|d[89a-f][0-9a-f]{2})|[^])/g
const WRITTEN_IN_JSON = /\\(?:u001a([0-9a-f]{4})|[^])/g

/** A text as a column holds it. */
export function keptText(text: string): string {
  return text.replace(STRANGE, (one) => `\u001a${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** JSON as a column holds it. */
export function keptJson(json: string): string {
  if (!/\\u(?:0000|001a|d[89a-f])/.test(json)) return json
  return json.replace(STRANGE_IN_JSON, (all, code: string | undefined) => (code === undefined ? all : `\\u001a${code}`))
}

/** JSON as it was before `keptJson`. */
export function givenJson(json: string): string {
  if (!json.includes('\\u001a')) return json
  return json.replace(WRITTEN_IN_JSON, (all, code: string | undefined) => (code === undefined ? all : `\\u${code}`))
}
