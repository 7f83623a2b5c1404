import fc from 'fast-check'
import t from 'tap'
import type { Outcome } from '../people/refusal.js'
import { permit, type Grant } from '../policy/grant.js'
import { standingApart } from '../policy/rules.js'
import { faceAccess } from '../notes/access.js'
import type { Glossary } from '../notes/glossary.js'
import { NOW, TAXONOMY, person_, posted, around, writing } from '../notes/sample.js'
import { Vocabulary, type Taxonomy } from '../notes/taxonomy.js'
import { governanceOf } from '../notes/writing.js'
import { ABOUT_NOTHING } from '../notes/revision.js'
import { addConcept, changeConcept, mergeConcepts, retireConcept, type ConceptTyped } from './vocabulary-concepts.js'
import { EDITED_KINDS, addTerm, changeTerm, mergeTags, mergeTerm, retireTerm, termsOf, type TermTyped } from './vocabulary-terms.js'

function grant(): Grant<'vocabulary.edit'> {
  const permission = permit({ kind: 'person', person: person_('curator') }, 'vocabulary.edit', standingApart('v'))
  if (!permission.ok) throw new Error('no grant')
  return permission.grant
}

const editing = (seen = 1) => ({ by: 'curator', at: NOW, seen })
const typed = (more: Partial<TermTyped> = {}): TermTyped => ({
  key: 'fees', en: 'Fees', zh: '费用', descriptionEn: '', descriptionZh: '', parent: '', reviewFirst: false, routeEn: '', routeZh: '', ...more,
})
const codes = (outcome: Outcome<unknown>) => (outcome.ok ? [] : outcome.refusals.map(({ at, code }) => `${at}:${code}`))

/** As the store does: it counts. */
function kept<T extends { version: number }>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(codes(outcome).join())
  return { ...outcome.value, version: outcome.value.version + 1 }
}

t.test('a curator adds a topic in both languages, under another, and everybody sees who did', async (t) => {
  const after = kept(addTerm(TAXONOMY, grant(), 'topics', typed({ parent: 'pricing', descriptionEn: 'What we charge', descriptionZh: '收什么费' }), editing()))
  t.same(after.topics.at(-1), { key: 'fees', en: 'Fees', zh: '费用', description: { en: 'What we charge', zh: '收什么费' }, parent: 'pricing' })
  t.same(after.changes, [{ version: 2, at: NOW, by: 'curator', what: 'added', kind: 'topics', key: 'fees' }])
  t.same(new Vocabulary(after).topicWithin('pricing'), ['pricing', 'fees'])
})

t.test('what could break a note or a list is refused beside its field', async (t) => {
  const add = (more: Partial<TermTyped>, kind: (typeof EDITED_KINDS)[number] = 'topics') => codes(addTerm(TAXONOMY, grant(), kind, typed(more), editing()))
  t.same(add({ key: 'Fees Now' }), ['key:vocabulary.key.form'])
  t.same(add({ key: '__proto__' }), ['key:vocabulary.key.form'])
  t.same(add({ key: 'pricing' }), ['key:vocabulary.key.taken'])
  t.same(add({ zh: ' ' }), ['zh:vocabulary.word.missing'])
  t.same(add({ en: 'pricing' }), ['en:vocabulary.word.taken'])
  t.same(add({ descriptionEn: 'only one' }), ['descriptionZh:vocabulary.both_languages'])
  t.same(add({ parent: 'nothing' }), ['parent:vocabulary.parent.missing'])
  t.same(add({ key: 'needs_source', en: 'New', zh: '新' }, 'reasons.return'), ['key:vocabulary.key.taken'])
  const two = kept(addTerm(TAXONOMY, grant(), 'topics', typed({ parent: 'pricing' }), editing()))
  t.same(codes(changeTerm(two, grant(), 'topics', 'pricing', typed({ en: 'Pricing', zh: '定价', parent: 'fees' }), editing(2))), ['parent:vocabulary.parent.circle'])
  t.same(codes(changeTerm(two, grant(), 'topics', 'pricing', typed({ en: 'Pricing', zh: '定价', parent: 'pricing' }), editing(2))), ['parent:vocabulary.parent.circle'])
  t.same(codes(addTerm(two, grant(), 'topics', typed({ key: 'atm_fees', en: 'ATM', zh: '取现', parent: 'fees' }), editing(2))), ['parent:vocabulary.parent.too_deep'])
})

t.test('a second curator who saw the page before is told what changed, and overwrites nothing', async (t) => {
  const one = kept(changeTerm(TAXONOMY, grant(), 'topics', 'pricing', typed({ en: 'Prices', zh: '价格' }), editing()))
  t.same(codes(changeTerm(one, grant(), 'topics', 'pricing', typed({ en: 'Tariffs', zh: '资费' }), editing(1))), [':vocabulary.changed'])
  t.same(codes(mergeTags(one, grant(), ['a'], 'b', editing(1))), [':vocabulary.changed'])
  t.ok(changeTerm(one, grant(), 'topics', 'pricing', typed({ en: 'Tariffs', zh: '资费' }), editing(2)).ok)
})

