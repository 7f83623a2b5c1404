import type { Page } from 'playwright-core'
import t from 'tap'
import { lacking, openPortal, PATIENCE } from './in-chromium.js'

t.test('deciding, in Chromium', { skip: lacking, timeout: PATIENCE }, async (t) => {
  const portal = await openPortal()
  const { bank } = portal
  await portal.speak('en')

  await t.test('a curator works the queue from the keyboard: moves, claims, opens, rates, accepts, and the next one opens', async (t) => {
    const { page, context, trouble } = await portal.visit('he.jun')
    await page.goto('/')
    await page.keyboard.press('g')
    await page.keyboard.press('q')
    await page.waitForURL('**/queue')
    const rows = await page.locator('.queue-row').count()
    t.ok(rows >= 3, `premise: ${rows} wait`)
    for (const key of ['j', 'j', 'k']) await page.keyboard.press(key)
    t.equal(await selected(page), 0)
    // To one that nobody holds yet.
    while ((await page.locator('.queue-row.is-selected button[data-row-shortcut="c"]').count()) === 0 || !(await held(page))) await page.keyboard.press('j')
    const id = ((await page.locator('.queue-row.is-selected').getAttribute('id')) ?? '').slice('row-'.length)
    await page.keyboard.press('c')
    await page.locator(`#row-${id} form[action$="/release"]`).waitFor()
    t.equal((await bank.house.notes.get(id, bank.sightOf('he.jun')))?.item?.claim?.by, bank.personCalled('he.jun').id)

    await page.locator(`#row-${id} .queue-title`).focus()
    await page.keyboard.press('a')
    await page.waitForURL(new RegExp(`/queue/${id}`))
    // Each question in turn, answered by its own digit or letter.
    for (const [scale, key] of [['correctness', '2'], ['reliability', 'b'], ['value', '4'], ['ease', '3']] as const) {
      await page.locator(`input[name="${scale}"]`).first().focus()
      await page.keyboard.press(key)
      t.equal((await page.locator(`input[name="${scale}"]:checked`).getAttribute('value'))?.toLowerCase(), key, scale)
    }
    await page.locator('select#topic').selectOption({ index: 1 })
    await page.locator('input[name="nature"]').first().check()
    await page.locator('input[name="direction"]').first().check()
    t.match(await page.locator('#outcome').innerText(), /will be told/, 'a sentence says what will happen')
    await page.locator('main h2, main h1').first().click()
    await page.keyboard.press('a')
    t.equal(await page.evaluate(() => (globalThis as unknown as { document: { activeElement: { value?: string } } }).document.activeElement.value), 'accept', 'the letter goes to the button; deciding is a second key')
    await page.keyboard.press('Enter')
    await page.waitForURL((url) => !url.pathname.includes(id))
    const note = await bank.house.notes.get(id, bank.sightOf('he.jun'))
    t.equal(note?.confidence, 'validated')
    t.equal(note?.rating?.by, bank.personCalled('he.jun').id)
    t.match(page.url(), /\/queue\/[0-9a-f-]{36}/, 'the next item is open')
    t.same(trouble, { errors: [], failed: [], abroad: [], dialogs: [] })
    await context.close()
  })

  await t.test('digits and letters answer one question after the other, and s leaves a note for later', async (t) => {
    const { page, context, trouble } = await portal.visit('he.jun')
    // One that was never rated: a note that falls due comes with the ratings it had.
    await page.goto('/queue?why=posted')
    await page.keyboard.press('j')
    while (!(await held(page))) await page.keyboard.press('j')
    await page.keyboard.press('x')
    t.equal(await page.locator('.queue-row.is-selected input[type=checkbox]').isChecked(), true, 'x marks the row')
    await page.keyboard.press('x')
    await page.locator('[data-mark-all]').check()
    t.equal(await page.locator('.queue-row input[type=checkbox]:not(:checked)').count(), 0, 'and one box marks them all')
    await page.keyboard.press('a')
    await page.waitForURL(/\/queue\/[0-9a-f-]{36}/)
    const here = page.url()
    await page.keyboard.press('s')
    await page.waitForURL((url) => url.href !== here)
    await page.goto(here)
    for (const key of ['3', 'a', '5', '2']) await page.keyboard.press(key)
    for (const [scale, value] of [['correctness', '3'], ['reliability', 'A'], ['value', '5'], ['ease', '2']] as const) {
      t.equal(await page.locator(`input[name="${scale}"]:checked`).getAttribute('value'), value, scale)
    }
    t.same(trouble, { errors: [], failed: [], abroad: [], dialogs: [] })
    await context.close()
  })

  await t.test('r opens the reasons, and a return goes to the author with one of them', async (t) => {
    const { page, context, trouble } = await portal.visit('he.jun')
    await page.goto('/queue')
    await page.keyboard.press('j')
    while (!(await held(page))) await page.keyboard.press('j')
    const id = ((await page.locator('.queue-row.is-selected').getAttribute('id')) ?? '').slice('row-'.length)
    await page.keyboard.press('r')
    await page.waitForURL(new RegExp(`/queue/${id}`))
    if (!(await page.locator('#returnCode').isVisible())) {
      await page.keyboard.press('r')
    }
    await page.locator('#returnCode').selectOption({ index: 1 })
    await page.locator('#returnText').fill('Please say who told you.')
    await page.locator('button[value="return"]').click()
    await page.waitForURL((url) => !url.pathname.includes(id))
    const note = await bank.house.notes.get(id, bank.sightOf('he.jun'))
    t.equal(note?.item?.state, 'returned')
    t.same(trouble, { errors: [], failed: [], abroad: [], dialogs: [] })
    await context.close()
  })
})

/** Which row the keyboard stands on. */
function selected(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { document } = globalThis as unknown as { document: { querySelectorAll(s: string): Iterable<{ classList: { contains(c: string): boolean } }> } }
    return [...document.querySelectorAll('.queue-row')].findIndex((row) => row.classList.contains('is-selected'))
  })
}

/** Whether the row the keyboard stands on waits for anybody to claim it. */
async function held(page: Page): Promise<boolean> {
  return (await page.locator('.queue-row.is-selected form[action$="/claim"] button[data-row-shortcut="c"]').count()) > 0
}
