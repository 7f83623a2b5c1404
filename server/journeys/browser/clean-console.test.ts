import type { BrowserContext, Page } from 'playwright-core'
import t from 'tap'
import { lacking, openPortal, PATIENCE } from './in-chromium.js'

/** What the browser would not do because of the content security policy, and every other warning, from every page of the context. */
async function listen(context: BrowserContext): Promise<string[]> {
  const heard: string[] = []
  context.on('console', (line) => {
    // A refusal is a page with a status of its own, which browsers mention too.
    if ((line.type() === 'warning' || line.type() === 'error') && !/the server responded with a status of 4\d\d/.test(line.text())) heard.push(line.text())
  })
  await context.exposeFunction('violated', (what: string) => void heard.push(what))
  await context.addInitScript("addEventListener('securitypolicyviolation', (it) => void violated(`${it.violatedDirective} ${it.blockedURI} ${it.sourceFile}:${it.lineNumber}`))")
  return heard
}

/** Makes every field a little larger, as somebody does by its corner: browsers keep that as a style of the element. */
const pulled = (page: Page) => page.evaluate("for (const field of document.querySelectorAll('textarea, input:not([type=hidden])')) field.style.height = `${field.offsetHeight + 3}px`")

t.test('the console stays clean, in Chromium', { skip: lacking, timeout: PATIENCE }, async (t) => {
  const portal = await openPortal()
  await portal.speak('en')

  await t.test('a teller finds, writes, posts and asks, and no page does what its policy forbids', async (t) => {
    const { page, context } = await portal.visit('li.na')
    const heard = await listen(context)
    await page.goto('/')
    await page.locator('#q').pressSequentially('rate')
    await page.waitForURL(/q=rate/)
    await page.locator('.facet-value').first().click()
    await page.waitForURL(/q=rate&/)
    await page.goto('/notes/new')
    await page.locator('#body').fill('Her number is 13800138000.')
    await page.locator('#write-lines').getByText('Saved').waitFor()
    await page.evaluate("for (const fold of document.querySelectorAll('details.fold')) fold.open = true")
    await pulled(page)
    await page.locator('#customerText').pressSequentially('chen')
    await page.locator('#customer-options .suggest-option').first().click()
    await page.locator('#customers input[type=hidden][name=customer]').first().waitFor({ state: 'attached' })
    await pulled(page)
    await page.locator('#namedText').pressSequentially('zhao')
    await page.locator('#named-options .suggest-option').first().click()
    await page.locator('#named input[type=hidden][name=named]').first().waitFor({ state: 'attached' })
    await page.getByRole('button', { name: 'Preview' }).click()
    await page.locator('#preview').getByText('13800138000').first().waitFor()
    await page.getByRole('button', { name: 'Post', exact: true }).last().click()
    await page.waitForLoadState()
    for (const path of ['/notes', '/customers', '/notices', '/me', '/help', '/glossary', '/search?q=ferry-that-nobody-knows']) await page.goto(path)
    t.same(heard, [])
    await page.evaluate("document.body.setAttribute('style', 'color: red')")
    await page.waitForTimeout(300)
    t.match(heard.join('\n'), /style-src/, 'premise: what is forbidden is heard')
    await context.close()
  })

  await t.test('a curator works through the queue, and no page does what its policy forbids', async (t) => {
    const { page, context } = await portal.visit('he.jun')
    const heard = await listen(context)
    await page.goto('/queue')
    await page.getByRole('button', { name: 'Claim' }).first().click()
    await page.locator('.queue-claim').getByText('yours').first().waitFor()
    await page.locator('.queue-title').first().click()
    await page.waitForLoadState()
    await pulled(page)
    await page.locator('label:has(input[name=value])').nth(2).click()
    await page.locator('#outcome').waitFor()
    for (const path of ['/queue/desk', '/queue/cover', '/vocabulary', '/vocabulary?kind=tags', '/gaps', '/imports', '/redactions', '/channels']) await page.goto(path)
    t.same(heard, [])
    await context.close()
  })
})
