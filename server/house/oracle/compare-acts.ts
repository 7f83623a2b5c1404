import type { Person } from '../../domain/people/person.js'
import type { Act } from '../../domain/policy/acts.js'
import type { Viewer } from '../../domain/policy/viewer.js'
import { MAY, everyStanding } from './acts.js'
import { PEOPLE } from './bank.js'
import type { Law } from './law.js'
import { AUDIENCES, LEVELS } from './objects.js'

/** Every act in every standing, and who may act at all. */
export function* aboutRules(law: Law): Generator<string> {
  const person = PEOPLE.person('author')
  const disabled = PEOPLE.person('disabled-author')
  if (!person || !disabled) throw new Error('the oracle lost its people')
  for (const facts of everyStanding()) {
    const standing = law.standingApart('note', facts)
    for (const act of Object.keys(MAY) as Act[]) {
      const can = law.may({ kind: 'person', person }, act, standing)
      if (can !== MAY[act](facts)) yield `${act} in ${JSON.stringify(facts)}: the law says ${can}`
      if ((law.RULES[act](standing) === null) !== MAY[act](facts)) yield `the rule of ${act} in ${JSON.stringify(facts)}`
    }
  }
  const readAny = law.standingApart('note', {})
  const never: readonly Viewer[] = [
    { kind: 'nobody' },
    { kind: 'person', person: disabled },
    { kind: 'token', person, scopes: ['read'] },
    { kind: 'token', person: disabled, scopes: ['read', 'write'] },
    { kind: 'channel', channel: 'c', team: 'alpha', ceiling: 'restricted' },
  ]
  for (const viewer of never) if (law.permit(viewer, 'note.post', readAny).ok) yield `${viewer.kind} may act`
  if (!law.permit({ kind: 'token', person, scopes: ['write'] }, 'note.post', readAny).ok) yield 'a write token may not act'
  yield* aboutGrants(law, person)
  for (const [at, level] of LEVELS.entries()) for (const [than, other] of LEVELS.entries()) {
    if (law.isLowerLevel(level, other) !== at < than) yield `${level} lower than ${other}`
  }
  for (const [at, audience] of AUDIENCES.entries()) for (const [than, other] of AUDIENCES.entries()) {
    if (law.isWiderAudience(audience, other) !== at > than) yield `${audience} wider than ${other}`
  }
}

/** A grant says who, what, on which thing and which revision, and is good for nothing else. */
function* aboutGrants(law: Law, person: Person): Generator<string> {
  const standing = law.standingApart('note', { revision: 7 })
  const now = law.permit({ kind: 'person', person }, 'note.comment', standing)
  const seen = law.permit({ kind: 'person', person }, 'note.comment', standing, 3)
  if (!now.ok || !seen.ok) return yield 'nobody may comment'
  const { act, who, thing, revision } = now.grant
  if (act !== 'note.comment' || who !== person.id || thing !== 'note' || revision !== 7) yield 'the grant says something else'
  if (seen.grant.revision !== 3) yield 'the grant forgot the revision that was seen'
  for (const [of, refused] of [['note', false], ['another', true]] as const) {
    let threw = false
    try {
      law.granted(now.grant, of)
    } catch {
      threw = true
    }
    if (threw !== refused) yield `a grant used on ${of} is ${threw ? 'refused' : 'accepted'}`
  }
}
