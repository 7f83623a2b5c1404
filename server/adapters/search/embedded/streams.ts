import { createRequire } from 'node:module'
import type { Entry } from '../../../domain/search/entry.js'
import { fold } from '../../../domain/search/fold.js'
import { runsOf } from '../../../domain/search/runs.js'
import type { Facts } from './columns.js'
import type { Streams } from './columns-of-text.js'
import { pairStream, wordStream } from './tokens.js'

/** Sounds are not words: the mark keeps them apart, so that they are never offered as one. */
export const SOUND_MARK = 'ˇ'
const LONGEST_SOUND = 12
const LONGEST_PERSON = 4

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
    sound: entry.kind === 'customer' ? soundStream([entry.title, ...(entry.texts.customer ?? [])]) : '',
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

function soundStream(names: readonly string[]): string {
  return [...new Set(names.flatMap(soundsOf))].map((sound) => SOUND_MARK + sound).join(' ')
}

/** 招商银行 → zhaoshangyinhang, zsyh, and the same from every later character on, as people begin in the middle. */
export function soundsOf(name: string): string[] {
  const sounds = new Set<string>()
  for (const run of runsOf(fold(name))) {
    if (!run.dense) continue
    for (const syllables of pronounce(run.text)) {
      for (let i = 0; i < syllables.length; i++) {
        const rest = syllables.slice(i)
        sounds.add(rest.join('')).add(rest.map((syllable) => syllable[0]).join(''))
      }
    }
  }
  return [...sounds].filter((sound) => /^[a-z]+$/.test(sound))
}

type Pinyin = typeof import('pinyin-pro')
let pinyin: Pinyin | undefined

/**
 * Loaded when the first Chinese name comes: its tables are large. A short name may be a person's, whose surname is read
 * in its own way (曾 zeng, 单 shan); read so, a company's name would go wrong (银行 yin xing).
 */
function pronounce(dense: string): string[][] {
  pinyin ??= createRequire(import.meta.url)('pinyin-pro') as Pinyin
  const { pinyin: read } = pinyin
  const plain = { toneType: 'none', type: 'array', v: true } as const
  const readings = [read(dense, plain)]
  if ([...dense].length <= LONGEST_PERSON) readings.push(read(dense, { ...plain, surname: 'head' }))
  return readings.map((syllables) => syllables.slice(0, LONGEST_SOUND).map((syllable) => syllable.toLowerCase()))
}