t.test('a reason never vanishes: retired it is still named, and codes the portal acts on stay', async (t) => {
  const flags = { ...TAXONOMY, reasons: { ...TAXONOMY.reasons, flag: [{ key: 'wrong', en: 'Wrong', zh: '有误' }, { key: 'rude', en: 'Rude', zh: '失礼' }] } }
  t.same(codes(retireTerm(flags, grant(), 'reasons.flag', 'wrong', true, editing())), [':vocabulary.needed'])
  t.same(codes(retireTerm(TAXONOMY, grant(), 'reasons.return', 'says_too_much', true, editing())), [':vocabulary.needed'])
  t.same(codes(retireTerm(TAXONOMY, grant(), 'reasons.decline', 'not_true', true, editing())), [':vocabulary.last'])
  const after = new Vocabulary(kept(retireTerm(TAXONOMY, grant(), 'reasons.return', 'needs_source', true, editing())))
  t.equal(after.reason('return', 'needs_source')?.en, 'Source?')
  t.same(after.reasonsOffered('return').map(({ key }) => key), ['says_too_much'])
  const back = kept(retireTerm(after.taxonomy, grant(), 'reasons.return', 'needs_source', false, editing(2)))
  t.notOk(termsOf(back, 'reasons.return').some((term) => term.retired))
})

t.test('a key that every object answers to is a key like any other', async (t) => {
  for (const key of ['constructor', '__proto__', 'toString']) {
    t.equal(new Vocabulary(TAXONOMY).resolve('topics', key), key)
    t.same(new Vocabulary(TAXONOMY).topicWithin(key), [key], 'a filter asks for it and finds nothing')
    t.equal(new Vocabulary(TAXONOMY).topic(key), undefined)
  }
  const named = kept(addTerm(TAXONOMY, grant(), 'topics', typed({ key: 'constructor' }), editing()))
  t.ok(new Vocabulary(named).offered('topics').some(({ key }) => key === 'constructor'), 'and a topic of that name can be chosen')
})

t.test('a merged topic is read as the other one everywhere, and no note is touched', async (t) => {
  const more = kept(addTerm(TAXONOMY, grant(), 'topics', typed({}), editing()))
  const merged = kept(mergeTerm(more, grant(), 'topics', 'fees', 'pricing', editing(2)))
  const vocabulary = new Vocabulary(merged)
  t.equal(vocabulary.topic('fees')?.en, 'Pricing')
  t.same(vocabulary.topicWithin('pricing'), ['pricing', 'fees'], 'a filter finds notes that keep the old key')
  t.same(vocabulary.topicWithin('fees'), ['pricing', 'fees'])
  t.notOk(vocabulary.offered('topics').some(({ key }) => key === 'fees'))
  t.same(codes(addTerm(merged, grant(), 'topics', typed({}), editing(3))), ['key:vocabulary.key.taken'], 'its key never comes to mean something else')
  t.same(codes(mergeTerm(merged, grant(), 'topics', 'pricing', 'fees', editing(3))), ['into:vocabulary.merge.into_missing'], 'no circle')
})

t.test('merging never opens anything: not a topic that is reviewed first, nor one whose writers are sent elsewhere', async (t) => {
  t.same(codes(mergeTerm(TAXONOMY, grant(), 'topics', 'rumours', 'pricing', editing())), ['into:vocabulary.merge.would_open'])
  t.same(codes(mergeTerm(TAXONOMY, grant(), 'topics', 'staff', 'pricing', editing())), ['into:vocabulary.merge.routes'])
  t.same(codes(mergeTerm(TAXONOMY, grant(), 'topics', 'pricing', 'staff', editing())), ['into:vocabulary.merge.routes'])
  const closer = kept(mergeTerm(TAXONOMY, grant(), 'topics', 'pricing', 'rumours', editing()))
  const note = posted('teller', { about: { ...ABOUT_NOTHING, topic: 'pricing' } })
  t.equal(note.governance, 'publish_first', 'premise: posted before')
  t.equal(governanceOf(writing({ about: { ...ABOUT_NOTHING, topic: 'pricing' } }), around('teller', { vocabulary: new Vocabulary(closer) })), 'review_first', 'new ones follow the stricter')
  // Who reads a note stands on the note alone: no access names a topic, so no alias can change one.
  t.notMatch(JSON.stringify(faceAccess(note)), /pricing|rumours/)
})

