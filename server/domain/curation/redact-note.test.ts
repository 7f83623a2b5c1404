import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { commentOn, flagNote, replyInReview } from '../community/add-to-note.js'
import { editNote } from '../notes/edit-note.js'
import type { Draft } from '../notes/draft.js'
import type { Note } from '../notes/note.js'
import type { Outcome } from '../people/refusal.js'
import { noteAsSeen } from '../notes/seen.js'
import { NOW, TODAY, TAXONOMY, around, grantFor, posted, sightFor, writing } from '../notes/sample.js'
import { ABOUT_NOTHING, NO_SOURCE } from '../notes/revision.js'
import { Vocabulary } from '../notes/taxonomy.js'
import { fold } from '../search/fold.js'
import { returnNote } from './return-note.js'
import { confirmRedaction, proposeRedaction, redactAgain, refuseRedaction } from './redact-note.js'
import { draftRedacted, textsRedacted, withTexts, type RedactionMeans, type Wanted } from './redact-texts.js'
import { spansOf } from './redact-words.js'

const means: RedactionMeans = { fold, digest: (text) => createHash('sha256').update(text).digest('hex') }
const vocabulary = new Vocabulary({ ...TAXONOMY, reasons: { ...TAXONOMY.reasons, redaction: [{ key: 'secret', en: 'Secret', zh: '机密' }] } })
const MARK = `[抹除 ${TODAY} secret]`

function value<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.refusals.map((r) => r.code).join())
  return outcome.value
}

/** A note that says it everywhere a person can write. */
function talkative(said: string): Note {
  let note = posted('teller', {
    title: `About ${said}`, body: `First ${said}, then more.`,
    about: { ...ABOUT_NOTHING, tags: [said.slice(0, 40), 'kept'] }, source: { ...NO_SOURCE, saidBy: `cousin of ${said}`, reference: `file ${said}` },
  })
  note = value(commentOn(note, grantFor('colleague', 'note.comment', note), { id: 'c1', text: `I know ${said} too`, at: NOW, key: null }))
  note = value(flagNote(note, grantFor('colleague', 'note.flag', note), { id: 'f1', text: `${said} should not be here`, at: NOW, key: null, reason: 'says_too_much', item: 'i2' }))
  note = value(replyInReview(note, grantFor('curator', 'note.reply', note), { id: 'm1', text: `Why ${said}?`, at: NOW, key: null }))
  note = value(returnNote(note, grantFor('curator', 'note.decide', note), { code: 'needs_source', text: `Leave ${said} out` }, 'd1', vocabulary, NOW))
  return value(editNote(note, grantFor('teller', 'note.edit', note), writing({ title: 'Shorter', body: `Now without, but ${said} stays` }), { item: 'i3', titleFromText: 'x' }, around('teller')))
}

function redactedNote(note: Note, wanted: Wanted): Note {
  const proposed = value(proposeRedaction(note, grantFor('curator', 'note.redact', note), { ...wanted, reason: 'secret' }, 'r1', vocabulary, means, NOW))
  return value(confirmRedaction(proposed, grantFor('second', 'note.redact', proposed), 'r1', means, NOW, TODAY))
}

function textsOf(note: Note): string[] {
  const all: string[] = []
  withTexts(note, { text: (_, text) => (all.push(text), text), tags: (_, tags) => (all.push(...tags), tags) })
  return all
}

t.test('two people take words away, and they are gone from every text of the note', async (t) => {
  const note = talkative('Zhang Xiaomei')
  t.ok(textsOf(note).filter((text) => text.includes('Zhang Xiaomei')).length >= 9, 'premise: it stands in every kind of text')
  const after = redactedNote(note, { whole: false, words: ['Zhang Xiaomei'] })
  t.notMatch(JSON.stringify(after), /Zhang|Xiaomei/)
  t.equal(after.revisions[0].body, `First ${MARK}, then more.`)
  t.same(after.revisions[0].about.tags, ['kept'], 'a tag that held them goes as a whole')
  t.equal(after.redaction, null, 'the proposal, which held the words, is gone too')
  t.equal(after.revision, note.revision + 1, 'whoever was about to decide on the old text must look again')
  t.same(after.timeline.slice(-2).map((line) => line.what), ['redaction_proposed', 'redacted'])
})

