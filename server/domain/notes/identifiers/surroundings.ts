import { MASK } from './mask-character.js'

const CURRENCY = /[$¥￥€£₩₹]\s?$|(?:RMB|CNY|USD|HKD|EUR|GBP|JPY|人民币|美元|金额)[:：]?\s?$/i
// A bare 万 may be the surname of whoever the number belongs to.
const AMOUNT = /^\s?(?:元|圆|亿|千万|百万|万(?=[元亿港美欧英日人股笔户])|港币|港元|美元|美金|欧元|英镑|日元|人民币|%|‰|(?:yuan|dollars?|euros?|pounds?|RMB|CNY|USD|HKD|EUR|GBP|JPY)(?![a-z]))/i
const LABEL = /(?:card|acct|account|tel|phone|mobile|mob|cell|call|id|no)$/i
const REFERENCE =
  /(?:(?:订单|工单|运单|保单|单据|回单|流水|案件?|合同|凭证|交易|业务|参考|受理|投诉|发票|档案|文件|批次|单)编?号码?|编号|(?:case|ref|reference|order|ticket|invoice|transaction|txn|contract|claim|incident|complaint|policy|document|batch)(?:\s?(?:no|number|num|nr|id))?)[\s.:#：]{0,3}$/i

const MASKED_BEFORE = new RegExp(`${MASK}[ -]?$`)
const MASKED_AFTER = new RegExp(`^[ -]?${MASK}`)

/** Could a number stand here by itself: not the tail of a word, a decimal, or a number that is masked already? */
export function standsAlone(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - 12), start)
  const after = text.slice(end, end + 2)
  if (/[\d_]$/.test(before) || /^[\d_]/.test(after)) return false
  if (/\d[.,]$/.test(before) || /^[.,]\d/.test(after)) return false
  if (/[A-Za-z]$/.test(before) && !LABEL.test(before)) return false
  if (/^[A-Za-z]/.test(after)) return false
  return !MASKED_BEFORE.test(before) && !MASKED_AFTER.test(after)
}

export function isAmount(text: string, start: number, end: number): boolean {
  return CURRENCY.test(text.slice(Math.max(0, start - 8), start)) || AMOUNT.test(text.slice(end, end + 10))
}

/** Is it introduced as the number of an order, a case, a contract? */
export function isReference(text: string, start: number): boolean {
  return REFERENCE.test(text.slice(Math.max(0, start - 24), start))
}
