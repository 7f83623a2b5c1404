import { readFileSync, readdirSync } from 'node:fs'
import { join, posix, relative } from 'node:path'
import ts from 'typescript'

/** One import of one file: static, dynamic, or `export … from`. */
export interface Import {
  /** path inside server/ */
  readonly file: string
  /** path inside server/ with its `.ts` ending, or the name of a package */
  readonly target: string
  readonly outside: boolean
  /** gone after compilation */
  readonly typeOnly: boolean
}

export function sourcesIn(server: string): readonly string[] {
  return readdirSync(server, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts'))
    .map((entry) => relative(server, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort()
}

export function importsIn(server: string): readonly Import[] {
  return sourcesIn(server).flatMap((file) => importsOf(file, readFileSync(join(server, file), 'utf8')))
}

export function importsOf(file: string, text: string): readonly Import[] {
  const found: Import[] = []
  const add = (specifier: ts.Node | undefined, typeOnly: boolean): void => {
    if (specifier && ts.isStringLiteralLike(specifier)) found.push({ file, ...targetOf(file, specifier.text), typeOnly })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node.importClause))
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly)
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true)
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0], false)
    else if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'require') add(node.arguments[0], false)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, false))
  return found
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false
  if (clause.isTypeOnly) return true
  const named = clause.namedBindings
  return !clause.name && named !== undefined && ts.isNamedImports(named) && named.elements.length > 0 && named.elements.every((one) => one.isTypeOnly)
}

function targetOf(file: string, specifier: string): Pick<Import, 'target' | 'outside'> {
  if (!specifier.startsWith('.')) return { target: specifier, outside: true }
  return { target: posix.join(posix.dirname(file), specifier).replace(/\.js$/, '.ts'), outside: false }
}
