import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Channel } from '../../domain/digests/channel.js'
import type { PauseLink, PauseLinks } from '../../domain/digests/port.js'

/**
 * Links that need no sign-in: the channel's id and a signature over it and its mailbox. Whoever had the mailbox
 * before cannot pause the channel of whoever has it now, and nobody can make a link for a channel they only know of.
 */
export function openPauseLinks(secret: string): PauseLinks {
  const key = createHmac('sha256', secret).update('pause link').digest()
  const sign = (channel: Channel) => createHmac('sha256', key).update(`${channel.id}\n${channel.address.toLowerCase()}`).digest('base64url')

  return {
    tokenFor: (channel) => `${channel.id}.${sign(channel)}`,
    open: (token, channels) => {
      const [id = '', signature = '', ...rest] = token.split('.')
      const channel = channels.get(id)
      if (!channel || rest.length > 0) return null
      const right = Buffer.from(sign(channel))
      const given = Buffer.from(signature)
      if (right.length !== given.length || !timingSafeEqual(right, given)) return null
      return { channel: id } as PauseLink
    },
  }
}
