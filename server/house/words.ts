import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { IntlMessageFormat } from 'intl-messageformat'
import ts from 'typescript'

/** A key as somebody wrote it: whole, or the beginning of several (`notes.level.` + …). */
export interface Use {
  readonly where: string
  readonly key: string
  readonly prefix: boolean
}

/** Keys in a template: `t 'a.b'`, and `(concat 'a.' x)` for several. */
export function usesInView(where: string, text: string): readonly Use[] {
  const whole = [...text.matchAll(/\bt\s+(["'])([^"']+)\1/g)].map(([, , key = '']) => ({ where, key, prefix: false }))
  const several = [...text.matchAll(/\bconcat\s+(["'])([a-z][\w.-]*\.)\1/g)].map(([, , key = '']) => ({ where, key, prefix: true }))
  return [...whole, ...several]
}

/** Literals that look like keys but name files, unless a sentence has that very key. */
export const FILE_NAME = /\.(json|jsonl|hbs|css|js|mjs|ts|md|svg|txt|sqlite|tmp)$/
const KEY = /^[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)+$/
const BEGINNING = /^[a-z][a-z0-9_-]*\.([a-z0-9_-]+\.)*$/

/** Literals in code that look like keys. Which of them are, the rooms of the strings tell. */
export function usesInCode(where: string, text: string): readonly Use[] {
  const found: Use[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) && KEY.test(node.text)) found.push({ where, key: node.text, prefix: false })
    else if (ts.isStringLiteralLike(node) && BEGINNING.test(node.text)) found.push({ where, key: node.text, prefix: true })
    else if (ts.isTemplateExpression(node)) {
      const [beginning = ''] = /^[a-z0-9_.-]*\./.exec(node.head.text) ?? []
      if (BEGINNING.test(beginning)) found.push({ where, key: beginning, prefix: true })
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(where, text, ts.ScriptTarget.Latest, false))
  return found
}

/**
 * The placeholders of a message and what they take, such as `count:number`; a plural takes a number. One named after
 * the language itself (`en`, `zh`) is `language`: a value that comes in both, of which each sentence takes its own.
 */
export function placeholders(message: string, locale: string): readonly string[] {
  const found = new Set<string>()
  const visit = (parts: readonly Part[]): void => {
    for (const part of parts) {
      if (part.type === LITERAL || part.type === POUND || part.value === undefined) continue
      const name = locale.startsWith(part.value) ? 'language' : part.value
      found.add(`${name}:${KINDS[part.type] ?? 'value'}`)
      for (const option of Object.values(part.options ?? {})) visit(option.value)
    }
  }
  visit(new IntlMessageFormat(message, locale, undefined, { ignoreTag: true }).getAst() as unknown as readonly Part[])
  return [...found].sort()
}

interface Part {
  readonly type: number
  readonly value?: string
  readonly options?: Readonly<Record<string, { readonly value: readonly Part[] }>>
}
const LITERAL = 0
const POUND = 7
const KINDS: Readonly<Record<number, string>> = { 1: 'value', 2: 'number', 3: 'date', 4: 'time', 5: 'select', 6: 'number' }

/** All files below a folder with one of the endings, as paths inside it. */
export function filesIn(folder: string, endings: readonly string[]): readonly { readonly path: string; readonly text: string }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }))
}
