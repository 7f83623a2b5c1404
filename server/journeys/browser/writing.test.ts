import type { Page } from 'playwright-core'
import t from 'tap'
import { lacking, openPortal, PATIENCE } from './in-chromium.js'

t.test('writing, in Chromium', { skip: lacking, timeout: PATIENCE }, async (t) => {
  const portal = await openPortal()
  await portal.speak('en')

  await t.test('a teller posts a plain note from the keyboard alone, and her team finds it', async (t) => {
    const { page, context, trouble } = await portal.visit('li.na')
    await page.goto('/')
    await page.keyboard.press('n')
    await page.waitForURL('**/notes/new')
    t.equal(await focused(page), 'body', 'the cursor stands in the text')
    await page.keyboard.type('Mr Wu asked twice whether the fixed rate ends in June.\n\nTell him before he asks again.')
    await page.keyboard.press('Control+Enter')
    await page.waitForURL(/\/notes\/[0-9a-f-]{36}$/)
    t.equal(await page.locator('main h1').innerText(), 'Mr Wu asked twice whether the fixed rate ends in June.')
    t.match(await page.locator('main').innerText(), /Not validated/)
    t.equal(await page.locator('.note-body').innerText(), 'Mr Wu asked twice whether the fixed rate ends in June.\n\nTell him before he asks again.')
    await portal.bank.house.caughtUp()
    const colleague = await portal.visit('wang.qiang')
    await colleague.page.goto('/search?q=%22fixed+rate+ends+in+June%22')
    t.equal(await colleague.page.locator('.hit').count(), 1)
    await Promise.all([context.close(), colleague.context.close()])
    t.same(trouble, { errors: [], failed: [], abroad: [], dialogs: [] })
  })

  await t.test('what is typed is kept as it is typed: the browser crashes, and the draft is there', async (t) => {
    const first = await portal.visit('li.na')
    await first.page.goto('/notes/new')
    await first.page.locator('#body').pressSequentially('The Zhang family will sell the shop in spring')
    await first.page.locator('#write-lines').getByText('Saved').waitFor()
    await first.page.locator('#body').pressSequentially(', and want the money in two parts.')
    await first.page.waitForResponse((answer) => answer.url().endsWith('/drafts') && (answer.request().postData() ?? '').includes('two+parts'))
    await first.context.close()

    const second = await portal.visit('li.na')
    await second.page.goto('/notes?tab=drafts')
    await second.page.getByRole('link', { name: /The Zhang family will sell/ }).first().click()
    t.equal(await second.page.locator('#body').inputValue(), 'The Zhang family will sell the shop in spring, and want the money in two parts.')
    t.same(second.trouble.errors, [])
    await second.context.close()
  })

  await t.test('leaving with unsaved words asks first', async (t) => {
    const { page, context, trouble } = await portal.visit('li.na')
    await page.goto('/notes/new')
    await page.locator('#body').pressSequentially('Not yet saved')
    await page.getByRole('link', { name: 'Customers' }).first().click({ noWaitAfter: true })
    for (let looks = 0; looks < 100 && trouble.dialogs.length === 0; looks += 1) await page.waitForTimeout(100)
    t.same(trouble.dialogs, ['beforeunload '])
    t.match(page.url(), /\/notes\/new$/)
    await context.close()
  })

  await t.test('the initials of a Chinese name find the customer, and the choice stays when the note is posted', async (t) => {
    const { page, context, trouble } = await portal.visit('li.na')
    await page.goto('/notes/new')
    await page.locator('#body').fill('He prefers to be called after four.')
    await page.locator('#customerText').pressSequentially('wzm')
    const option = page.locator('#customer-options button', { hasText: '吴志明' })
    await option.waitFor()
    t.equal(await focused(page), 'customerText', 'the focus stays where one types')
    await page.keyboard.press('Enter')
    await page.locator('#customers .chip', { hasText: '吴志明' }).waitFor()
    t.match(page.url(), /\/notes\/new$/, 'Enter chooses a name and does not send the form')
    t.equal(await focused(page), 'customerText', 'and the cursor stays for the next one')
    await page.keyboard.type('zgl')
    await page.locator('#customer-options button', { hasText: '张桂兰' }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.locator('#customers .chip', { hasText: '张桂兰' }).waitFor()
    await page.locator('.decision-bar button.primary').click()
    await page.waitForURL(/\/notes\/[0-9a-f-]{36}$/)
    await page.locator('main').getByRole('link', { name: '吴志明' }).first().waitFor()
    t.same(trouble.errors, [])
    await context.close()
  })

  await t.test('a telephone number is named while it is typed and masked with one click', async (t) => {
    const { page, context, trouble } = await portal.visit('li.na')
    await page.goto('/notes/new')
    await page.locator('#body').pressSequentially('Call her on 13812345678 about the card.')
    await page.locator('#write-lines .needs-care button').click()
    await page.waitForFunction(() => {
      const { document } = globalThis as unknown as { document: { getElementById(id: string): { value: string } | null } }
      return document.getElementById('body')?.value.includes('13812345678') === false
    })
    t.match(await page.locator('#body').inputValue(), /^Call her on .+ about the card\.$/)
    t.equal(await page.locator('#write-lines .needs-care').count(), 0)
    t.same(trouble, { errors: [], failed: [], abroad: [], dialogs: [] }, 'and the page does not ask whether to leave')
    await context.close()
  })

  await t.test('a single letter in a field is a letter', async (t) => {
    const { page, context } = await portal.visit('li.na')
    await page.goto('/notes/new')
    await page.locator('#title').pressSequentially('n/?gqjkcar')
    t.equal(await page.locator('#title').inputValue(), 'n/?gqjkcar')
    t.match(page.url(), /\/notes\/new/)
    t.notOk(await page.locator('dialog#shortcuts').evaluate((dialog) => (dialog as unknown as { open: boolean }).open))
    await context.close()
  })

  await t.test('single-letter shortcuts can be switched off, and then no letter does anything', async (t) => {
    const { page, context } = await portal.visit('li.na')
    await page.goto('/me')
    await page.keyboard.press('?')
    await page.locator('dialog#shortcuts[open]').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('input[name="shortcuts"]').uncheck()
    await page.locator('form[action="/me/settings"] button.primary').click()
    await page.waitForURL('**/me')
    await page.locator('html[data-shortcuts="off"]').waitFor({ state: 'attached' })
    for (const key of ['?', 'n', '/', 'g', 'm']) await page.keyboard.press(key)
    await page.waitForTimeout(150)
    t.match(page.url(), /\/me$/)
    t.equal(await page.locator('dialog[open]').count(), 0)
    t.not(await focused(page), 'quick-search')
    await portal.bank.house.people.change((roster) => ({ ...roster, persons: roster.persons.map((person) => ({ ...person, settings: { ...person.settings, shortcuts: true } })) }))
    await context.close()
  })

  await t.test('when the working day ends while one writes, the text is kept, one signs in, and sends it again', async (t) => {
    const { page, context, trouble } = await portal.visit('wang.qiang')
    const text = 'The Lin family compares us with two other banks.\n\nThey will decide on Friday.'
    await page.goto('/notes/new')
    await page.locator('#body').fill(text)
    await portal.bank.house.sessions.endOf(portal.bank.personCalled('wang.qiang').id)
    await page.locator('.decision-bar button.primary').click()
    await page.locator('input[name="login"]').waitFor()
    t.equal(await page.locator('textarea[name="kept_value"]').inputValue(), text, 'it is in view')
    await page.locator('input[name="login"]').fill('wang.qiang')
    await page.locator('input[name="password"]').fill('tacit-demo-2026')
    await page.locator('button.primary').click()
    await page.locator('form[action="/notes"] textarea[name="body"]').waitFor()
    await page.locator('form[action="/notes"] button.primary').click()
    await page.waitForURL(/\/notes\/[0-9a-f-]{36}$/)
    t.equal(await page.locator('.note-body').innerText(), text)
    t.same(trouble, { errors: [], failed: [], abroad: [], dialogs: [] })
    await context.close()
  })
})

/** The id of what has the focus. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => (globalThis as unknown as { document: { activeElement: { id: string } | null } }).document.activeElement?.id ?? '')
}
