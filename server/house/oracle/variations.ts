import ts from 'typescript'

/** One small change of a source text, such as a forgotten condition or a turned comparison. */
export interface Variation {
  /** the changed code and what became of it, on one line */
  readonly what: string
  readonly source: string
}

/** Every way of getting one thing wrong in this source: one variation for each place where that is possible. */
export function variationsOf(source: string): readonly Variation[] {
  const file = ts.createSourceFile('law.ts', source, ts.ScriptTarget.Latest, true)
  const found: Variation[] = []
  const vary = (node: ts.Node, text: string) => {
    const from = node.getStart(file)
    const to = node.getEnd()
    found.push({
      what: `${oneLine(source.slice(from, to))}  →  ${oneLine(text) || '(nothing)'}`,
      source: source.slice(0, from) + text + source.slice(to),
    })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isImportDeclaration(node)) return
    for (const text of othersOf(node, file)) vary(node, text)
    for (const gone of withoutElements(node, file)) vary(node, gone)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

const TURNED = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.EqualsEqualsEqualsToken, '!=='],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, '==='],
  [ts.SyntaxKind.AmpersandAmpersandToken, '||'],
  [ts.SyntaxKind.BarBarToken, '&&'],
  [ts.SyntaxKind.LessThanToken, '>='],
  [ts.SyntaxKind.GreaterThanToken, '<='],
  [ts.SyntaxKind.LessThanEqualsToken, '>'],
  [ts.SyntaxKind.GreaterThanEqualsToken, '<'],
])

function othersOf(node: ts.Node, file: ts.SourceFile): readonly string[] {
  if (ts.isBinaryExpression(node)) {
    const turned = TURNED.get(node.operatorToken.kind)
    return turned ? [`${node.left.getText(file)} ${turned} ${node.right.getText(file)}`] : []
  }
  if (ts.isConditionalExpression(node)) return [`(${node.whenTrue.getText(file)})`, `(${node.whenFalse.getText(file)})`]
  if (ts.isIfStatement(node) && !ts.isThrowStatement(node.thenStatement)) return ['']
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) return [node.operand.getText(file)]
  if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression)) return ['']
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
    const on = node.expression.expression.getText(file)
    const method = node.expression.name.text
    if (method === 'filter' || method === 'slice') return [on]
    if (method === 'some') return [`${on}.every(${node.arguments.map((a) => a.getText(file)).join(', ')})`]
    if (method === 'every') return [`${on}.some(${node.arguments.map((a) => a.getText(file)).join(', ')})`]
  }
  if (ts.isPropertyAssignment(node) && ts.isStringLiteral(node.name) && node.name.text.includes('.')) {
    const never = `'${node.name.text}': () => 'never'`
    return node.initializer.getText(file) === 'always' ? [never] : [never, `'${node.name.text}': () => null`]
  }
  return []
}

/** A list, an object or the arguments of `all(…)` with each of the elements left out in turn. */
function withoutElements(node: ts.Node, file: ts.SourceFile): readonly string[] {
  const without = (elements: readonly ts.Node[], open: string, close: string) =>
    elements.map((_, gone) => `${open}${elements.filter((__, at) => at !== gone).map((e) => e.getText(file)).join(', ')}${close}`)
  if (ts.isArrayLiteralExpression(node)) return without(node.elements, '[', ']')
  // An answer's own fields: without one, another shape; of a clause or an access, another law.
  if (ts.isObjectLiteralExpression(node) && node.properties.length > 1 && node.properties.length < 8) return without(node.properties, '({ ', ' })')
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'all') return without(node.arguments, 'all(', ')')
  return []
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 160)
}
