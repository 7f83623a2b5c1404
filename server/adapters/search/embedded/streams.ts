import { createRequire } from 'node:module'
import type { Entry } from '../../../domain/search/entry.js'
import { fold } from '../../../domain/search/fold.js'
import { runsOf } from '../../../domain/search/runs.js'
import type { Facts } from './columns.js'
import type { Streams } from './index-file.js'
import { pairStream, wordStream } from './tokens.js'

/** Sounds are not words: the mark keeps them apart, so that they are never offered as one. */
export const SOUND_MARK = 'ˇ'
const LONGEST_SOUND = 12

export function streamsOf(entry: Entry): Streams {
  const side = (name: keyof Entry['texts']): string => pairStream(entry.texts[name] ?? [])
  return {
    title: pairStream([entry.title]),
    body: pairStream([entry.body]),
    tag: side('tag'),
    customer: side('customer'),
    author: side('author'),
    reference: side('reference'),
    topic: side('topic'),
    words_title: wordStream(entry.title),
    words_body: wordStream(entry.body),
    sound: entry.kind === 'customer' ? soundsOf(entry.title).map((sound) => SOUND_MARK + sound).join(' ') : '',
  }
}

export function factsOf(entry: Entry, streams: Streams): Facts {
  const { kind, id, version, access, facets, at, value, trust, archived } = entry
  const length = tokensIn(streams.title) + tokensIn(streams.body)
  return { kind, id, version, access, facets, at, value, trust, archived, length }
}

function tokensIn(stream: string): number {
  let count = stream === '' ? 0 : 1
  for (let i = stream.indexOf(' '); i >= 0; i = stream.indexOf(' ', i + 1)) count++
  return count
}

/** 招商银行 → zhaoshangyinhang, zsyh, and the same from every later character on, as people begin in the middle. */
export function soundsOf(name: string): string[] {
  const sounds = new Set<string>()
  for (const run of runsOf(fold(name))) {
    if (!run.dense) continue
    const syllables = pronounce(run.text).slice(0, LONGEST_SOUND)
    for (let i = 0; i < syllables.length; i++) {
      const rest = syllables.slice(i)
      sounds.add(rest.join('')).add(rest.map((syllable) => syllable[0]).join(''))
    }
  }
  return [...sounds].filter((sound) => /^[a-z]+$/.test(sound))
}

type Pinyin = typeof import('pinyin-pro')
let pinyin: Pinyin | undefined

/** Loaded when the first Chinese name comes: its tables are large. A surname is read as one (曾 zeng, 单 shan). */
function pronounce(dense: string): string[] {
  pinyin ??= createRequire(import.meta.url)('pinyin-pro') as Pinyin
  return pinyin.pinyin(dense, { toneType: 'none', type: 'array', surname: 'head', v: true }).map((syllable) => syllable.toLowerCase())
}
