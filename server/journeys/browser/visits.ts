import type { Page } from 'playwright-core'
import { offerPasswordLink } from '../../domain/people/choose-password.js'
import { crawl, doorBehind, pageDoors } from '../crawl.js'
import { EYES, type Eyes } from '../demo-bank.js'
import { openEmptyPortal, type Portal } from './in-chromium.js'

/** One address, and whose eyes look at it. */
export interface Visit {
  readonly door: string
  readonly path: string
  readonly who: string | null
  readonly status: number
  /** a file to keep rather than a page */
  readonly isFile?: boolean
  /** done to the page before it is looked at */
  readonly then?: (page: Page) => Promise<unknown>
}

/**
 * Every page of the portal, found by following links as one person of each kind: whoever comes first in the list
 * and may open a door looks at it. Then the states that no link leads to.
 * @param ofEach addresses of one door that are looked at
 */
export async function visitsOf(portal: Portal, ofEach: number): Promise<readonly Visit[]> {
  const { bank } = portal
  const { doors } = bank.app
  const staff = await happenings(portal)
  const plain = pageDoors(doors).map(({ url }) => url).filter((url) => !url.includes(':'))
  const visits: Visit[] = []
  for (const who of Object.keys(EYES) as Eyes[]) {
    const found = (await crawl(await bank.enter(who), doors, plain, 6)).filter(({ status, door }) => status === 200 && !door.startsWith('/api/') && !visits.some((visit) => visit.door === door && visit.who !== who))
    for (const { door, path, isPage } of found) {
      if (visits.filter((visit) => visit.door === door).length < ofEach) visits.push({ door, path, who, status: 200, isFile: !isPage })
    }
  }
  const link = await offerPasswordLink(bank.house, bank.personCalled('wang.qiang').id, bank.clock.now())
  const asked: readonly Omit<Visit, 'door' | 'status'>[] = [
    { who: null, path: '/sign-in' },
    { who: null, path: `/password/${link}` },
    { who: null, path: await openEmptyPortal() },
    { who: null, path: `/channels/pause/${pauseLink(portal)}` },
    ...(await notesOf(portal)),
    { who: 'han.bing', path: `/admin/people/import/${staff}` },
    { who: 'qian.yu', path: `/notices/imports/${staff}` },
    { who: 'li.na', path: '/search?q=%E5%88%A9%E7%8E%87' },
    { who: 'li.na', path: '/search?q=mortgage&confidence=validated' },
    { who: 'li.na', path: '/search?q=zzqqxx' },
    { who: 'li.na', path: '/notes?tab=waiting' },
    { who: 'he.jun', path: '/queue?tab=due' },
    { who: 'he.jun', path: '/queue?tab=flagged' },
    { who: 'he.jun', path: '/queue?tab=mine' },
    { who: 'li.na', path: '/notes/new', then: refusedPost },
  ]
  const known = asked.filter(({ who, path }) => !visits.some((visit) => visit.who === who && visit.path === path))
  const more = known.map((visit): Visit => ({ ...visit, door: doorBehind(doors, new URL(visit.path, portal.address).pathname) ?? '', status: 200 }))
  return [...visits, ...more, { who: 'li.na', path: '/nowhere', door: '', status: 404 }, { who: 'li.na', path: '/queue', door: '/queue', status: 403 }]
}

/** What the demo bank has not seen yet: a mail to somebody, and files of customers and staff taken in. @returns the id of that of staff */
async function happenings(portal: Portal): Promise<string> {
  const { house, personCalled } = portal.bank
  await house.mailPasswordLink(personCalled('li.na'), await offerPasswordLink(house, personCalled('li.na').id, house.clock.now()), 'forgotten')
  await house.runJobs('outbox')
  const { page, context } = await portal.visit('he.jun')
  await page.goto('/imports/new/customers')
  await page.locator('#source').fill('core-banking')
  await page.locator('#file').setInputFiles({ name: '客户.csv', mimeType: 'text/csv', buffer: Buffer.from('number,name,kind,team\nK-9,Rowan Bakery,company,corporate_east\n,,,\n') })
  await page.locator('form[enctype] button.primary').click()
  await page.waitForURL(/\/imports\/[0-9a-f-]{36}/)
  await context.close()
  return staffTaken(portal)
}

async function staffTaken(portal: Portal): Promise<string> {
  const { page, context } = await portal.visit('han.bing')
  await page.goto('/admin/people/import')
  const buffer = Buffer.from('login,name,email,title,department,teams,roles,domain,clearance,active\nzhou.ting,周婷,zhou.ting@bank.example,客户经理,东城支行,,,,敏感,\n')
  await page.locator('#file').setInputFiles({ name: '人员.csv', mimeType: 'text/csv', buffer })
  await page.locator('form[enctype] button.primary').click()
  await page.locator('form[action="/admin/people/import/run"] button.primary').click()
  await page.waitForURL(/\/people\/import\/[0-9a-f-]{36}/)
  const id = new URL(page.url()).pathname.split('/').at(-1) as string
  await context.close()
  await portal.bank.house.runJobs('staff')
  return id
}

function pauseLink({ bank }: Portal): string {
  const { channels, pauseLinks } = bank.house.post
  const [channel] = channels.all()
  if (!channel) throw new Error('the demo bank has no channel')
  return pauseLinks.tokenFor(channel)
}

/** One note of each kind that looks different. */
async function notesOf({ bank }: Portal): Promise<readonly { readonly who: string; readonly path: string }[]> {
  const all = { order: 'newest', page: 1, size: 1 } as const
  const one = async (who: string, query: object): Promise<{ who: string; path: string }[]> =>
    (await bank.house.notes.list({ ...all, ...query }, bank.sightOf(who))).rows.map(({ id }) => ({ who, path: `/notes/${id}?stay=1` }))
  /** a text that was replaced */
  const earlier = async (who: string): Promise<{ who: string; path: string }[]> => {
    const { rows } = await bank.house.notes.list({ ...all, size: 200 }, bank.sightOf(who))
    return rows.filter(({ revisions }) => revisions.length > 1).slice(0, 1).map(({ id }) => ({ who, path: `/notes/${id}/revisions/1` }))
  }
  return (await Promise.all([
    one('li.na', { writer: bank.personCalled('li.na').id, withItem: 'returned' }),
    one('li.na', { writer: bank.personCalled('li.na').id, withItem: 'active' }),
    one('he.jun', { levels: ['confidential'] }),
    one('he.jun', { levels: ['restricted'] }),
    one('he.jun', { confidences: ['archived'] }),
    one('he.jun', { order: 'reused' }),
    earlier('he.jun'),
  ])).flat()
}

/** Sends the form as it is: the page comes back and says what is missing. */
async function refusedPost(page: Page): Promise<void> {
  await page.locator('.decision-bar button.primary').click()
  await page.waitForSelector('[data-focus-first]')
}
