import { join } from 'node:path'
import { v7 } from 'uuid'
import { Directory } from '../../domain/people/directory.js'
import type { Person } from '../../domain/people/person.js'
import { NO_FILTER, CHANNEL_SCHEMA, type Channel } from '../../domain/digests/channel.js'
import type { Mailer, MailSettings } from '../../domain/digests/port.js'
import type { PostOffice } from '../../domain/digests/post-office.js'
import type { Note } from '../../domain/notes/note.js'
import { ABOUT_NOTHING } from '../../domain/notes/revision.js'
import { posted, VOCABULARY } from '../../domain/notes/sample.js'
import { permit } from '../../domain/policy/grant.js'
import { standingApart } from '../../domain/policy/rules.js'
import type { Rights } from '../../domain/notes/rights.js'
import { ROOT } from '../../root.js'
import { openChannels } from '../store/lowdb/channels-store.js'
import { DataFolder } from '../store/lowdb/data-folder.js'
import { openNotices } from '../store/lowdb/notices-store.js'
import { openOutbox } from '../store/lowdb/outbox-store.js'
import { openStore, type Store } from '../store/lowdb/store.js'
import { openWords, readStrings } from '../words/strings.js'
import { openPauseLinks } from './pause-links.js'
import { openStationery } from './stationery.js'

/** A small bank with a post office on a real store, for tests of mail. */

export const ID = (n: number) => `0198c0de-0000-7000-8000-${n.toString(16).padStart(12, '0')}`
export const SETTINGS: MailSettings = { baseUrl: 'https://tacit.bank.example', from: 'tacit@bank.example', domains: ['bank.example'], timeZone: 'Asia/Shanghai' }
/** a Monday, eight o'clock in Shanghai */
export const MONDAY = '2026-11-23T00:00:00.000Z'

function person(n: number, name: string, more: Partial<Person> = {}): Person {
  const login = name.toLowerCase().replaceAll(' ', '.')
  return {
    id: ID(n), login, name, email: `${login}@bank.example`, title: '', department: 'east', teams: ['counter'], roles: ['employee'], domain: [],
    clearance: 'confidential', language: 'en', active: true, absence: null, nameEn: '', settings: { shortcuts: true, theme: 'auto' }, ...more,
  }
}

export const LI = person(1, 'Li Na')
export const WANG = person(2, 'Wang Qiang', { language: 'zh' })
export const LENDER = person(3, 'Lena Der', { teams: ['loans'] })
export const CURATOR = person(4, 'Cura Tor', { department: 'retail', teams: [], roles: ['employee', 'curator'], domain: ['retail'], clearance: 'restricted' })
export const ADMIN = person(5, 'Ada Min', { department: 'head', teams: [], roles: ['employee', 'admin'], clearance: 'restricted' })
export const PERSONS: readonly Person[] = [LI, WANG, LENDER, CURATOR, ADMIN]

export function directoryOf(persons: readonly Person[]): Directory {
  return new Directory(
    persons,
    [
      { id: 'head', name: 'Head office', nameZh: '总行', parent: null },
      { id: 'retail', name: 'Retail', nameZh: '零售部', parent: 'head' },
      { id: 'east', name: 'East Branch', nameZh: '东城支行', parent: 'retail' },
    ],
    [
      { id: 'counter', name: 'Counter Team', nameZh: '柜面团队', department: 'east', email: 'counter@bank.example' },
      { id: 'loans', name: 'Loan Team', nameZh: '信贷团队', department: 'east', email: 'loans@bank.example' },
    ],
  )
}

export function channel(n: number, more: Partial<Channel> = {}): Channel {
  return {
    schema: CHANNEL_SCHEMA, id: ID(900 + n), version: 1, name: 'Counter daily', address: `box${n}@bank.example`, team: 'counter', owner: LI.id,
    filter: NO_FILTER, cadence: { every: 'day', hour: 8 }, timeZone: 'Asia/Shanghai', language: 'en', ceiling: 'confidential', ceilingSetBy: CURATOR.id,
    paused: null, since: '2026-11-20T00:00:00.000Z', createdAt: '2026-11-20T00:00:00.000Z', updatedAt: '2026-11-20T00:00:00.000Z', history: [], ...more,
  }
}

