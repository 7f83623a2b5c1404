import t from 'tap'
import { granted, may, permit } from '../../domain/policy/grant.js'
import { accessOf, additionAccess, faceAccess } from '../../domain/notes/access.js'
import { deskSight, knowersOf, readerSight, sightOf } from '../../domain/policy/readable.js'
import { isLowerLevel, isWiderAudience } from '../../domain/policy/level.js'
import { sees } from '../../domain/policy/sees.js'
import { RULES, standingApart } from '../../domain/policy/rules.js'
import { noteAsSeen } from '../../domain/notes/seen.js'
import { PEOPLE } from './bank.js'
import { Canaries } from './canaries.js'
import { disagreements } from './compare.js'
import type { Law } from './law.js'
import { plantedNotes } from './notes.js'
import { allNotes } from './objects.js'
import { PRINCIPALS } from './principals.js'
import { publishedText, reads, verdict } from './table.js'

const LAW: Law = { sightOf, knowersOf, deskSight, readerSight, sees, accessOf, faceAccess, additionAccess, noteAsSeen, may, permit, granted, isLowerLevel, isWiderAudience, standingApart, RULES }

t.test('whoever asks for whatever note reads exactly what PRODUCT.md §3 says, and may do exactly what it says', async (t) => {
  const notes = plantedNotes()
  t.ok(notes.length > 3000, `the cross product is whole (${notes.length} notes)`)
  t.ok(PRINCIPALS.length >= 40, 'everybody is there')
  const found: string[] = []
  for (const one of disagreements(LAW, notes)) {
    found.push(one)
    if (found.length === 20) break
  }
  t.same(found, [])
})

t.test('the oracle knows both answers for every principal who is anybody', async (t) => {
  const notes = allNotes()
  const nobody = ['anonymous', 'write token', 'token of a disabled owner', 'disabled-author', 'disabled-curator', 'disabled-same-team']
  for (const principal of PRINCIPALS) {
    const verdicts = new Set(notes.map((note) => verdict(principal, note)))
    if (nobody.includes(principal.name)) t.same([...verdicts], ['none'], principal.name)
    // The one curator who is in everything: of the whole bank, fully cleared, named, and of the relationship team.
    else t.ok((verdicts.has('none') || principal.name === 'second-steward') && verdicts.size > 1, `${principal.name}: ${[...verdicts].join(', ')}`)
  }
  const all = new Set(PRINCIPALS.flatMap((principal) => notes.map((note) => verdict(principal, note))))
  t.same([...all].sort(), ['decide', 'edit', 'none', 'read'])
})

t.test('a restricted note of a restricted customer is read by the few who are both named and appointed', async (t) => {
  const note = allNotes().find((n) => n.level === 'restricted' && n.customer === 'restricted' && n.state === 'published' && n.confidence === 'validated' && n.writer === 'author')
  if (!note) return t.fail('there is such a note')
  const readers = PRINCIPALS.filter((p) => reads(p, note, publishedText(note))).map((p) => p.name)
  t.same(readers, ['author', 'second-steward', 'read and write token'])
})

t.test('members of a channel are those the directory has', async (t) => {
  for (const principal of PRINCIPALS) {
    if (principal.kind !== 'channel') continue
    t.same([...PEOPLE.members(principal.team)].map((p) => p.id).sort(), [...principal.members].sort(), principal.name)
  }
})

t.test('a canary is found in a page whatever stands around it, and in no page without it', async (t) => {
  const canaries = new Canaries(1)
  const words = Array.from({ length: 500 }, (_, at) => canaries.plant(`object ${at % 7}`, `field ${at}`))
  t.equal(new Set(words).size, 500)
  t.ok(words.every((word) => /^[a-z]{12}$/.test(word)))
  t.same(canaries.seenIn(`<p class="${words[3]?.toUpperCase()}">…${words[4]}xx${words[5]}</p>`).map((c) => c.field), ['field 3', 'field 4', 'field 5'])
  t.same(canaries.seenIn('A page about nothing in particular, 客户'), [])
  t.equal(canaries.of('object 2')[0]?.word, words[2])
})
