import { existsSync, readFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { asker, idsFrom, noteForm, ratio, round, summary, together, tokenOf, type Ask } from './client.js'
import { fileOf } from './import.js'
import { closePortal, memoryOf, openPortal } from './portal.js'

export type Note = (name: string, value: unknown) => void

const WORDS = ['account', 'collection agency', 'credit report', '基金 净值', 'mortgage', 'late fee', '存单', 'identity theft', 'refund', '(4711)']
const PEOPLE = 20
/** Of ten acts, those that search. Not every third: out of step with three portals' turns, or one of them would get every search. */
const SEARCHES = new Set([1, 4, 8])

/** Twenty people at once on one portal, searching and reading. @param asks of different people, each as several of the twenty */
export async function manyPeople(asks: readonly [Ask, ...Ask[]], note: Note): Promise<void> {
  const anyOf = (i: number): Ask => asks[i % asks.length] ?? asks[0]
  const search = (i: number): Promise<unknown> => anyOf(Math.floor(i / WORDS.length))(`/search?q=${encodeURIComponent(WORDS[i % WORDS.length] as string)}&topic=pricing`)
  // Two thousand: of fewer, one moment in which the machine's cores are lent to others decides what the slowest hundredth takes.
  const lent = lentCores()
  note(`search page, ${PEOPLE} people who look at each for about a second, ms`, await together(2_000, PEOPLE, search, 1_000))
  note('… meanwhile the machine lent of its cores to other machines', lent())
  note(`search page, ${PEOPLE} people without a pause, ms`, await together(1_000, PEOPLE, search))
  const ids = await idsFrom(asks[0])
  note(`note page, ${PEOPLE} people at once, ms`, await together(2_000, PEOPLE, (i) => asks[0](`/notes/${ids[i % ids.length]}`)))
}

/** What is written of them when all rows of a file are. */
interface Imported {
  readonly files: number
  readonly rows: number
  readonly ms: number
}

/** As many notes of the bench's length as a file for the portal may hold. */
const ROWS_OF_A_FILE = 25_000

/** While files are imported, one after the other: how soon what somebody posts is found by somebody else. */
export async function whileImporting(ask: Ask, note: Note, rows: number): Promise<void> {
  const token = await tokenOf(ask)
  const file = join(tmpdir(), `tacit-bench-${process.pid}.csv`)
  const found: number[] = []
  let done: Imported = { files: 0, rows: 0, ms: 0 }
  for (let n = 0, begun = 0; done.files < begun || done.rows < rows; n += 1) {
    if (done.files === begun) {
      begun += 1
      await writeFile(file, fileOf(Math.min(ROWS_OF_A_FILE, rows - done.rows)))
      await ask(`/bench/import?file=${encodeURIComponent(file)}`, { method: 'POST', form: { _csrf: token } })
    }
    const word = `zq${Math.random().toString(36).slice(2, 12).replace(/[0-9]/g, 'x')}`
    const posted = await ask('/notes', { method: 'POST', form: { ...noteForm(token, n), body: `A word nobody else has written: ${word}` } })
    const path = posted.location
    const at = performance.now()
    while (!(await ask(`/search?q=${word}`)).text().includes(path)) await pause(100)
    found.push(performance.now() - at)
    done = (await ask('/bench/imported')).json() as Imported
  }
  await rm(file)
  note(`importing ${done.rows} notes in files of at most ${ROWS_OF_A_FILE}, a second`, round((done.rows / done.ms) * 1_000))
  note('posted to found while it is imported, ms', summary(found))
}

/** The same load on one portal, and on three, behind a proxy that asks them in turn, and one that asks whichever has the fewest requests under way. */
export async function severalPortals(folders: readonly string[], env: Readonly<Record<string, string>>, note: Note): Promise<void> {
  const rates: number[] = []
  for (const [many, balance] of [[1, 'in turn'], [folders.length, 'in turn'], [folders.length, 'fewest under way']] as const) {
    const named = many === 1 ? '1 portal' : `${many} portals, ${balance}`
    const portals = []
    for (const folder of folders.slice(0, many)) portals.push(await openPortal(folder, env))
    const ask = asker(portals.map(({ origin }) => origin), portals[0]?.cookies['reader-0'], balance)
    const ids = await idsFrom(ask)
    const token = await tokenOf(ask)
    let searches = 0
    const act = (i: number): Promise<unknown> => {
      if (i % 10 === 0) return ask('/notes', { method: 'POST', form: noteForm(token, i) })
      return SEARCHES.has(i % 10) ? ask(`/search?q=${encodeURIComponent(WORDS[searches++ % WORDS.length] as string)}`) : ask(`/notes/${ids[i % ids.length]}`)
    }
    await together(300 * many, PEOPLE, act)
    const busy = busyCores()
    const done = await together(2_000, PEOPLE, act)
    note(`${named}: busy of the machine's cores, client and servers included`, `${busy()} of ${cpus().length}`)
    rates.push(done.perSecond)
    note(`${named}: reading, searching, posting, ${PEOPLE} at once, ms`, done)
    note(`${named}: memory of each, MB (RSS)`, await Promise.all(portals.map(memoryOf)))
    for (const portal of portals) await closePortal(portal)
  }
  note(`${folders.length} portals against one, in turn and by the fewest under way`, rates.slice(1).map((rate) => ratio(rate, rates[0] ?? 1)).join(', '))
}

/** How many of the machine's cores were busy since it was called, on average: what is left of them is all that more portals could use. */
function busyCores(): () => number {
  const times = (): { idle: number; all: number } => cpus().reduce(({ idle, all }, { times }) => ({ idle: idle + times.idle, all: all + Object.values(times).reduce((sum, one) => sum + one, 0) }), { idle: 0, all: 0 })
  const before = times()
  return () => {
    const after = times()
    return round((1 - (after.idle - before.idle) / (after.all - before.all)) * cpus().length)
  }
}

/** How much of the processor's time a virtual machine did not get since it was called ("steal" of proc(5)), as a share; `unknown` elsewhere than on Linux. */
function lentCores(): () => string {
  const times = (): readonly number[] => (existsSync('/proc/stat') ? (/^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? '').split(' ').slice(0, 8).map(Number) : [])
  const before = times()
  return () => {
    const spent = times().map((now, i) => now - (before[i] ?? 0))
    const whole = spent.reduce((sum, each) => sum + each, 0)
    return whole > 0 ? `${round(((spent[7] ?? 0) / whole) * 100)} %` : 'unknown'
  }
}