export interface NoteFacts {
  readonly title?: string
  readonly body?: string
  readonly topic?: string | null
  readonly tags?: readonly string[]
  readonly customers?: readonly string[]
  readonly rights?: Partial<Rights>
  readonly home?: Note['home']
  readonly validatedAt?: string | null
  readonly reviewOn?: string | null
  readonly value?: number
}

/** A note as the verbs would leave it: validated at that instant, or only posted. */
export function note(n: number, facts: NoteFacts = {}): Note {
  const { title = `Note ${n}`, body = `What note ${n} says.`, topic = 'pricing', tags = [], customers = [], validatedAt = '2026-11-22T03:00:00.000Z', reviewOn = '2027-06-01', value = 3 } = facts
  const base = posted('teller')
  const rights: Rights = { audience: 'enterprise', level: 'internal', named: [], stewards: [], ...facts.rights }
  const about = { ...ABOUT_NOTHING, topic, tags, customers }
  const revision = { ...base.revisions[0], by: LI.id, title, body, about, proposed: rights, floor: rights }
  const posting = base.timeline.map((line) => ({ ...line, by: LI.id }))
  const fresh: Note = { ...base, id: ID(100 + n), author: LI.id, home: facts.home ?? { department: 'east', team: 'counter' }, rights, revisions: [revision], timeline: posting }
  if (validatedAt === null) return fresh
  return {
    ...fresh, confidence: 'validated', validated: 1, reviewOn, item: fresh.item && { ...fresh.item, state: 'accepted', closedAt: validatedAt },
    decisions: [{ id: ID(500 + n), item: fresh.item?.id ?? '', by: CURATOR.id, at: validatedAt, kind: 'accept', revision: 1, code: null, text: '', ratings: { value, correctness: 1, reliability: 'A', ease: 1 }, rights, about }],
    timeline: [...posting, { at: validatedAt, by: CURATOR.id, what: 'accepted', with: {}, for: 'readers', on: 1 }],
  }
}

export interface Bank {
  readonly post: PostOffice
  readonly store: Store
  readonly data: DataFolder
  persons: readonly Person[]
  restricted: { readonly id: string; readonly team: string; readonly curators: readonly string[] }[]
  post_(note: Note): Promise<void>
  addChannel(channel: Channel): Promise<Channel>
  change(id: string, verb: (note: Note) => Note): Promise<void>
  close(): Promise<void>
}

export async function openBank(root: string, mailer: Mailer, settings: MailSettings = SETTINGS): Promise<Bank> {
  const data = await DataFolder.open({ root, clock: () => new Date().toISOString(), reserveBytes: 4096 })
  const log = { warn: () => {}, error: () => {} }
  const store = await openStore(data, { log })
  await store.ready
  const words = openWords(readStrings(join(ROOT, 'content', 'strings')), { strict: true })
  const record: { readonly did: string }[] = []
  const granted = <A extends 'note.post' | 'channel.manage' | 'note.comment'>(act: A, id: string) => {
    const permission = permit({ kind: 'person', person: LI }, act, standingApart(id))
    if (!permission.ok) throw new Error('not permitted')
    return permission.grant
  }
  let closed: Promise<void> | null = null
  const bank: Bank = {
    store, data, persons: PERSONS, restricted: [],
    post: {
      channels: await openChannels(data), outbox: await openOutbox(data), notices: await openNotices(data), notes: store.notes,
      record: { append: async (entry) => void record.push(entry) },
      mailer, stationery: openStationery(words, join(ROOT, 'views')), pauseLinks: openPauseLinks('a secret of thirty-two characters'), settings,
      ready: store.ready,
      directories: () => ({ people: directoryOf(bank.persons), restricted: bank.restricted }),
      vocabulary: () => VOCABULARY,
    },
    post_: async (it) => void (await store.notes.add(granted('note.post', it.id), it)),
    addChannel: (it) => bank.post.channels.add(granted('channel.manage', it.id), it),
    change: async (id, verb) => {
      const outcome = await store.notes.change(granted('note.comment', id), (now) => ({ ok: true, value: verb(now) }))
      if (!outcome.ok) throw new Error('not changed')
    },
    close: () => (closed ??= (async () => {
      await mailer.close()
      await store.close()
      await data.close()
    })()),
  }
  return bank
}

/** A word that stands nowhere else. */
export function canary(): string {
  const random = v7().replace(/[^0-9a-f]/g, '').slice(-12)
  return `q${[...random].map((c) => 'bcdfghjklmnpqrst'[parseInt(c, 16)]).join('')}`
}
