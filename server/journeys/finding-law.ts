import type { Test } from 'tap'
import type { EmployeeId } from '../house/oracle/principals.js'
import { publishedText, reads } from '../house/oracle/table.js'
import type { Browser } from './browser.js'
import { asPrincipal, type PlantedBank } from './planted-bank.js'

const DEEP = process.env['TACIT_DEPTH'] === 'deep'

/** V2, V3, V5 on the page of results, whichever engine answers and when none does. */
export async function findingKeepsTheLaw(t: Test, { canaries, planted, people, leaks }: PlantedBank, browsers: ReadonlyMap<EmployeeId, Browser>): Promise<void> {
  await t.test('searching a word finds exactly what the table allows; a word of what is closed looks like a word of nothing', async (t) => {
    const wrong: string[] = []
    let hits = 0
    let none = 0
    const random = 'xqzvwkjhgfdb'
    for (const who of people.filter((_, i) => DEEP || i % 2 === 0)) {
      const browser = browsers.get(who) as Browser
      const nothing = bare((await browser.get(`/search?q=${random}`)).body, random)
      for (const { facts, note } of planted.filter((_, i) => DEEP || i % 4 === 0)) {
        const face = publishedText(facts)
        const number = facts.texts.indexOf(face) + 1
        const word = canaries.of(facts.name).find((canary) => canary.field === `title of text ${number}`)?.word as string
        const page = await browser.get(`/search?q=${word}${note.confidence === 'archived' ? '&archived=1' : ''}`)
        const found = page.body.includes(`href="/notes/${note.id}"`)
        const may = reads(asPrincipal(who), facts, face)
        if (found !== may) wrong.push(`${who} ${found ? 'finds' : 'does not find'} ${facts.name}`)
        if (may) hits++
        else {
          none++
          if (note.confidence !== 'archived' && bare(page.body, word) !== nothing) wrong.push(`${who} can tell that ${facts.name} holds ${word}`)
        }
        wrong.push(...leaks(who, page.body.replaceAll(word, '')))
      }
    }
    t.ok(hits > 20 && none > 20, `premise: ${hits} hits, ${none} not`)
    t.same(wrong.slice(0, 10), [])
  })

  await t.test('totals and facet counts are what the table counts', async (t) => {
    for (const who of people) {
      const browser = browsers.get(who) as Browser
      const readable = planted.filter(({ facts, note }) => note.confidence !== 'archived' && reads(asPrincipal(who), facts, publishedText(facts)))
      const page = await browser.get('/search?q=&facets=all')
      const total = Number(/(\d+) notes?/.exec(page.text)?.[1] ?? 0)
      t.equal(total, readable.length, `${who}: total`)
      for (const level of ['shareable', 'internal', 'confidential', 'restricted']) {
        const counted = Number(new RegExp(`id="facet-confidentiality-${level}".*?<span class="count">(\\d+)`, 's').exec(page.body)?.[1] ?? 0)
        const facts = readable.filter(({ note }) => note.rights.level === level).length
        t.equal(counted, facts, `${who}: facet ${level}`)
      }
    }
  })
}

/** Masks the form token and the searched word, and nothing else. */
function bare(body: string, word: string): string {
  return body.replaceAll(word, '·').replace(/name="_csrf" value="[^"]*"/g, 'token').replace(/"x-csrf-token":"[^"]*"/g, 'token')
}
