import type { Page } from 'playwright-core'
import t from 'tap'
import { lacking, openPortal, PATIENCE } from './in-chromium.js'

t.test('finding, in Chromium', { skip: lacking, timeout: PATIENCE }, async (t) => {
  const portal = await openPortal()
  await portal.speak('en')

  await t.test('results follow the typing, the cursor stays, and the address says what is shown', async (t) => {
    const { page, context, trouble } = await portal.visit('li.na')
    await page.goto('/')
    await page.keyboard.press('/')
    await page.keyboard.type('mortgage')
    await page.waitForURL(/\/search\?q=mortgage/)
    await page.locator('#results .hit').first().waitFor()
    const shown = await page.locator('#results .hit').count()
    t.ok(shown > 0)
    t.same(await caret(page), { id: 'q', at: 8 })
    await page.keyboard.type(' rate')
    await page.waitForURL(/q=mortgage(\+|%20)rate/)
    t.same(await caret(page), { id: 'q', at: 13 })
    const address = page.url()
    await page.goto(address)
    t.equal(await page.locator('#q').inputValue(), 'mortgage rate', 'the address is the state')
    t.same(trouble, { errors: [], failed: [], abroad: [], dialogs: [] })
    await context.close()
  })

  await t.test('what was typed before the scripts came is answered once they are there', async (t) => {
    const { page, context, trouble } = await portal.visit('li.na')
    let come = (): void => {}
    const coming = new Promise<void>((resolve) => (come = resolve))
    await page.route('**/htmx.min.js*', async (route) => {
      await coming
      await route.continue()
    })
    await page.goto('/', { waitUntil: 'commit' })
    await page.locator('#q').pressSequentially('mortgage')
    t.equal(new URL(page.url()).pathname, '/', 'premise: nothing could answer yet')
    come()
    await page.waitForURL(/\/search\?q=mortgage/)
    await page.locator('#results .hit').first().waitFor()
    t.same(await caret(page), { id: 'q', at: 8 })
    t.same(trouble, { errors: [], failed: [], abroad: [], dialogs: [] })
    await context.close()
  })

  await t.test('j and k go through what was found, past all the filters, and Enter opens it', async (t) => {
    const { page, context } = await portal.visit('li.na')
    await page.goto('/search?q=mortgage')
    const second = page.locator('#results .hit').nth(1)
    const title = await second.locator('.hit-title').innerText()
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    t.equal(await page.locator('.hit-title a:focus').innerText(), title)
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/notes\/[0-9a-f-]{36}$/)
    t.equal(await page.locator('h1').innerText(), title)
    await context.close()
  })

  await t.test('a facet narrows with one click and is taken off with another', async (t) => {
    const { page, context, trouble } = await portal.visit('li.na')
    await page.goto('/search?q=')
    const all = await total(page)
    const box = page.locator('.facets input[name="confidence"]').first()
    const value = await box.getAttribute('value')
    await box.check()
    await page.waitForURL(new RegExp(`confidence=${value}`))
    await page.locator('.results-head .chip').first().waitFor()
    const fewer = await total(page)
    t.ok(fewer > 0 && fewer < all, `${fewer} of ${all}`)
    await page.locator('.results-head .chip').first().click()
    await page.waitForURL((url) => !url.search.includes('confidence'))
    t.equal(await total(page), all)
    t.same(trouble, { errors: [], failed: [], abroad: [], dialogs: [] })
    await context.close()
  })

  await t.test('more filters come on request, under the same hand, and stay while one narrows and types', async (t) => {
    const { page, context, trouble } = await portal.visit('li.na')
    await page.goto('/search?q=')
    const all = await total(page)
    t.same(await shownFacets(page), ['topic', 'department', 'confidence'])
    const more = page.locator('#more-facets')
    await more.focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(/facets=all/)
    await page.locator('.facet input[name="nature"]').first().waitFor()
    t.ok((await shownFacets(page)).length > 8)
    t.equal(await page.locator('#more-facets:focus').count(), 1, 'the keyboard is where it was')
    await page.locator('.facet input[name="nature"]').first().check()
    await page.waitForURL(/nature=.*facets=all|facets=all.*nature=/)
    await page.locator('.results-head .chip').first().waitFor()
    const fewer = await total(page)
    t.ok(fewer > 0 && fewer < all, `${fewer} of ${all}`)
    await more.click()
    await page.waitForURL((url) => !url.searchParams.has('facets') && url.searchParams.has('nature'))
    await page.locator('.facet input[name="year"]').first().waitFor({ state: 'detached' })
    t.same(await shownFacets(page), ['topic', 'department', 'confidence', 'nature'], 'what is chosen stays in sight')
    await more.click()
    await page.waitForURL(/facets=all/)
    await page.locator('.facet input[name="year"]').first().waitFor()
    await page.locator('#q').fill('rate')
    await page.waitForURL((url) => url.searchParams.get('q') === 'rate' && url.searchParams.get('facets') === 'all')
    t.same(trouble, { errors: [], failed: [], abroad: [], dialogs: [] })
    await context.close()
  })

  await t.test('half-composed pinyin does not search; the word does', async (t) => {
    const { page, context } = await portal.visit('li.na')
    const asked: string[] = []
    page.on('request', (request) => {
      const url = new URL(request.url())
      if (url.pathname === '/search') asked.push(url.searchParams.get('q') ?? '')
    })
    await page.goto('/')
    await page.locator('#q').focus()
    const session = await context.newCDPSession(page)
    for (const text of ['l', 'li', 'li l', 'li lv']) await session.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length })
    await page.waitForTimeout(600)
    t.same(asked, [])
    await session.send('Input.insertText', { text: '利率' })
    await page.waitForURL(/q=%E5%88%A9%E7%8E%87/)
    t.same([...new Set(asked)], ['利率'])
    await page.locator('#results .hit').first().waitFor()
    await context.close()
  })

  await t.test('on a phone several filters are chosen one after the other, and one press shows what they leave', async (t) => {
    const { page, context, trouble } = await portal.visit('li.na', { viewport: { width: 390, height: 844 } })
    await page.goto('/search?q=rate')
    await page.locator('.facets > summary').click()
    await page.locator('.facet').nth(0).locator('.facet-value').first().click()
    await page.waitForURL(/topic=/)
    await page.locator('.facet').nth(1).locator('.facet-value').first().click()
    await page.waitForURL(/topic=.*department=/)
    await page.locator('.chips li, .chip').nth(1).waitFor({ state: 'attached' })
    t.ok(await page.locator('.facets[open]').isVisible(), 'the filters stay open')
    const done = page.locator('.facets-done button').first()
    t.equal(await done.innerText(), `Show ${await total(page)} notes`)
    await done.click()
    t.equal(await page.locator('.facets[open]').count(), 0)
    t.ok(await page.locator('#results .hit').first().isVisible())
    await context.close()
    t.same(trouble.errors, [])
  })

  await t.test('what nobody has written can be asked for with one click', async (t) => {
    const { page, context, trouble } = await portal.visit('li.na')
    await page.goto('/search?q=submarine+cable+insurance')
    await page.locator('.ask button').click()
    await page.locator('main [role="status"]').first().waitFor()
    t.equal(portal.bank.house.gaps.all().filter(({ words }) => words === 'submarine cable insurance').length, 1)
    t.same(trouble.errors, [])
    await context.close()
  })
})

async function total(page: Page): Promise<number> {
  return Number(/(\d+)/.exec(await page.locator('.results-head [role="status"]').innerText())?.[1])
}

function shownFacets(page: Page): Promise<(string | null)[]> {
  return page.locator('.facet').evaluateAll((all) => all.map((each) => (each as unknown as { querySelector(of: string): { name: string } | null }).querySelector('input')?.name ?? null))
}

function caret(page: Page): Promise<{ id: string; at: number }> {
  return page.evaluate(() => {
    const { document } = globalThis as unknown as { document: { activeElement: { id: string; selectionStart: number } } }
    return { id: document.activeElement.id, at: document.activeElement.selectionStart }
  })
}
