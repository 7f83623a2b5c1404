import fc from 'fast-check'
import t from 'tap'
import { pinyinKeys } from './pinyin.js'

t.test('a person is found by the whole sound and by the first letters of the name', async (t) => {
  for (const [name, ...wanted] of [
    ['张晓明', 'zhangxiaoming', 'zxm'],
    ['招商银行', 'zhaoshangyinhang', 'zsyh'],
    ['重庆银行', 'chongqingyinhang', 'cqyh'],
    ['阿里巴巴(中国)有限公司', 'alibabazhongguoyouxiangongsi', 'albbzgyxgs'],
    ['王 芳', 'wangfang', 'wf'],
    ['ＫＹＣ科技', 'kyckeji', 'kyckj'],
    ['张San', 'zhangsan', 'zsan'],
  ] as const) t.ok(wanted.every((key) => pinyinKeys(name).includes(key)), `${name}: ${pinyinKeys(name).join(' ')}`)
})

t.test('a surname of many sounds is read as a surname', async (t) => {
  for (const [name, key] of [
    ['单晓', 'shanxiao'], ['曾国强', 'zengguoqiang'], ['解晓东', 'xiexiaodong'], ['仇英', 'qiuying'], ['区小明', 'ouxiaoming'], ['查良镛', 'zhaliangyong'], ['尉迟恭', 'yuchigong'], ['长孙无忌', 'zhangsunwuji'], ['任我行', 'renwoxing'],
  ] as const) t.ok(pinyinKeys(name).includes(key), `${name}: ${pinyinKeys(name).join(' ')}`)
})

t.test('the sound ü is found however it is typed', async (t) => {
  t.ok(['lvbu', 'lubu', 'lyubu', 'lb'].every((key) => pinyinKeys('吕布').includes(key)), pinyinKeys('吕布').join(' '))
})

t.test('a name without Chinese needs no keys', async (t) => {
  for (const name of ['John Smith', '', ' ', 'ACME 12', 'Ольга']) t.same(pinyinKeys(name), [])
})

t.test('keys are lower-case letters and digits, few, whatever the name', async (t) => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom('张', '吕', '𠮷', 'a', 'B', '１', ' ', '(', '<', "'", 'é', '女', '行') }), (name) => {
    const keys = pinyinKeys(name)
    return keys.length <= 8 && new Set(keys).size === keys.length && keys.every((key) => /^[\p{L}\p{N}\p{M}]+$/u.test(key) && key === key.toLowerCase())
  }))
  t.ok(pinyinKeys('行'.repeat(50_000)).every((key) => key.length <= 400))
})