t.test('the proposer cannot confirm, and a stranger to the proposal cannot confirm another one', async (t) => {
  const note = posted()
  const wanted = { whole: false, words: ['rate reset'], reason: 'secret' }
  const proposed = value(proposeRedaction(note, grantFor('curator', 'note.redact', note), wanted, 'r1', vocabulary, means, NOW))
  t.same(confirmRedaction(proposed, grantFor('curator', 'note.redact', proposed), 'r1', means, NOW, TODAY), { ok: false, refusals: [{ at: '', code: 'redaction.second_person' }] })
  t.same(confirmRedaction(proposed, grantFor('second', 'note.redact', proposed), 'r0', means, NOW, TODAY), { ok: false, refusals: [{ at: '', code: 'redaction.gone' }] })
  t.throws(() => grantFor('teller', 'note.redact', note), /curators_only/, 'its author alone cannot even propose it')
  const refused = value(refuseRedaction(proposed, grantFor('second', 'note.redact', proposed), 'r1', NOW))
  t.equal(refused.redaction, null)
  t.equal(refused.revisions[0].body, note.revisions[0].body, 'refused: nothing changed')
})

t.test('words that do not stand in the note, one letter, or no reason are refused', async (t) => {
  const note = posted()
  const refusal = (words: readonly string[], reason = 'secret') => {
    const outcome = proposeRedaction(note, grantFor('curator', 'note.redact', note), { whole: false, words, reason }, 'r1', vocabulary, means, NOW)
    return outcome.ok ? 'accepted' : outcome.refusals[0]?.code
  }
  t.equal(refusal(['Nobody called']), 'accepted')
  t.equal(refusal(['Somebody wrote']), 'redaction.words.not_found')
  t.equal(refusal(['b']), 'redaction.words.not_found')
  t.equal(refusal([]), 'redaction.words.missing')
  t.equal(refusal(['Nobody called'], 'because'), 'redaction.reason.missing')
})

t.test('the words of a proposal are seen by nobody but curators of every text', async (t) => {
  const note = posted()
  const proposed = value(proposeRedaction(note, grantFor('curator', 'note.redact', note), { whole: false, words: ['rate reset'], reason: 'secret' }, 'r1', vocabulary, means, NOW))
  t.same(noteAsSeen(proposed, sightFor('second'))?.redaction?.words, ['rate reset'])
  t.equal(noteAsSeen(proposed, sightFor('teller'))?.redaction, null)
  t.equal(noteAsSeen(proposed, sightFor('colleague'))?.redaction, null)
  const once: Note = { ...proposed, revisions: [{ ...proposed.revisions[0], number: 0, floor: { ...proposed.rights, level: 'confidential' } }, proposed.revisions[0]] }
  t.equal(noteAsSeen(once, sightFor('plain-curator'))?.asCurator, true, 'premise: curates what is published')
  t.equal(noteAsSeen(once, sightFor('plain-curator'))?.redaction, null, 'but not an old text above their clearance')
})

t.test('however the words are written, they are found', async (t) => {
  const found = (text: string, word: string) => spansOf(text, [word], [], fold).map(({ start, end }) => text.slice(start, end))
  t.same(found('轉帳給張小美，她是張 小美。', '张小美'), ['張小美', '張 小美'])
  t.same(found('ＺＨＡＮＧ  Wei and zhang\nwei', 'Zhang Wei'), ['ＺＨＡＮＧ  Wei', 'zhang\nwei'])
  t.same(found('卡号6222 0212-3456 7890，另一张62220212345678901', '6222021234567890'), ['6222 0212-3456 7890'], 'not inside a longer number')
  t.same(found('Chen in the kitchen. **Ch**en, Chen’s', 'chen'), ['Chen', 'Ch**en', 'Chen'])
  t.same(found('&#x5F20;小美 and 张\u200b小美', '张小美'), ['&#x5F20;小美', '张\u200b小美'])
  t.same(found('Müller, MU\u0308LLER', 'muller'), ['Müller', 'MU\u0308LLER'])
})

const TRADITIONAL: Readonly<Record<string, string>> = { 张: '張', 陈: '陳', 转: '轉', 银: '銀', 户: '戶', 证: '證', 号: '號', 书: '書' }
const wide = (text: string) => [...text].map((c) => (/[!-~]/.test(c) ? String.fromCharCode(c.charCodeAt(0) + 0xfee0) : c)).join('')
const traditional = (text: string) => [...text].map((c) => TRADITIONAL[c] ?? c).join('')

const WORD = fc.oneof(
  fc.array(fc.constantFrom(...Object.keys(TRADITIONAL), '小', '美', '王'), { minLength: 2, maxLength: 5 }).map((all) => all.join('')),
  fc.stringMatching(/^[A-Za-z]{3,8}( [A-Za-z]{3,8})?$/),
  fc.stringMatching(/^\d{6,18}$/),
)
const WRITTEN = fc.constantFrom((text: string) => text, wide, traditional, (text: string) => text.toUpperCase(), (text: string) => wide(traditional(text)))
const AROUND = fc.constantFrom('', '，', ' ', '。\n', ' — ', '**', '客户 ', ' (', '1. ')

