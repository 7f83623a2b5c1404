import { LRUCache } from 'lru-cache'
import type { Language } from '../domain/people/person.js'

/** `day` 3 Oct 2025 · `time` 14:03 · `full` both · `ago` 12 days ago, for a moment long past the day. */
export type DateStyle = 'day' | 'time' | 'full' | 'ago'

export interface Here {
  readonly language: Language
  readonly timeZone: string
  /** UTC ISO-8601 */
  readonly now: string
}

const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', zh: 'zh-CN' }
const OPTIONS: Readonly<Record<Exclude<DateStyle, 'ago'>, Intl.DateTimeFormatOptions>> = {
  day: { year: 'numeric', month: 'short', day: 'numeric' },
  time: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  full: { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
}
const formats = new Map<string, Intl.DateTimeFormat>()
const sentences = new LRUCache<string, string>({ max: 2_000 })
const NUMBERS = { en: new Intl.NumberFormat(LOCALES.en), zh: new Intl.NumberFormat(LOCALES.zh) }
const DISTANCES = { en: distances('en'), zh: distances('zh') }
const DAY = 86_400_000

/** @param at a moment (UTC ISO-8601), or a day (`YYYY-MM-DD`) that is the same day in every zone */
export function sayDate(at: string, style: DateStyle, here: Here): string {
  const isDay = at.length === 10
  const moment = new Date(isDay ? `${at}T00:00:00Z` : at)
  if (Number.isNaN(moment.getTime())) return at
  if (style === 'ago') return sayAgo(moment, here) ?? sayDate(at, 'day', here)
  return said(here.language, style, isDay ? 'UTC' : here.timeZone, moment)
}

export function sayNumber(value: number, language: Language): string {
  return NUMBERS[language].format(value)
}

/** Near moments are said as a distance; after four weeks a date says more. */
function sayAgo(moment: Date, here: Here): string | null {
  const past = Date.parse(here.now) - moment.getTime()
  const words = DISTANCES[here.language]
  if (Math.abs(past) > 28 * DAY) return null
  if (Math.abs(past) >= DAY) return words.format(-Math.trunc(past / DAY), 'day')
  if (Math.abs(past) >= 3_600_000) return words.format(-Math.trunc(past / 3_600_000), 'hour')
  return words.format(-Math.trunc(past / 60_000), 'minute')
}

function distances(language: Language): Intl.RelativeTimeFormat {
  return new Intl.RelativeTimeFormat(LOCALES[language], { numeric: 'auto', style: 'long' })
}

/** A page says the same few days over and over, and to put one into words takes longer than to look it up. */
function said(language: Language, style: Exclude<DateStyle, 'ago'>, timeZone: string, moment: Date): string {
  const key = `${language} ${style} ${timeZone} ${moment.getTime()}`
  let sentence = sentences.get(key)
  if (sentence === undefined) sentences.set(key, (sentence = formatOf(language, style, timeZone).format(moment)))
  return sentence
}

function formatOf(language: Language, style: Exclude<DateStyle, 'ago'>, timeZone: string): Intl.DateTimeFormat {
  const key = `${language} ${style} ${timeZone}`
  let format = formats.get(key)
  if (!format) formats.set(key, (format = new Intl.DateTimeFormat(LOCALES[language], { ...OPTIONS[style], timeZone })))
  return format
}
