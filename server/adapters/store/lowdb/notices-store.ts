import { NOTICES_SCHEMA, markedRead, noNotices, unreadIn, withNotices, type NoticeList } from '../../../domain/community/notice.js'
import type { Notices } from '../../../domain/community/notice-port.js'
import { DocumentFolder } from './document-folder.js'
import type { Keeping } from './keeping.js'
import { v5 } from 'uuid'
import { KeyedMutex } from '../keyed-mutex.js'
import type { Schema } from '../schema.js'

export const NOTICES_FILE: Schema<NoticeList> = {
  now: NOTICES_SCHEMA,
  check: (stored) => {
    if (!Array.isArray(stored['notices'])) throw new Error('no list of notices')
    return stored as unknown as NoticeList
  },
}
const MIB = 1024 * 1024

/** Names the files of notices after persons. */
const PERSONS = '6f1c1f0a-3a54-5d0e-9d0b-7a8f2f3f5b11'

/** A person's id may be of any form; a file's name may not. */
export function noticesName(person: string): string {
  return v5(person, PERSONS)
}

/** One document a person. How many are unread is counted when first asked, and kept up from then on. */
export async function openNotices(keeping: Keeping): Promise<Notices> {
  const folder = await DocumentFolder.open<NoticeList>(keeping, { name: 'notices', schema: NOTICES_FILE, cacheBytes: 8 * MIB })
  const unread = new Map<string, number>()
  const mutexes = new KeyedMutex()

  const listOf = async (person: string) => (await folder.read(noticesName(person))) ?? noNotices(noticesName(person))
  const change = (person: string, verb: (list: NoticeList) => NoticeList): Promise<{ before: NoticeList; after: NoticeList }> =>
    mutexes.run(person, async () => {
      const before = await listOf(person)
      const wanted = verb(before)
      const after = wanted === before ? before : await folder.put(wanted)
      unread.set(person, unreadIn(after))
      return { before, after }
    })

  return {
    of: async (person) => [...(await listOf(person)).notices].reverse(),
    unread: async (person) => unread.get(person) ?? unreadIn((await change(person, (list) => list)).after),
    add: async (person, notices) => {
      const { before, after } = await change(person, (list) => withNotices(list, notices))
      const known = new Set(before.notices.map(({ id }) => id))
      return after.notices.filter(({ id }) => !known.has(id))
    },
    markRead: async (person, ids, at) => void (await change(person, (list) => markedRead(list, ids, at))),
  }
}
