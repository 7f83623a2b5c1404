import { changeCustomer, type CustomerEntry } from '../../domain/customers/change-customer.js'
import { permit } from '../../domain/policy/grant.js'
import { standingApart } from '../../domain/policy/rules.js'
import { personFrom } from '../oracle/bank.js'
import { DEPARTMENTS, TEAMS, type Clearance, type DepartmentId, type Employee, type EmployeeId, type TeamId } from '../oracle/principals.js'
import { CUSTOMER_KEYS } from '../oracle/world.js'
import { people, type Scene, type Told } from './acting.js'

/** What changes in the bank while its notes stay as they are. */
export const PEOPLE_ACTS: Readonly<Record<string, (scene: Scene) => Promise<Told>>> = {
  move: (scene) => {
    const { dice } = scene
    const department = dice.one(Object.keys(DEPARTMENTS) as DepartmentId[])
    const teams = dice.some(Object.keys(TEAMS) as TeamId[], 20)
    return staffed(scene, everybody(scene), (facts) => ({ ...facts, department, teams }), `moves to ${department}, teams ${teams.join(' and ') || 'none'}`)
  },
  joinOrLeaveTeam: (scene) => {
    const who = everybody(scene)
    const team = scene.dice.one(['alpha', 'alpha', 'relationship', 'relationship', 'gamma', 'circle', 'delta'] as const)
    const { teams } = scene.world.staff[who]
    return staffed(scene, who, (facts) => ({ ...facts, teams: teams.includes(team) ? teams.filter((one) => one !== team) : [...teams, team] }), `${teams.includes(team) ? 'leaves' : 'joins'} ${team}`)
  },
  clearance: (scene) => {
    const clearance = scene.dice.one<Clearance>(['internal', 'internal', 'confidential', 'restricted'])
    return staffed(scene, everybody(scene), (facts) => ({ ...facts, clearance }), `is cleared for ${clearance}`)
  },
  curator: (scene) => {
    const { dice, world } = scene
    const who = everybody(scene)
    const isOne = world.staff[who].roles.includes('curator')
    const domain = dice.some(Object.keys(DEPARTMENTS) as DepartmentId[], 30)
    return staffed(scene, who, (facts) => (isOne ? { ...facts, roles: ['employee'] } : { ...facts, roles: ['employee', 'curator'], domain }), isOne ? 'is no curator any more' : `is a curator of ${domain.join(' and ') || 'nothing'}`)
  },
  leaveOrComeBack: (scene) => {
    const who = everybody(scene)
    const gone = scene.world.staff[who].disabled === true
    return staffed(scene, who, ({ disabled: _, ...facts }) => (gone ? facts : { ...facts, disabled: true }), gone ? 'is back at the bank' : 'leaves the bank')
  },
  cover: (scene) => {
    const { dice, world } = scene
    const who = dice.one(people(world).filter((id) => world.staff[id].roles.includes('curator') || world.staff[id].deputy !== undefined))
    const deputy = dice.one(people(world).filter((id) => id !== who))
    const back = world.staff[who].deputy !== undefined
    return staffed(scene, who, ({ deputy: _, ...facts }) => (back ? facts : { ...facts, deputy }), back ? 'is back from leave' : `is away, ${deputy} stands in`)
  },
  customer: async (scene) => {
    const { portal, world, dice } = scene
    const key = dice.one(CUSTOMER_KEYS)
    const facts = world.customers[key]
    const able = people(world).filter((who) => !world.staff[who].disabled)
    const appointed = able.filter((who) => facts.circle.curators.includes(who))
    const who = appointed.length > 0 && dice.chance(80) ? dice.one(appointed) : dice.one(able)
    const curators = able.filter((id) => world.staff[id].roles.includes('curator'))
    const restricted = dice.chance(60)
    const circle = { team: dice.chance(70) ? facts.circle.team : dice.one(Object.keys(TEAMS) as TeamId[]), curators: restricted ? dice.some(curators, 25) : [] }
    const said = `${who} makes the ${key} customer ${restricted ? `restricted to ${circle.team}, ${circle.curators.join(' and ')}` : `one of ${circle.team} that everybody may know`}`
    const seen = await portal.store.customers.get(facts.id, portal.sight({ kind: 'person', name: who, who }))
    if (!seen) return { said: `${said} (not known to them)`, done: false }
    const permission = permit({ kind: 'person', person: portal.person(who) }, 'customer.edit', standingApart(facts.id))
    if (!permission.ok) return { said, done: false, wrong: `${who} may not change a customer` }
    const entry: CustomerEntry = { kind: 'person', name: facts.word, aliases: [], number: '', segment: null, team: circle.team, restricted, curators: circle.curators }
    const room = { people: portal.people.directory(), segments: new Set<string>(), numberTaken: false, now: portal.now() }
    const outcome = await portal.store.customers.change(permission.grant, (now) => changeCustomer(now, permission.grant, entry, room))
    if (!outcome.ok) return { said: `${said} (${outcome.refusals.map(({ code }) => code).join()})`, done: false }
    Object.assign(facts, { restricted, circle })
    return { said, done: true }
  },
}

/** Mostly those whom notes are for. */
function everybody({ world, dice }: Scene): EmployeeId {
  const concerned = world.notes.flatMap(({ rights, texts }) => [...rights.named, ...rights.stewards, ...texts.map(({ by }) => by)]).filter((name): name is EmployeeId => name in world.staff)
  return concerned.length > 0 && dice.chance(60) ? dice.one(concerned) : dice.one(people(world))
}

async function staffed({ portal, world }: Scene, who: EmployeeId, change: (facts: Employee) => Employee, said: string): Promise<Told> {
  const after = change(world.staff[who])
  await portal.people.change((roster) => ({ ...roster, persons: roster.persons.map((one) => (one.id === who ? personFrom(who, after) : one)) }))
  world.staff[who] = after
  return { said: `${who} ${said}`, done: true }
}
