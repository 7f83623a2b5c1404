import type { FastifyReply, FastifyRequest } from 'fastify'
import { nameIn, type Language, type Person, type Settings } from '../domain/people/person.js'
import { mayAttempt } from '../domain/policy/roles.js'
import { personOf } from '../domain/policy/viewer.js'
import type { Assets } from './assets.js'
import { takeFlash, type Flash } from './flash.js'
import { oncePerRequest } from './once.js'
import { MOST_TOLD, SECTIONS, type Section } from './sections.js'
import { sayDate } from './say-date.js'

/** Everything around the body of a page. Layouts see nothing else. */
export interface Frame {
  readonly title: string
  readonly lang: Language
  readonly theme: Settings['theme']
  /** made when a form asks for it, so that pages without one set no cookie */
  readonly csrf: string
  readonly path: string
  /** where the language form is sent */
  readonly languageSwitch: string
  readonly reader: { readonly name: string; readonly initials: string; readonly department: string; readonly shortcuts: boolean } | null
  /** where help on this page is */
  readonly help: string
  readonly printedAt: string
  readonly now: string
  readonly nav: readonly NavEntry[]
  readonly unread: number
  readonly banner: { readonly tone: string; readonly text: string } | null
  readonly flash: Flash | null
  readonly query: string
  readonly demo: boolean
  readonly assets: { readonly css: string; readonly js: string; readonly htmx: string; readonly icons: string; readonly favicon: string }
}

export interface NavEntry {
  readonly key: string
  readonly href: string
  readonly label: string
  readonly current: boolean
  readonly count: number
  /** there are more than that */
  readonly more: boolean
}

/**
 * @param title the finished words of the page's title
 * @param section the key of the section the page is in
 * @param help where help on the page is
 */
export async function frameOf(reply: FastifyReply, title: string, assets: Assets, query = '', section: string | null = null, help = '/help'): Promise<Frame> {
  const { request } = reply
  const { house } = request
  const person = personOf(request.viewer)
  const language = request.readerLanguage()
  const now = house.clock.now()
  const banner = house.banner()
  const around = await countAround(request)
  let token: string | undefined
  return {
    title,
    lang: language,
    theme: person?.settings.theme ?? 'auto',
    get csrf() {
      return (token ??= reply.formToken())
    },
    path: addressOf(request),
    languageSwitch: '/me/language',
    reader: person && readerOf(person, language, house.people.directory().department(person.department)),
    help,
    printedAt: sayDate(now, 'full', { language, timeZone: house.config.timeZone, now }),
    now,
    nav: around.sections.map(({ section: { key, label, href }, count }) => ({ key, href, label: request.say(label), current: key === section, count: Math.min(count, MOST_TOLD), more: count > MOST_TOLD })),
    unread: around.unread,
    banner: banner === null ? null : { tone: 'warning', text: request.say(banner) },
    flash: takeFlash(request, reply),
    query,
    demo: house.config.demo,
    assets: { css: assets.url('site.css'), js: assets.url('site.js'), htmx: assets.url('htmx.min.js'), icons: assets.url('icons.svg'), favicon: assets.url('favicon.svg') },
  }
}

/** Where a reader comes back to after switching the language: what a form was sent to may not be there to be looked at. */
function addressOf(request: FastifyRequest): string {
  if (request.method === 'GET') return request.url
  const { referer = '' } = request.headers
  if (!URL.canParse(referer)) return '/'
  const { pathname, search } = new URL(referer)
  return `${pathname}${search}`
}

function readerOf(
  person: Person,
  language: Language,
  department: { readonly name: string; readonly nameZh: string } | undefined,
): NonNullable<Frame['reader']> {
  return {
    name: nameIn(language, person),
    initials: initialsOf(nameIn(language, person)),
    department: (language === 'zh' ? department?.nameZh : department?.name) ?? '',
    shortcuts: person.settings.shortcuts,
  }
}

/** Li Na → LN; 李娜 → 娜: a Chinese given name says more than the surname. */
export function initialsOf(name: string): string {
  const trimmed = name.trim()
  if (/^\p{Script=Han}+$/u.test(trimmed)) return [...trimmed].slice(-1).join('')
  const words = trimmed.split(/\s+/)
  return [words[0], words.length > 1 ? words.at(-1) : ''].map((word) => [...(word ?? '')][0] ?? '').join('').toUpperCase()
}

/** Counts what stands around the body of a page; begun early, it is ready when the body is. */
export const countAround = oncePerRequest(async (request) => {
  const person = personOf(request.viewer)
  if (!person) return { unread: 0, sections: [] }
  const [unread, sections] = await Promise.all([
    request.house.unread(person.id),
    Promise.all(sectionsFor(request, person).map(async (section) => ({ section, count: section.count ? await section.count(request) : 0 }))),
  ])
  return { unread, sections }
})

function sectionsFor({ house, server }: FastifyRequest, person: Person): readonly Section[] {
  const today = house.clock.today()
  return SECTIONS.filter(({ href, act }) => server.hasRoute({ method: 'GET', url: href }) && mayAttempt(person, act, house.people.directory(), today))
}
