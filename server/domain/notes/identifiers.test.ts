import fc from 'fast-check'
import t from 'tap'
import { IDENTIFIER_KINDS, findIdentifiers, maskIdentifiers, type IdentifierKind } from './identifiers.js'

type Expected = readonly [kind: IdentifierKind, text: string, masked: string]

const FOUND: readonly (readonly [sentence: string, ...expected: Expected[]])[] = [
  // mainland ID numbers
  ['身份证1101051949123100不全，完整的是11010519491231002X。', ['id_number', '11010519491231002X', '110•••••••••••••2X']],
  ['客户身份证号44030619900307123２，请核对', ['id_number', '44030619900307123２', '440•••••••••••••3２']],
  ['ID no. 11010519491231002x was shown at the counter', ['id_number', '11010519491231002x', '110•••••••••••••2x']],
  ['证件：310101 19850615 0016', ['id_number', '310101 19850615 0016', '310••• •••••••• ••16']],
  ['她的号码是**620102197811053014**', ['id_number', '620102197811053014', '620•••••••••••••14']],
  ['身份证１１０１０５１９４９１２３１００２Ｘ', ['id_number', '１１０１０５１９４９１２３１００２Ｘ', '１１０•••••••••••••２Ｘ']],
  // cards
  ['卡号6222021234567894已挂失', ['card', '6222021234567894', '6222••••••••7894']],
  ['卡号 6222 0212 3456 7894 已挂失', ['card', '6222 0212 3456 7894', '6222 •••• •••• 7894']],
  ['his card 4111-1111-1111-1111 was blocked', ['card', '4111-1111-1111-1111', '4111-••••-••••-1111']],
  ['借记卡6228480012345678903', ['card', '6228480012345678903', '6228•••••••••••8903']],
  ['借记卡 622848 0012345678903', ['card', '622848 0012345678903', '6228•• •••••••••8903']],
  ['工行老卡9558801234567890128', ['card', '9558801234567890128', '9558•••••••••••0128']],
  ['card6222021234567894', ['card', '6222021234567894', '6222••••••••7894']],
  ['Amex 3782 822463 10005', ['card', '3782 822463 10005', '3782 •••••• •0005']],
  ['６２２２－０２１２－３４５６－７８９４', ['card', '６２２２－０２１２－３４５６－７８９４', '６２２２－••••－••••－７８９４']],
  [
    'cards 4111 1111 1111 1111 4111 1111 1111 1111',
    ['card', '4111 1111 1111 1111', '4111 •••• •••• 1111'],
    ['card', '4111 1111 1111 1111', '4111 •••• •••• 1111'],
  ],
  // phones
  ['请打13812345678找张总', ['phone', '13812345678', '138••••5678']],
  ['手机号码：138-1234-5678（微信同号）', ['phone', '138-1234-5678', '138-••••-5678']],
  ['call 138 1234 5678 after six', ['phone', '138 1234 5678', '138 •••• 5678']],
  ['+86 138 1234 5678', ['phone', '+86 138 1234 5678', '+86 138 •••• 5678']],
  ['电话０７５５－８３１９５５５５', ['phone', '０７５５－８３１９５５５５', '０７５５－••••５５５５']],
  ['座机(0755)83195555', ['phone', '(0755)83195555', '(0755)••••5555']],
  ['座机（０１０）６６５５９９８８', ['phone', '（０１０）６６５５９９８８', '（０１０）••••９９８８']],
  ['8613812345678', ['phone', '8613812345678', '86138••••5678']],
  ['0086-13812345678', ['phone', '0086-13812345678', '0086-138••••5678']],
  ['office +852 2345 6789', ['phone', '+852 2345 6789', '+852 •••• 6789']],
  ['reach her on +1 415 555 2671', ['phone', '+1 415 555 2671', '+1 41• ••• 2671']],
  ['reach her on (415) 555-2671.', ['phone', '(415) 555-2671', '(41•) •••-2671']],
  ['his mobile is 13912345678万先生', ['phone', '13912345678', '139••••5678']],
  ['138\u200b1234\u200b5678', ['phone', '138\u200b1234\u200b5678', '138\u200b••••\u200b5678']],
  ['13812345678、13912345678', ['phone', '13812345678', '138••••5678'], ['phone', '13912345678', '139••••5678']],
  ['Tel13812345678', ['phone', '13812345678', '138••••5678']],
  // e-mail
  ['发到zhang.san@example.com。', ['email', 'zhang.san@example.com', 'z•••@example.com']],
  ['write to <mailto:li.si+vip@mail.example.co.uk>, please', ['email', 'li.si+vip@mail.example.co.uk', 'l•••@mail.example.co.uk']],
  ['邮箱wang＠example．com', ['email', 'wang＠example．com', 'w•••＠example．com']],
  ['x@example.com', ['email', 'x@example.com', '•••@example.com']],
  ['josé@example.com', ['email', 'josé@example.com', 'j•••@example.com']],
  ['13812345678@example.com', ['email', '13812345678@example.com', '1•••@example.com']],
  // IBAN
  ['pay to GB82 WEST 1234 5698 7654 32 today', ['iban', 'GB82 WEST 1234 5698 7654 32', 'GB•• •••• •••• •••• ••54 32']],
  ['汇到DE89370400440532013000账户', ['iban', 'DE89370400440532013000', 'DE••••••••••••••••3000']],
  ['iban: gb82west12345698765432', ['iban', 'gb82west12345698765432', 'gb••••••••••••••••5432']],
  // side by side
  [
    '张三 6222021234567894 13812345678 z@example.com',
    ['card', '6222021234567894', '6222••••••••7894'],
    ['phone', '13812345678', '138••••5678'],
    ['email', 'z@example.com', '•••@example.com'],
  ],
  [
    '李四，身份证11010519491231002X，电话13812345678',
    ['id_number', '11010519491231002X', '110•••••••••••••2X'],
    ['phone', '13812345678', '138••••5678'],
  ],
]