t.test('after a redaction none of the words is found in any text, in any of its spellings; a second time changes nothing', async (t) => {
  const model = talkative('x')
  let removed = 0
  fc.assert(fc.property(fc.uniqueArray(WORD, { minLength: 1, maxLength: 3 }), fc.array(fc.tuple(fc.nat(2), WRITTEN, AROUND), { minLength: 1, maxLength: 6 }), (words, parts) => {
    const said = parts.map(([at, written, gap]) => `;${gap};${written(words[at % words.length] as string)};`).join('')
    const note = withTexts(model, { text: () => said, tags: () => ['kept', said] })
    const used = words.filter((word) => spansOf(said, [word], [], fold).length > 0)
    const wanted = { whole: false, words: used }
    const { note: after } = textsRedacted(note, wanted, MARK, means)
    for (const text of textsOf(after)) {
      // Looked for without any of our own code: what is left, folded, beside the mark.
      const left = [...text.replaceAll(MARK, '\n')].map((c) => fold(c)).join('').split(/[^\p{L}\p{N} ]+/u)
      for (const word of words) if (left.includes([...word].map((c) => fold(c)).join(''))) throw new Error(`“${word}” is still in “${text}”`)
    }
    if (used.length > 0) removed += 1
    if (textsOf(textsRedacted(after, wanted, MARK, means).note).join('\0') !== textsOf(after).join('\0')) throw new Error('a second time changed something')
  }), { numRuns: 300 })
  t.ok(removed > 250, `premise: ${removed} notes lost words`)
})

t.test('an older copy of a note is brought to where the redaction had left it, without the words being known', async (t) => {
  const before = talkative('Zhang Xiaomei')
  const now = value(commentOn(before, grantFor('colleague', 'note.comment', before), { id: 'c9', text: 'Later: Zhang Xiaomei again', at: NOW, key: null }))
  const after = redactedNote(now, { whole: false, words: ['Zhang Xiaomei'] })
  const kept = after.redactions?.[0]
  if (!kept) throw new Error('no redaction was kept')
  t.notMatch(JSON.stringify(kept), /Zhang|Xiaomei/)
  const restored = redactAgain(before, kept, null, means)
  t.notMatch(JSON.stringify(restored), /Zhang|Xiaomei/)
  t.equal(restored.revisions[0].body, after.revisions[0].body, 'cut in the same places')
  t.equal(redactAgain(restored, kept, null, means), restored, 'once is enough')
  t.equal(redactAgain(after, kept, null, means), after)
})

t.test('a text of an older copy that is not the one that was cut is marked as a whole', async (t) => {
  const before = talkative('Zhang Xiaomei')
  const kept = redactedNote(before, { whole: false, words: ['Zhang Xiaomei'] }).redactions?.[0]
  if (!kept) throw new Error('no redaction was kept')
  const [first, ...rest] = before.revisions
  const other: Note = { ...before, revisions: [{ ...first, body: 'A longer one by Zhang Xiaomei', about: { ...first.about, tags: ['xiaomei zhang', 'x', 'y'] } }, ...rest] }
  const restored = redactAgain(other, kept, null, means)
  t.equal(restored.revisions[0].body, MARK)
  t.same(restored.revisions[0].about.tags, [])
  t.notMatch(JSON.stringify(restored), /Zhang|Xiaomei/i)
})

t.test('a whole note loses every text, its drafts too, and other drafts keep theirs', async (t) => {
  const after = redactedNote(talkative('Zhang Xiaomei'), { whole: true, words: [] })
  t.same([...new Set(textsOf(after))].filter((text) => text !== ''), [MARK])
  const draft: Draft = { schema: 1, id: 'x', version: 1, owner: 'teller', savedAt: NOW, edits: { note: 'n1', revision: 1 }, fields: { title: 'T', body: 'B', topic: 'pricing', tags: '' } }
  t.same(draftRedacted(draft, 'n1', { whole: true, words: [] }, MARK, means).fields, { title: MARK, body: MARK, topic: 'pricing', tags: '' })
  const other = { ...draft, edits: null }
  t.equal(draftRedacted(other, 'n1', { whole: true, words: [] }, MARK, means), other)
  t.equal(draftRedacted({ ...other, fields: { body: '給張小美打電話' } }, 'n1', { whole: false, words: ['张小美'] }, MARK, means).fields['body'], `給${MARK}打電話`)
})
