import { done, refused, refusedAll, type Outcome, type Refusal } from '../people/refusal.js'
import type { Person } from '../people/person.js'
import { granted, permit, type Grant } from '../policy/grant.js'
import { isLowerLevel, isWiderAudience } from '../policy/level.js'
import { seesAsCurator } from '../policy/sees.js'
import { sightOf, type Sight } from '../policy/readable.js'
import { standingApart, type Standing } from '../policy/rules.js'
import { findIdentifiers } from '../notes/identifiers.js'
import { isActive } from '../notes/item.js'
import type { NoteSeen } from '../notes/seen.js'
import { acceptNote } from './accept-note.js'
import { batchAccess, type Acceptance, type Batch, type CommonDecision } from './import-batch.js'
import type { ImportDesk } from './import-desk.js'

/** How many notes a curator is shown before deciding on all. */
export const SAMPLE = 20
const AT_ONCE = 12

/** How somebody stands to a batch: its importer, and the curators of the department its notes went to. */
export function standingToBatch(batch: Batch, who: string, sight: Sight): Standing {
  return standingApart(batch.id, { author: batch.owner === who, curator: seesAsCurator(sight.visible, batchAccess(batch)) })
}

/**
 * A curator other than the importer decides once for every note of the batch that nobody has decided or changed.
 * It only begins here: each note is then accepted under the same rules as one by one.
 */
export function acceptImport(batch: Batch, grant: Grant<'import.accept'>, as: CommonDecision, today: string, at: string): Outcome<Batch> {
  granted(grant, batch.id)
  if (!batch.notes || batch.state !== 'done') return refused('', 'imports.accept.not_yet')
  if (batch.owner === grant.who) return refused('', 'imports.accept.own')
  if (batch.acceptance) return refused('', 'imports.accept.once')
  const wrong = objectionsTo(as, batch.notes.proposed, today)
  if (wrong.length > 0) return refusedAll(wrong)
  const acceptance: Acceptance = { by: grant.who, at, as, accepted: 0, done: 0, of: batch.counts.created, left: [], finishedAt: null }
  return done({ ...batch, acceptance })
}

function objectionsTo({ ratings, audience, level, reviewOn }: CommonDecision, proposed: NonNullable<Batch['notes']>['proposed'], today: string): Refusal[] {
  const found: Refusal[] = []
  const say = (at: string, code: string) => found.push({ at, code })
  const whole = (n: number, high: number) => Number.isInteger(n) && n >= 1 && n <= high
  if (!whole(ratings.value, 5)) say('value', 'imports.accept.value')
  if (!whole(ratings.correctness, 6)) say('correctness', 'imports.accept.correctness')
  if (!/^[A-F]$/.test(ratings.reliability)) say('reliability', 'imports.accept.reliability')
  if (!whole(ratings.ease, 3)) say('ease', 'imports.accept.ease')
  // Thousands of offers for the importer to agree to would help nobody: what goes beyond is decided one by one.
  if (isWiderAudience(audience, proposed.audience)) say('audience', 'imports.accept.wider')
  if (isLowerLevel(level, proposed.level)) say('level', 'imports.accept.lower')
  if (!/^\d{4}-\d{2}-\d{2}$/.test(reviewOn) || Number.isNaN(Date.parse(reviewOn)) || reviewOn <= today) say('reviewOn', 'imports.accept.review_on')
  return found
}

/** Goes through all notes of the batch that the curator may see; begun again, it passes over those already decided. */
export async function acceptAll(batch: Batch, curator: Person, desk: ImportDesk): Promise<void> {
  const { acceptance } = batch
  if (!acceptance || acceptance.finishedAt) return
  const { parts } = desk
  const left: { note: string; code: string }[] = []
  let accepted = 0
  let gone = 0
  for (let page = 1; ; page += 1) {
    const sight = sightOf({ kind: 'person', person: curator }, parts.directories(), parts.today())
    const { rows, total } = await parts.notes.list({ batch: batch.id, order: 'posted', page, size: 120 }, sight)
    if (rows.length === 0) break
    for (let from = 0; from < rows.length; from += AT_ONCE) {
      if (desk.isStopping) return
      const some = rows.slice(from, from + AT_ONCE)
      await Promise.all(some.map(async (note) => {
        const code = await acceptOne(note, curator, acceptance, desk)
        if (code === null) accepted += 1
        else left.push({ note: note.id, code })
      }))
      await parts.breathe(some.length)
    }
    gone += rows.length
    desk.tell(batch.id, { at: gone, rows: total })
    await remember(batch, curator, desk, (now) => ({ ...now, accepted, done: gone, of: Math.max(total, gone) }))
  }
  const at = parts.now()
  await parts.record.append({ at, who: curator.id, did: 'import.accepted', thing: { kind: 'import', id: batch.id }, to: `${acceptance.as.audience},${acceptance.as.level},${accepted}`, via: 'job' })
  await remember(batch, curator, desk, (now) => ({ ...now, accepted, done: gone, of: gone, left: left.slice(0, 3_000), finishedAt: at }))
}

/** @returns why this note is left to be decided by itself, or null when it is accepted by this decision */
async function acceptOne(note: NoteSeen, curator: Person, { as, by }: Acceptance, desk: ImportDesk): Promise<string | null> {
  const { parts } = desk
  const [only] = note.revisions
  if (note.decisions.some((decision) => decision.by === by && decision.kind === 'accept')) return null
  if (!note.asCurator || !isActive(note.item)) return 'imports.accept.decided'
  if (note.revision !== 1 || note.revisions.length !== 1 || !only) return 'imports.accept.changed'
  // A person looks at each text that holds identifiers, or is of a delicate topic, before anybody else reads it.
  if (findIdentifiers(`${only.title}\n${only.body}`).length > 0) return 'imports.accept.identifiers'
  if (only.about.topic !== null && parts.vocabulary().topic(only.about.topic)?.governance === 'review_first') return 'imports.accept.review_first'
  const permission = permit({ kind: 'person', person: curator }, 'note.decide', note.standing)
  if (!permission.ok) return permission.refusals[0]?.code ?? 'imports.accept.decided'
  const { grant } = permission
  const room = { people: parts.directories().people, vocabulary: parts.vocabulary(), knownCustomers: new Set(only.about.customers), now: parts.now(), today: parts.today() }
  const id = parts.nextId()
  const outcome = await parts.notes.change(grant, (now) => acceptNote(now, grant, {
    about: now.revisions[0].about, ratings: as.ratings, rights: { audience: as.audience, level: as.level, named: [], stewards: [] }, reviewOn: as.reviewOn, text: '', clearComments: false,
  }, id, room))
  if (!outcome.ok) return outcome.refusals[0]?.code ?? 'imports.accept.decided'
  return null
}

async function remember(batch: Batch, curator: Person, desk: ImportDesk, next: (now: Acceptance) => Acceptance): Promise<void> {
  const permission = permit({ kind: 'person', person: curator }, 'import.accept', standingApart(batch.id, { curator: true }))
  if (!permission.ok) return
  await desk.parts.batches.change(permission.grant, (now) => done(now.acceptance ? { ...now, acceptance: next(now.acceptance) } : now))
}
