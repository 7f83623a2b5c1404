import fc from 'fast-check'
import t from 'tap'
import { KINDS, toldHistory, type Act, type HistoryTold } from './histories/history.js'
import { FAULTS, openGround, type Fault } from './histories/portal.js'

const HISTORIES = process.env['TACIT_DEPTH'] === 'deep' ? 1_000 : 20
const SEED = Number(process.env['TACIT_SEED'] ?? 20260302)

const ground = await openGround()
t.teardown(() => ground.close())

/** A smaller number is no simpler an act: only leaving acts out makes a history shorter. */
const dice = fc.noShrink(fc.nat())
/** What changes who reads comes often, and every history begins with notes that are there. */
const act = fc.record({
  kind: fc.noShrink(fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('edit', 'accept', 'accept', 'narrow', 'merge', 'clear', 'agree', 'lower', 'customer', 'joinOrLeaveTeam') },
    { weight: 2, arbitrary: fc.constantFrom(...KINDS) },
  )),
  dice,
})
const post = fc.record({ kind: fc.constant('post'), dice })
const history = fc.tuple(fc.array(post, { minLength: 2, maxLength: 4, size: 'max' }), fc.array(act, { minLength: 4, maxLength: 14, size: 'max' })).map(([posts, acts]): readonly Act[] => [...posts, ...acts])

/** Tells histories until one goes wrong, and then the shortest that does. */
async function told(runs: number, fault: Fault | null = null, shrinks = true): Promise<{ readonly failure: string | null; readonly last: HistoryTold | null; readonly done: Map<string, number> }> {
  const done = new Map<string, number>()
  let last: HistoryTold | null = null
  const outcome = await fc.check(fc.asyncProperty(history, async (acts) => {
    const one = await toldHistory(ground, acts, fault)
    for (const kind of one.done) done.set(kind, (done.get(kind) ?? 0) + 1)
    if (one.wrong.length === 0) return
    last = one
    throw new Error(one.wrong.slice(0, 5).join('\n'))
  }), { numRuns: runs, seed: SEED, endOnFailure: !shrinks })
  const broken = last === null && outcome.errorInstance instanceof Error ? `: ${outcome.errorInstance.stack}` : ''
  const failure = outcome.failed ? `TACIT_SEED=${outcome.seed}, path ${outcome.counterexamplePath}, after ${outcome.numRuns} histories and ${outcome.numShrinks} shrinks${broken}` : null
  return { failure, last, done }
}

t.test(`${HISTORIES} random histories: after each act everybody finds, is told and reads what the table says`, { timeout: HISTORIES * 20_000 }, async (t) => {
  const { failure, last, done } = await told(HISTORIES)
  for (const line of failure ? [failure, ...(last?.acts ?? []).map((act, at) => `${at + 1}. ${act}`), ...(last?.wrong ?? []).slice(0, 20)] : []) t.comment(line)
  t.equal(failure, null, (last?.wrong ?? []).slice(0, 3).join('; '))
  const missed = KINDS.filter((kind) => !done.has(kind))
  t.ok(missed.length <= (HISTORIES < 100 ? 3 : 0), `premise: acts of every kind were done${missed.length > 0 ? `, but for ${missed.join()}` : ''}`)
  t.comment([...done].map(([kind, times]) => `${kind} ${times}`).join(', '))
})

for (const fault of FAULTS) {
  t.test(`a portal in which ${fault} is found out by random histories`, { timeout: 300_000 }, async (t) => {
    const { failure, last } = await told(60, fault, false)
    t.ok(failure, 'somebody noticed')
    t.comment(`${failure}: ${last?.wrong[0]}`)
  })
}
