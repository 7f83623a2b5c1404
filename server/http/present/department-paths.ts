import type { FastifyRequest } from 'fastify'
import { labelsOf, type Labels } from './labels.js'

export interface DepartmentPath {
  readonly value: string
  /** with all that is above it, from the top */
  readonly label: string
}

/** All departments, as somebody looks through them. */
export function departmentPaths(request: FastifyRequest): DepartmentPath[] {
  const labels = labelsOf(request)
  const directory = request.house.people.directory()
  const inOrder = asListed(labels)
  return [...directory.departments.keys()]
    .map((value) => ({ value, label: directory.lineage(value).map(labels.department).reverse().join(' › ') }))
    .sort((a, b) => inOrder(a.label, b.label))
}

/** The order of names in the reader's language; branch 2 comes before branch 10. */
export function asListed(labels: Labels): (a: string, b: string) => number {
  const { compare } = new Intl.Collator(labels.zh ? 'zh' : 'en', { numeric: true })
  return compare
}
