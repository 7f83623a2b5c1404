import fc from 'fast-check'
import t from 'tap'
import { isLikelyDuplicate, likeness, shinglesOf } from './duplicates.js'

const same = (a: string, b: string): boolean => isLikelyDuplicate(shinglesOf(a), shinglesOf(b))

t.test('an author is told of a note that says the same in nearly the same words', async (t) => {
  t.ok(same('王总说下个月要把定期存款转到他行，因为利率低了三十个基点。', '王总说，下个月要把定期存款转到他行，因为我行利率低了 30 个基点。'))
  t.ok(same('The treasurer of Hengda worries about the dollar rate and asked for a forward.', 'the treasurer of **Hengda** worries about the dollar rate, and asked us for a forward'))
  t.ok(same('客户投诉手机银行转账限额太低，要求柜面当场调高', '# 投诉\n\n- 客户投诉手机银行转账限额太低，要求柜面当场调高\n- 已由大堂经理解释，客户接受，并约定下周再来办理企业网银升级和代发工资业务'))
  t.ok(same('ＫＹＣ续期材料清单：营业执照、法人身份证', 'KYC续期材料清单：营业执照、法人身份证'))
})

t.test('two notes about the same customer in other words are no duplicates', async (t) => {
  t.notOk(same('王总说下个月要把定期存款转到他行，因为利率低了三十个基点。', '拜访王总：公司准备扩建厂房，问我行能否提供五年期固定资产贷款。'))
  t.notOk(same('The treasurer worries about the dollar rate.', 'The treasurer asked whether we finance the new plant.'))
  t.notOk(same('王总', '王总经理'))
  t.notOk(same('', ''))
  t.notOk(same('', '王总'))
})

t.test('likeness is the same from both sides, between none and all, and all with oneself', async (t) => {
  const text = fc.array(fc.constantFrom('客户', '利率', ' ', 'rate', '，', 'the ', '存款', '\n'), { maxLength: 20 }).map((w) => w.join(''))
  fc.assert(fc.property(text, text, (a, b) => {
    const [x, y] = [shinglesOf(a), shinglesOf(b)]
    const there = likeness(x, y)
    const self = likeness(x, x).score
    return JSON.stringify(there) === JSON.stringify(likeness(y, x)) && there.score >= 0 && there.contained <= 1 && there.score <= there.contained && (x.size === 0 ? self === 0 : self === 1)
  }))
  t.pass()
})

t.test('the longest and oddest texts end', { timeout: 30_000 }, async (t) => {
  for (const unit of ['a', 'a ', '字', "'", '1 ', '*', '字a', ' ', '-a']) t.ok(shinglesOf(unit.repeat(50_000)).size < 20_000, unit)
})
