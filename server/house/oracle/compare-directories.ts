import type { Access, Visible } from '../../domain/policy/access.js'
import type { RestrictedCustomer } from '../../domain/policy/readable.js'
import { DIRECTORIES, PEOPLE, TODAY, viewerOf } from './bank.js'
import type { Law } from './law.js'
import type { Planted } from './notes.js'
import { PRINCIPALS, RESTRICTED_CUSTOMER, type Circle } from './principals.js'
import { knows } from './table.js'

/** "if the directory is unreadable the answer is nothing" */
export function* aboutDirectories(law: Law, planted: readonly Planted[]): Generator<string> {
  for (const principal of PRINCIPALS) {
    const sight = law.sightOf(viewerOf(principal), { people: PEOPLE, restricted: null }, TODAY)
    const shown = planted.find(({ note }) => law.noteAsSeen(note, sight) !== null)
    if (shown) yield `${principal.name} sees ${shown.facts.name} while the restricted customers are not known`
  }
  // A team that nobody is left in, and one that was closed, have no readers.
  for (const team of ['empty', 'closed']) {
    const sight = law.sightOf({ kind: 'channel', channel: team, team, ceiling: 'restricted' }, DIRECTORIES, TODAY)
    if (planted.some(({ note }) => law.noteAsSeen(note, sight) !== null)) yield `a channel of a team that is ${team} sees something`
  }
  // The deputy decides only while the curator is away.
  const deputy = PRINCIPALS.find((one) => one.name === 'deputy')
  if (!deputy) throw new Error('the oracle lost its deputy')
  for (const [day, away] of [['2026-02-28', false], ['2026-03-01', true], ['2026-03-08', true], ['2026-03-09', false]] as const) {
    const desk = law.deskSight(law.sightOf(viewerOf(deputy), DIRECTORIES, day))
    const curates = planted.some(({ note }) => law.sees(desk.visible, law.faceAccess(note)))
    if (curates !== away) yield `the deputy on ${day}: the law says ${curates}`
  }
}

/** By whom somebody knows of restricted customers says what the table says of each, and nothing while one is missing. */
export function* aboutKnowers(law: Law): Generator<string> {
  const circles: readonly Circle[] = [RESTRICTED_CUSTOMER, { team: 'circle', curators: ['second-steward'] }, { team: 'empty', curators: [] }]
  const restricted = circles.map((circle, at): RestrictedCustomer => ({ id: `customer-${at}`, ...circle }))
  for (const principal of PRINCIPALS) {
    const viewer = viewerOf(principal)
    const { visible } = law.sightOf(viewer, { people: PEOPLE, restricted }, TODAY)
    if (visible.own.length + visible.any.length === 0) continue
    for (const [at, circle] of circles.entries()) {
      const customer = restricted[at] as RestrictedCustomer
      const may = 'who' in principal && knows(principal.who, circle)
      if (may !== law.knowersOf(customer).some((party) => visible.knows?.includes(party))) yield `${principal.name} ${may ? 'does not know' : 'knows'} of ${customer.id} by anybody`
      if (may === visible.hide.includes(customer.id)) yield `${customer.id} is ${may ? 'hidden from' : 'open to'} ${principal.name}`
    }
    if (!visible.knows) yield `${principal.name} is not told by whom they know of anybody`
    const lost = law.sightOf(viewer, { people: PEOPLE, restricted: [...restricted, { id: 'lost', team: '', curators: [] }] }, TODAY).visible
    if (lost.knows || !lost.hide.includes('lost')) yield `${principal.name} is told by whom they know of others while a customer is missing`
  }
}

/** Faces that no verb makes today and the law must refuse all the same; and clauses that could mean everything. */
export function* aboutFaces(law: Law): Generator<string> {
  const face: Access = { author: 'nobody', named: [], reach: 'all', desk: 'loans', stewards: [], level: 'restricted', customers: [] }
  for (const principal of PRINCIPALS) {
    const { visible } = law.sightOf(viewerOf(principal), DIRECTORIES, TODAY)
    if (law.sees(visible, face)) yield `${principal.name} sees a restricted thing because its audience is everybody`
    if (law.sees(visible, { ...face, reach: 'self', desk: 'none', level: 'internal' })) yield `${principal.name} sees what is for nobody`
  }
  for (const clause of [{}, { reach: [] }]) {
    const visible = { own: [], any: [clause], hide: [] } as unknown as Visible
    try {
      law.sees(visible, face)
      yield `the clause ${JSON.stringify(clause)} is not refused`
    } catch {
      continue
    }
  }
}