t.test('whatever curators do to the vocabulary, every key a note may hold is still named, and nothing goes round in a circle', async (t) => {
  const step = fc.record({ act: fc.constantFrom('merge', 'retire', 'back', 'parent', 'rename', 'add'), a: fc.nat(8), b: fc.nat(8) })
  let done = 0
  fc.assert(fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => {
    let now: Taxonomy = TAXONOMY
    const ever = new Set(now.topics.map(({ key }) => key))
    for (const { act, a, b } of steps) {
      const keys = now.topics.map(({ key }) => key)
      const [from, to] = [keys[a % keys.length] as string, keys[b % keys.length] as string]
      const seen = editing(now.version)
      const term = now.topics.find(({ key }) => key === from)
      const fields = typed({ en: term?.en ?? '', zh: term?.zh ?? '', parent: term?.parent ?? '', reviewFirst: term?.governance === 'review_first' })
      const outcome = act === 'merge' ? mergeTerm(now, grant(), 'topics', from, to, seen)
        : act === 'retire' || act === 'back' ? retireTerm(now, grant(), 'topics', from, act === 'retire', seen)
          : act === 'parent' ? changeTerm(now, grant(), 'topics', from, { ...fields, parent: to }, seen)
            : act === 'rename' ? changeTerm(now, grant(), 'topics', from, { ...fields, en: `${from} ${now.version}`, zh: `${from} ${now.version}` }, seen)
              : addTerm(now, grant(), 'topics', typed({ key: `topic_${now.version}`, en: `T${now.version}`, zh: `题${now.version}` }), seen)
      if (!outcome.ok) continue
      done += 1
      now = kept(outcome)
      for (const { key } of now.topics) ever.add(key)
      const vocabulary = new Vocabulary(now)
      for (const key of ever) {
        const found = vocabulary.topic(key)
        if (!found || !vocabulary.topicWithin(found.key).includes(key)) throw new Error(`${key} is lost`)
        if (found.parent !== undefined && vocabulary.topic(found.parent)?.parent === found.key) throw new Error(`${key} goes in a circle`)
      }
    }
  }), { numRuns: 200 })
  t.ok(done > 300, `premise: ${done} edits were accepted`)
})

const GLOSSARY: Glossary = { version: 1, concepts: [{ key: 'mortgage', words: { en: ['mortgage'], zh: ['房贷', '按揭'] } }, { key: 'home_loan', words: { en: ['home loan'], zh: ['住房贷款'] }, departments: { branch: '按揭贷款' } }] }
const concept = (more: Partial<ConceptTyped> = {}): ConceptTyped => ({ key: 'cd', en: 'certificate of deposit, CD', zh: '大额存单，存单', departments: { retail: '存单' }, noteEn: '', noteZh: '', ...more })

t.test('the glossary keeps one word for one concept, in both languages', async (t) => {
  const after = kept(addConcept(GLOSSARY, grant(), concept(), editing()))
  t.same(after.concepts.at(-1), { key: 'cd', words: { en: ['certificate of deposit', 'CD'], zh: ['大额存单', '存单'] }, departments: { retail: '存单' } })
  t.same(codes(addConcept(GLOSSARY, grant(), concept({ zh: '' }), editing())), ['zh:vocabulary.word.missing'])
  t.same(codes(addConcept(GLOSSARY, grant(), concept({ en: 'CD, ＭＯＲＴＧＡＧＥ' }), editing())), ['en:vocabulary.words.of_other'])
  t.same(codes(changeConcept(GLOSSARY, grant(), 'mortgage', concept({ zh: '按揭、住房贷款' }), editing())), ['zh:vocabulary.words.of_other'])
  t.same(codes(changeConcept(after, grant(), 'mortgage', concept(), editing(1))), [':vocabulary.changed'])
})

t.test('merged concepts find each other’s words, and a removed one finds nothing', async (t) => {
  const merged = kept(mergeConcepts(GLOSSARY, grant(), 'home_loan', 'mortgage', editing()))
  t.same(merged.concepts, [{ key: 'mortgage', words: { en: ['mortgage', 'home loan'], zh: ['房贷', '按揭', '住房贷款'] }, departments: { branch: '按揭贷款' } }])
  t.same(codes(mergeConcepts(GLOSSARY, grant(), 'mortgage', 'mortgage', editing())), ['into:vocabulary.merge.itself'])
  t.same(kept(retireConcept(GLOSSARY, grant(), 'mortgage', editing())).concepts.map(({ key }) => key), ['home_loan'])
})

t.test('several tags become one, however they are typed, or none of them does', async (t) => {
  const one = TAXONOMY
  const seen = editing(one.version)
  const merged = mergeTags(one, grant(), [' #Pay Roll ', 'payroll', 'wages', 'wages'], '#Salaries', seen)
  t.same(merged.ok && merged.value.aliases.tags, { ...one.aliases.tags, 'pay roll': 'salaries', payroll: 'salaries', wages: 'salaries' })
  t.equal(merged.ok && merged.value.changes?.length, 3 + (one.changes?.length ?? 0))
  const after = merged.ok ? { ...merged.value, version: one.version } : one
  t.same(codes(mergeTags(after, grant(), ['bonus', 'wages'], 'pay', seen)), ['from:vocabulary.tags.merged_already'])
  t.same(codes(mergeTags(after, grant(), ['bonus', 'salaries'], 'wages', seen)), ['into:vocabulary.merge.itself'], 'nothing ends in a circle')
  t.same(codes(mergeTags(one, grant(), ['', ' # '], 'pay', seen)), ['from:vocabulary.tags.missing'])
  t.ok(mergeTags(one, grant(), ['constructor'], 'pay', seen).ok, 'a tag may have any name')
})
