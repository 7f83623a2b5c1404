import { acceptNote } from '../../domain/curation/accept-note.js'
import { rehomeNote } from '../../domain/curation/classify-note.js'
import { mergeAway, takeOverText } from '../../domain/curation/merge-note.js'
import { agreeToWidening, clearOld, confirmLowering } from '../../domain/curation/opening.js'
import { declineNote, returnNote } from '../../domain/curation/return-note.js'
import { archiveNote, restoreNote } from '../../domain/notes/archive-note.js'
import { editNote } from '../../domain/notes/edit-note.js'
import { narrowNote } from '../../domain/notes/narrow-note.js'
import { postNote } from '../../domain/notes/post-note.js'
import type { Revision } from '../../domain/notes/revision.js'
import type { NoteSeen } from '../../domain/notes/seen.js'
import { withdrawNote } from '../../domain/notes/withdraw-note.js'
import type { Outcome } from '../../domain/people/refusal.js'
import { permit, type Grant } from '../../domain/policy/grant.js'
import { standingApart } from '../../domain/policy/rules.js'
import { MAY } from '../oracle/acts.js'
import { TODAY } from '../oracle/bank.js'
import { AUDIENCES, HOMES, LEVELS } from '../oracle/objects.js'
import { factsOfActing, knowsCustomer, readsAny, type Wish, type WorldNote, type WorldText } from '../oracle/world.js'
import * as effects from '../oracle/world-effects.js'
import { around, bodyOf, decidable, draftOf, known, onNote, partyOf, people, rightsOf, wished, wishOf, wishSaid, withStewards, writingOf, type Scene, type Told } from './acting.js'
import { called } from './looking.js'
import { newId } from './portal.js'

