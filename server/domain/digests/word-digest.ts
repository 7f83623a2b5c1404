import type { Channel } from './channel.js'
import type { Digest, Entry } from './compose.js'
import type { Sheet } from './port.js'
import type { PostOffice } from './post-office.js'

type Desk = Pick<PostOffice, 'vocabulary' | 'settings' | 'directories'>

/** The paths that mail leads to. */
export const PATHS = {
  note: (id: string) => `/notes/${encodeURIComponent(id)}`,
  search: (filter: Readonly<Record<string, string>>) => `/search?${new URLSearchParams(filter)}`,
  channel: (id: string) => `/channels/${encodeURIComponent(id)}`,
  pause: (token: string) => `/channels/pause/${encodeURIComponent(token)}`,
  staffImport: (id: string) => `/notices/imports/${encodeURIComponent(id)}`,
  password: (token: string) => `/password/${encodeURIComponent(token)}`,
} as const

/**
 * A digest as a sheet for the stationery, in the channel's language. Subject and links carry counts, keys and
 * ids only; a topic's key is vocabulary, which all staff may read.
 * @param pauseLink null in a preview: whoever only looks gets no link that acts
 */
export function sheetOf(desk: Desk, channel: Channel, digest: Digest, pauseLink: string | null): Sheet {
  const { language, timeZone } = channel
  const { baseUrl } = desk.settings
  const link = (path: string) => baseUrl + path
  const entry = ({ id, title, gist }: Entry) => ({ title, gist, link: link(PATHS.note(id)) })
  const vocabulary = desk.vocabulary()
  const nameOf = (key: string | null) => (key === null ? '' : (vocabulary.topic(key)?.[language] ?? key))
  const team = desk.directories().people.team(channel.team)
  return {
    language,
    timeZone,
    span: { from: digest.period.from, to: digest.period.to },
    subject: { count: digest.total, channel: channel.name },
    model: {
      channel: channel.name,
      team: (language === 'zh' ? team?.nameZh : team?.name) ?? '',
      total: digest.total,
      topics: digest.topics.map((topic) => ({
        name: nameOf(topic.topic),
        entries: topic.entries.map(entry),
        more: topic.more,
        moreLink: link(PATHS.search({ ...byTopic(topic.topic), sort: 'newest' })),
        sensitive: topic.sensitive,
        sensitiveLink: link(PATHS.search({ ...byTopic(topic.topic), confidentiality: 'confidential', sort: 'newest' })),
      })),
      used: digest.used.map(({ id, title, times }) => ({ title, times, link: link(PATHS.note(id)) })),
      questions: digest.questions.map(entry),
      channelLink: link(PATHS.channel(channel.id)),
      pauseLink,
    },
  }
}

function byTopic(topic: string | null): Record<string, string> {
  return topic === null ? {} : { topic }
}
