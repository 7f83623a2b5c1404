import { asRestricted, customerAccess, type Customer } from '../../../domain/customers/customer.js'
import type { CustomerQuery } from '../../../domain/customers/port.js'
import type { Sight } from '../../../domain/policy/readable.js'
import { folded, type Called, type Face } from '../catalog-rows.js'
import { allOf, visibleSql, type Piece } from './visible-sql.js'

/** @param spelled the pinyin a Chinese name is found by, such as initials; none for other names */
export function customerFaces(customer: Customer, spelled: (name: string) => readonly string[]): readonly Face[] {
  const names = [customer.name, ...customer.aliases]
  const called: Called[] = [
    { how: 'name', key: folded(customer.name) },
    ...customer.aliases.map((alias): Called => ({ how: 'alias', key: folded(alias) })),
    ...(customer.number === '' ? [] : [{ how: 'number' as const, key: folded(customer.number) }]),
    ...names.flatMap((name) => spelled(name).map((key): Called => ({ how: 'pinyin', key: folded(key) }))),
  ]
  return [{
    face: 'published',
    access: customerAccess(customer),
    columns: {
      name: folded(customer.name), form: customer.kind, segment: customer.segment, team: customer.team, posted: customer.createdAt,
      facts: customer.restricted ? JSON.stringify(asRestricted(customer)) : null,
    },
    called,
  }]
}

export function customersListed(query: CustomerQuery, sight: Sight): Piece {
  const found: Piece[] = [{ sql: "+f.kind = 'customer' AND f.name IS NOT NULL", params: [] }, visibleSql(sight.visible)]
  const is = (column: string, value: string | undefined) => {
    if (value !== undefined) found.push({ sql: `f.${column} = ?`, params: [value] })
  }
  is('form', query.kind)
  is('segment', query.segment)
  is('team', query.team)
  for (const word of folded(query.text ?? '').split(/\s+/).filter((w) => w !== '')) {
    found.push({ sql: 'f.row IN (SELECT row FROM called WHERE instr(key, ?) > 0)', params: [word] })
  }
  return allOf(found)
}

/** Exactly this number, name or alias. */
export function customersNamed(name: string, sight: Sight): Piece {
  const called: Piece = {
    sql: "f.row IN (SELECT row FROM called WHERE key = ? AND how <> 'pinyin')", params: [folded(name.trim())],
  }
  return allOf([{ sql: "+f.kind = 'customer'", params: [] }, called, visibleSql(sight.visible)])
}