const NOT_PERSONAL: readonly string[] = [
  // public numbers
  '拨打95588或95533', '客服热线400-820-8820', '400 820 8820', '4008208820', '+86 400 820 8820', '800-830-8888', '8008308888',
  '银保监投诉12363，消费者12315，报警110、120、119，政务12345', 'call +1 800 555 1234', 'call 1-800-555-1234', '(800) 555-1234', '热线 955-88', '96299',
  '拨打 010-95588', 'call 911', '114查号',
  // amounts
  '营收13812345678元', '余额￥13812345678', '存款 13,812,345,678.00', '13812345678.50', '授信138亿、贷款5000万', '$4111111111111111', 'USD 13812345678', '6222021234567894元',
  'AUM of 13812345678 yuan', '3.13812345678', '0.6222021234567894', '利率3.85%，10年期2.62%',
  // dates and times
  '2024-01-15 10:30:00', '20240115', '2024年1月15日', '2024.01.15-2024.06.30', '15/01/2024', '2024-01-15T10:30:00.000Z', '20240115103000', '09:30-16:00',
  // references
  '案件号2024011512', '工单号13812345678', '订单编号：13912345678', 'case no. 13812345678', 'Order #13812345678', 'reference 13812345678', 'TXN6222021234567894', '流水号202401151234567890', 'REF-2024-0115-0001', 'id 182856-0-1214',
  'see https://crm.example/cases/13812345678/notes', '合同 2023-ZH-000123', 'ISBN 978-7-111-54742-6', '01902f6e-7d1a-7c3e-8a5b-13812345678a',
  // numbers that fail their check
  '11010519491231002', '110105194912310021', '110105199913310021', '账号6222021234567890', '622202123456789012345', 'GB82 WEST 1234 5698 7654 33', 'DE00370400440532013000', '4111 1111 1111 1112',
  '138123456789', '12812345678', '1381234567', '43 万 2023 2024 2025 2026',
  // a table of figures
  '| 4100 | 4200 | 4300 | 4400 |', '2021 2022 2023 2024', '1 234 567 890 123',
  // words around an @
  '@张三 请看', 'a@b', 'user@localhost', '@@@@', 'price @ 5.20', '3@4.5',
  // masked already
  '138••••5678', '6222 •••• •••• 7894', 'z•••@example.com', '138****5678', '6222 **** **** 7894', '110***********002X', 'XXXX XXXX XXXX 1234', '尾号1234', '尾号5678的卡',
  '', ' ', '没有任何号码', 'AB12', 'ok',
]

