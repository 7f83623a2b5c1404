import validator from 'validator'

/** One plain mailbox and nothing that a header could take for more: no display name, no list, no control character. */
export function isAddress(text: string): boolean {
  // A quoted name may hold spaces, brackets and a second @: nobody's mailbox, and every parser reads it differently.
  return !text.includes('"') && validator.isEmail(text, { allow_utf8_local_part: false, allow_display_name: false, allow_ip_domain: false })
}

/**
 * Asked when an address is saved and again when mail goes out, since the setting may have changed in between.
 * @param domains exact mail domains; null allows every one: mail is then kept in files and leaves nothing
 */
export function isAllowedAddress(address: string, domains: readonly string[] | null): boolean {
  if (!isAddress(address)) return false
  if (domains === null) return true
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase()
  return domains.some((allowed) => allowed.toLowerCase() === domain)
}
