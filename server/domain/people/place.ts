/**
 * Where an attempt comes from, as far as it can be told apart: an IPv4 address, or the /64 that one subscriber of IPv6
 * has for themselves, so that nobody gets a fresh start by changing the half they may choose freely.
 * @param address as the socket or a trusted proxy names it
 */
export function placeOf(address: string): string {
  const plain = address.trim().toLowerCase().replace(/%.*$/, '')
  const four = /^(?:::(?:ffff:)?)?(\d{1,3}(?:\.\d{1,3}){3})$/.exec(plain)
  if (four?.[1]) return four[1]
  if (!plain.includes(':')) return plain
  const [front = '', back] = plain.split('::')
  const groups = (part: string) => part.split(':').filter((group) => group !== '')
  const after = back === undefined ? [] : groups(back)
  const before = groups(front)
  const all = [...before, ...Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0'), ...after]
  return `${all.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`
}
