import { pinyin } from 'pinyin-pro'

/** Longer names are cut; nobody types that far. */
const LONGEST = 60

/**
 * What people type for a Chinese name on a Latin keyboard: all of it ("zhangxiaoming") and the first letters ("zxm").
 * Surnames are read as surnames (单 shan, 曾 zeng, 仇 qiu) and, for companies, as words too. 吕 is found by lv, lu and lyu.
 * Loads a dictionary of some 25 MB in about 50 ms: import this module where and when it is needed.
 * @returns lower-case keys of letters and digits, each once; none for a name without Chinese
 */
export function pinyinKeys(name: string): string[] {
  const short = [...name.normalize('NFKC')].slice(0, LONGEST).join('')
  if (!/\p{Script=Han}/u.test(short)) return []
  const keys = new Set<string>()
  for (const surname of ['head', 'off'] as const) {
    const parts = pinyin(short, { type: 'all', toneType: 'none', surname, nonZh: 'consecutive' })
    const syllables = parts.map(({ origin, isZh, pinyin: sound }) => (isZh ? sound : origin.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')))
    const first = parts.map(({ isZh }, n) => (isZh ? (syllables[n] ?? '').slice(0, 1) : syllables[n])).join('')
    for (const spelled of spellings(syllables.join(''))) keys.add(spelled)
    keys.add(first.replaceAll('ü', 'v'))
  }
  return [...keys].filter((key) => key !== '')
}

/** On a keyboard without ü: v in input methods, u in habit, yu in passports. */
function spellings(sound: string): string[] {
  return sound.includes('ü') ? ['v', 'u', 'yu'].map((letter) => sound.replaceAll('ü', letter)) : [sound]
}
