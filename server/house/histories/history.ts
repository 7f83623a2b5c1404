import { permit } from '../../domain/policy/grant.js'
import { standingApart } from '../../domain/policy/rules.js'
import { TODAY } from '../oracle/bank.js'
import { Canaries } from '../oracle/canaries.js'
import { CUSTOMER_KEYS, newWorld, type World } from '../oracle/world.js'
import type { Scene } from './acting.js'
import { Dice } from './dice.js'
import { lookedAt, lookedAtOnce } from './looking.js'
import { NOTE_ACTS } from './note-acts.js'
import { PEOPLE_ACTS } from './people-acts.js'
import { newId, openPortal, type Fault, type Ground, type Portal } from './portal.js'

/** One act to come: what kind, and a number that decides who, which note and how once it is known who and which there are. */
export interface Act {
  readonly kind: string
  readonly dice: number
}

const ACTS = { ...NOTE_ACTS, ...PEOPLE_ACTS }
export const KINDS = Object.keys(ACTS)

export interface HistoryTold {
  /** the acts in words, up to where the portal and the oracle part */
  readonly acts: readonly string[]
  readonly done: readonly string[]
  /** where they part; empty when they never do */
  readonly wrong: readonly string[]
}

/** Tells one history to the portal and to the oracle, and after each act lets everybody look. */
export async function toldHistory(ground: Ground, acts: readonly Act[], fault: Fault | null = null): Promise<HistoryTold> {
  const portal = await openPortal(ground, fault)
  const canaries = new Canaries(1)
  const [told, done]: [string[], string[]] = [[], []]
  try {
    const world = newWorld({
      first: { id: newId(), word: canaries.plant('first', 'name'), restricted: false, circle: { team: 'relationship', curators: [] } },
      second: { id: newId(), word: canaries.plant('second', 'name'), restricted: true, circle: { team: 'relationship', curators: ['appointed'] } },
    })
    await addCustomers(portal, world)
    for (const { kind, dice } of acts) {
      const scene: Scene = { portal, world, dice: new Dice(dice), word: () => canaries.plant('note', 'title') }
      const act = ACTS[kind]
      if (!act) throw new Error(`nobody knows how to ${kind}`)
      portal.lag()
      const outcome = await act(scene)
      told.push(outcome.said)
      if (outcome.done) done.push(outcome.as ?? kind)
      // What changes people alone passes search by: there is nothing to lag behind.
      const lags = outcome.done && (kind in NOTE_ACTS || kind === 'customer')
      const atOnce = outcome.wrong ? [outcome.wrong] : lags ? await lookedAtOnce(portal, world, kind) : []
      await portal.caughtUp()
      const wrong = atOnce.length > 0 ? atOnce : await lookedAt(portal, world)
      if (wrong.length > 0) return { acts: told, done, wrong }
    }
    return { acts: told, done, wrong: [] }
  } finally {
    await portal.close()
  }
}

async function addCustomers(portal: Portal, world: World): Promise<void> {
  const at = `${TODAY}T00:00:00.000Z`
  for (const key of CUSTOMER_KEYS) {
    const { id, word, restricted, circle } = world.customers[key]
    const permission = permit({ kind: 'person', person: portal.person('steward') }, 'customer.create', standingApart(id))
    if (!permission.ok) throw new Error('customers cannot be added')
    await portal.store.customers.add(permission.grant, {
      schema: 1, id, version: 1, kind: 'person', name: word, aliases: [], number: '', segment: null, team: circle.team, restricted, curators: circle.curators,
      createdAt: at, createdBy: 'steward', updatedAt: at, history: [], origin: null,
    })
  }
}