/** What people do to notes: who and which is left to the dice, what becomes of the note is told to the oracle. */
export const NOTE_ACTS: Readonly<Record<string, (scene: Scene) => Promise<Told>>> = {
  post: async (scene) => {
    const { portal, world, dice } = scene
    const who = dice.one(people(world).filter((id) => !world.staff[id].disabled))
    const draft = draftOf(scene, who)
    const id = newId()
    const permission = permit({ kind: 'person', person: portal.person(who) }, 'note.post', standingApart(id))
    if (!permission.ok) return { said: `${who} posts`, done: false, wrong: `${who} may not post` }
    const { department, teams } = world.staff[who]
    const place = { department, team: teams[0] ?? null }
    const outcome = postNote(permission.grant, writingOf(world, draft), { id, item: newId(), home: place, titleFromText: '', key: null }, await around(scene, who, draft))
    const said = `${who} posts note ${world.notes.length + 1} from ${department}/${place.team ?? 'no team'} ${wished(draft)}`
    if (!outcome.ok) return { said, done: false }
    await portal.store.notes.add(permission.grant, outcome.value)
    effects.posted(world, id, place, draft)
    return { said, done: true }
  },

  edit: (scene) => onNote(scene, 'note.edit', () => true, async ({ note, who, seen }) => {
    const draft = draftOf(scene, who)
    const room = await around(scene, who, draft)
    return {
      said: `writes again ${wished(draft)}`,
      verb: (now, grant) => editNote(now, grant as Grant<'note.edit'>, writingOf(scene.world, draft), { item: newId(), titleFromText: '' }, room),
      effect: () => effects.edited(scene.world, note, draft),
      seen,
    }
  }),

  accept: (scene) => accept(scene, decidable, (proposed) => (scene.dice.chance(60) ? (proposed.level === 'restricted' ? withStewards(scene, proposed) : proposed) : wishOf(scene))),

  /** Where no offer waits for its writer, somebody makes one first. */
  agree: (scene) => {
    const offered = scene.world.notes.some((note) => note.item.widening !== null)
    if (!offered) return accept(scene, decidable, (proposed) => withStewards(scene, { ...proposed, audience: 'enterprise', named: [...new Set([...proposed.named, ...wishOf(scene).named])] }))
    return onNote(scene, 'note.agree', (note) => note.item.widening !== null, async ({ note }) => {
      const agrees = scene.dice.chance(80)
      return { said: agrees ? 'agrees' : 'does not agree', verb: (now, grant) => agreeToWidening(now, grant as Grant<'note.agree'>, agrees, scene.portal.now()), effect: () => effects.answered(note, agrees) }
    })
  },

  lower: (scene) => {
    const asked = scene.world.notes.some((note) => note.item.lowering !== null)
    if (!asked) return accept(scene, (note) => decidable(note) && note.rights.level === 'restricted', (proposed) => ({ ...proposed, level: scene.dice.one(['shareable', 'internal', 'confidential'] as const), stewards: [] }))
    return onNote(scene, 'note.curate', (note) => note.item.lowering !== null, async ({ note }) => ({
      said: 'agrees that it need not be restricted', verb: (now, grant) => confirmLowering(now, grant as Grant<'note.curate'>, true, scene.portal.now()), effect: () => effects.lowered(note),
    }))
  },

  sendBack: (scene) => onNote(scene, 'note.decide', decidable, async ({ note }) => {
    const tooMuch = scene.dice.chance(50)
    const reason = { code: tooMuch ? 'says_too_much' : 'unclear', text: 'Please look again.' }
    return {
      said: `returns it: ${reason.code}`, effect: () => effects.returned(note, tooMuch),
      verb: (now, grant) => returnNote(now, grant as Grant<'note.decide'>, reason, newId(), scene.portal.vocabularies.vocabulary(), scene.portal.now()),
    }
  }),

  decline: (scene) => onNote(scene, 'note.decide', decidable, async ({ note }) => ({
    said: 'declines it', effect: () => effects.ended(note),
    verb: (now, grant) => declineNote(now, grant as Grant<'note.decide'>, { code: 'not_true', text: 'It is not so.' }, newId(), scene.portal.vocabularies.vocabulary(), scene.portal.now()),
  })),

  withdraw: (scene) => onNote(scene, 'note.withdraw', () => true, async ({ note }) => ({
    said: 'withdraws it', verb: (now, grant) => withdrawNote(now, grant as Grant<'note.withdraw'>, scene.portal.now()), effect: () => effects.ended(note),
  })),

  narrow: (scene) => onNote(scene, 'note.narrow', () => true, async ({ note }) => {
    const { dice, portal } = scene
    const { rights } = note
    const audience = dice.one(AUDIENCES.slice(0, AUDIENCES.indexOf(rights.audience) + 1))
    const level = dice.chance(50) ? rights.level : dice.one(LEVELS.slice(LEVELS.indexOf(rights.level)))
    const unnamed = dice.some(rights.named, 60)
    const to = withStewards(scene, { ...rights, audience, level })
    const withhold = dice.chance(20)
    const unname = portal.fault === 'a name is not taken off' ? [] : unnamed.map(partyOf)
    return {
      said: `closes it to ${audience}, ${level}${unnamed.length > 0 ? `, un-names ${unnamed.join(' and ')}` : ''}${withhold ? ', withholds it' : ''}`,
      verb: (now, grant) => narrowNote(now, grant as Grant<'note.narrow'>, { audience, level, unname, withhold, stewards: to.stewards.map(partyOf) }, portal.people.directory(), newId(), portal.now(), TODAY),
      effect: () => effects.narrowed(note, to, unnamed, withhold),
    }
  }),

  archive: (scene) => onNote(scene, 'note.archive', () => true, async ({ note }) => ({
    said: 'archives it', verb: (now, grant) => archiveNote(now, grant as Grant<'note.archive'>, scene.portal.now()), effect: () => effects.archived(note),
  })),

  restore: (scene) => onNote(scene, 'note.restore', () => true, async ({ note }) => ({
    said: 'restores it', verb: (now, grant) => restoreNote(now, grant as Grant<'note.restore'>, newId(), scene.portal.now()), effect: () => effects.restored(note),
  })),

  merge: (scene) => onNote(scene, 'note.merge', decidable, async ({ note, who, sight, viewer }) => {
    const { world, portal, dice } = scene
    const me = { kind: 'person', name: who, who } as const
    const targets = world.notes.filter((one) => one !== note && !one.archived && one.confidence !== 'wip' && readsAny(world, me, one))
    if (targets.length === 0) return null
    const into = dice.one(targets)
    const takes = dice.chance(60) && MAY['note.edit'](factsOfActing(world, who, into))
    const word = scene.word()
    // What the curator was shown of it, customers they may not know left out.
    const customers = (note.texts[note.item.subject] as WorldText).customers.filter((key) => knowsCustomer(world, me, key))
    const before = async (present: NoteSeen): Promise<Outcome<unknown>> => {
      const target = await portal.store.notes.get(into.id, sight)
      const edit = target && permit(viewer, 'note.edit', target.standing, target.revision)
      if (!edit?.ok) throw new Error(`${who} may not take text over into ${called(world, into.id)}, should be able to`)
      const from = { rights: present.rights, customers: customers.map((key) => world.customers[key].id) }
      return portal.store.notes.change(edit.grant, (now) => takeOverText(now, edit.grant, from, { title: word, body: bodyOf(word) }, newId(), portal.now()))
    }
    return {
      said: `merges it into ${called(world, into.id)}${takes ? ' with its text' : ''}`,
      ...(takes && { before }),
      verb: (now, grant) => mergeAway(now, grant as Grant<'note.merge'>, into.id, '', newId(), portal.now()),
      effect: () => {
        if (takes) effects.tookOver(into, note, customers, { by: who, word })
        effects.archived(note)
      },
    }
  }),

  clear: (scene) => onNote(scene, 'note.clear', (note) => note.texts.length > 1, async ({ note, seen }) => {
    const at = scene.dice.below(note.texts.length)
    const revision = seen.revisions.find(({ title }) => title === note.texts[at]?.word)
    if (!revision) return null
    return { said: `clears text ${at + 1}`, verb: (now, grant) => clearOld(now, grant as Grant<'note.clear'>, { revision: revision.number }, scene.portal.now()), effect: () => effects.cleared(note, at) }
  }),

  rehome: (scene) => onNote(scene, 'note.rehome', () => true, async ({ note }) => {
    const home = scene.dice.one(Object.values(HOMES))
    return { said: `gives it to ${home.department}/${home.team}`, verb: (now, grant) => rehomeNote(now, grant as Grant<'note.rehome'>, home, scene.portal.now()), effect: () => { note.place = home } }
  }),
}

function accept(scene: Scene, when: (note: WorldNote) => boolean, wish: (proposed: Wish) => Wish): Promise<Told> {
  const told = onNote(scene, 'note.decide', when, async ({ note, who }) => {
    const { portal } = scene
    const as = wish((note.texts[note.item.subject] as WorldText).proposed)
    const room = { people: portal.people.directory(), vocabulary: portal.vocabularies.vocabulary(), knownCustomers: await known(scene, who), now: portal.now(), today: TODAY }
    return {
      said: `accepts ${wishSaid(as)}`,
      verb: (now, grant) => acceptNote(now, grant as Grant<'note.decide'>, {
        about: (now.revisions.find((r) => r.number === now.item?.subject) as Revision).about, ratings: { value: 3, correctness: 2, reliability: 'B', ease: 2 },
        rights: rightsOf(as), reviewOn: '2027-01-01', text: '', clearComments: false,
      }, newId(), room),
      effect: () => effects.accepted(note, who, as),
    }
  })
  return told.then((one) => ({ ...one, as: 'accept' }))
}