t.test('the author is shown each personal identifier with what masking would leave', async (t) => {
  for (const [sentence, ...expected] of FOUND) {
    const found = findIdentifiers(sentence)
    t.same(found.map((f) => [f.kind, f.text, f.masked]), expected, sentence)
    for (const f of found) t.equal(sentence.slice(f.start, f.end), f.text)
  }
})

t.test('hotlines, amounts, dates, references and numbers that fail their check are left alone', async (t) => {
  for (const text of NOT_PERSONAL) t.same(findIdentifiers(text), [], text)
})

t.test('masked text holds no identifier, and masking it again changes nothing', async (t) => {
  for (const [sentence] of FOUND) {
    const masked = maskIdentifiers(sentence)
    t.not(masked, sentence)
    t.same(findIdentifiers(masked), [], masked)
    t.equal(maskIdentifiers(masked), masked)
  }
  t.equal(maskIdentifiers('0@13812345678.io'), '•••@138••••5678.io', 'what is left of one is no other')
})

t.test('an author may mask one kind and keep the others', async (t) => {
  const text = '电话13812345678，卡6222021234567894'
  t.equal(maskIdentifiers(text, ['card']), '电话13812345678，卡6222••••••••7894')
  t.equal(maskIdentifiers(text, []), text)
})

const piece = fc.oneof(
  fc.constantFrom(
    '13812345678', '6222021234567894', '4111 1111 1111 1111', '11010519491231002X', 'z@example.com', 'GB82WEST12345698765432', '0755-83195555',
    '+86', '(415) 555-2671', '400-820-8820', ' ', '-', '，', '元', '•', '*', 'x', '\n', '.', '@', '(', ')', '+', '１', '\u200b', '138', '1234', '5678', '编号', '张',
  ),
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 8 }),
  fc.string({ maxLength: 4 }),
)
const text = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(''))

t.test('whatever somebody types, masked text is clean and stays as it is, and nothing outside of the finds changes', async (t) => {
  let withFinds = 0
  fc.assert(
    fc.property(text, (typed) => {
      const found = findIdentifiers(typed)
      const masked = maskIdentifiers(typed)
      if (found.length > 0) withFinds++
      let end = 0
      for (const f of found) {
        if (f.start < end || f.end <= f.start || typed.slice(f.start, f.end) !== f.text) return false
        end = f.end
      }
      const once = found.reduceRight((rest, f) => rest.slice(0, f.start) + f.masked + rest.slice(f.end), typed)
      return (once === masked || findIdentifiers(once).length > 0) && findIdentifiers(masked).length === 0 && maskIdentifiers(masked) === masked
    }),
    { numRuns: 2000 },
  )
  t.ok(withFinds > 50, `${withFinds} texts with identifiers`)
})

t.test('masking one kind leaves exactly the finds of the other kinds', async (t) => {
  const pair = fc.record({ typed: text, kind: fc.constantFrom(...IDENTIFIER_KINDS) })
  fc.assert(fc.property(pair, ({ typed, kind }) => !findIdentifiers(maskIdentifiers(typed, [kind])).some((f) => f.kind === kind)), { numRuns: 1000 })
  t.pass()
})

t.test('fifty thousand hostile characters of any kind end', { timeout: 60_000 }, async (t) => {
  const units = [
    '1', '1 ', '1-', '(1', '1.', '+1', '+', '@', 'a@', 'a@a.', '@a.a', '12 ', '123 ', '1234 ', '12345678901 ', '138 1 ', '4111 ', '4111111111111111 ', 'GB82', 'GB82 ', 'gb82 west ',
    '13812345678 ', '11010519491231002X', '１', '\u200b1', '•1', 'https://', 'www.', '编号', '(415) 555-2671 ', '0755-', 'a.', '.', '-', ' ', '\n', '金额:', '𝟏',
  ]
  for (const unit of units) {
    const hostile = unit.repeat(Math.ceil(50_000 / unit.length))
    t.ok(Array.isArray(findIdentifiers(hostile)), JSON.stringify(unit))
  }
})
