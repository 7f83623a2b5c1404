import fc from 'fast-check'
import type { Access, Clause, Party, Reach, Values } from '../../../domain/policy/access.js'
import { LEVELS } from '../../../domain/policy/level.js'

/** Random things and random clauses over a few names, so that they meet. */
export function lawSamples(people: fc.Arbitrary<string>): { readonly access: fc.Arbitrary<Access>; readonly clause: fc.Arbitrary<Clause> } {
  const party = people.chain((id) => fc.constantFrom<Party>(`p:${id}`, `t:${id}`))
  const reach = fc.oneof(fc.constantFrom<Reach>('self', 'all'), people.map((id): Reach => `t:${id}`), people.map((id): Reach => `d:${id}`))
  const level = fc.constantFrom(...LEVELS)
  const values = (one: fc.Arbitrary<string>) => fc.array(one, { minLength: 1, maxLength: 9 }) as unknown as fc.Arbitrary<Values>
  const fields = { author: values(people), reach: values(reach), desk: values(people), level: values(level), named: values(party), stewards: values(party) }
  return {
    access: fc.record({
      author: people, named: fc.array(party, { maxLength: 4 }), reach, desk: people, stewards: fc.array(party, { maxLength: 3 }),
      level, customers: fc.array(people, { maxLength: 3 }),
    }),
    clause: fc
      .subarray(Object.keys(fields) as (keyof typeof fields)[], { minLength: 1, maxLength: 3 })
      .chain((chosen) => fc.record(Object.fromEntries(chosen.map((field) => [field, fields[field]]))) as fc.Arbitrary<Clause>),
  }
}

/** What nobody but its author reads, but for these facts. */
export function anAccess(facts: Partial<Access>): Access {
  return { author: 'nobody', named: [], reach: 'self', desk: 'none', stewards: [], level: 'internal', customers: [], ...facts }
}
