/** For tests: a process of its own that holds a data directory, to be traced and killed. Says each answer at once. */
import { writeSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { RecordEntry } from '../../../domain/policy/record.js'
import { PAGES, chance, openReal, page, pageId, textOf, type Page } from './scratch-store.js'
import { DocumentExists, StoreError } from '../store-errors.js'

const [root = '', mode = '', seed = '0'] = process.argv.slice(2)
const say = (...words: (string | number)[]) => writeSync(1, `${words.join(' ')}\n`)

try {
  await run()
} catch (error) {
  if (!(error instanceof StoreError)) throw error
  writeSync(2, `${error.message}\n`)
  process.exitCode = 3
}

async function run(): Promise<void> {
  const data = await openReal(root)
  say('open', process.pid)
  if (mode === 'hold') await pause(600_000)
  const pages = await data.folder<Page>(PAGES)
  const counts = await data.document({ name: 'counts', schema: { now: 1 }, empty: () => ({ total: 0, text: '' }) })
  const record = await data.record({ segmentBytes: 20_000 })

  const writePage = async (n: number) => {
    const id = pageId(n)
    const change = () => pages.change(id, (now) => ({ ...now, text: textOf(id, now.version + 1) }))
    const create = () => pages.create({ ...page(n), text: textOf(id, 1) })
    // Somebody else may create it in between: then it is there to be changed.
    const written = (await pages.read(id)) ? await change() : await create().catch((error) => (error instanceof DocumentExists ? change() : Promise.reject(error)))
    say('page', id, written.version)
  }
  const count = async () => {
    const { total } = await counts.change((now) => ({ total: now.total + 1, text: textOf(pageId(0), now.total + 1) }))
    say('count', total)
  }
  const note = async (request: string) => {
    const entry: RecordEntry = { at: data.health.clock(), who: 'job:test', did: 'thing.read', request }
    await record.append(entry)
    say('record', request)
  }

  if (mode === 'steady') {
    for (let n = 0; n < 5; n += 1) {
      await writePage(n)
      await writePage(n)
      await count()
      await note(`r${n}`)
    }
    await data.close()
    return
  }
  const random = chance(Number(seed))
  const worker = async (name: number) => {
    for (let n = 0; ; n += 1) {
      const dice = random()
      if (dice < 0.6) await writePage(Math.floor(random() * 40))
      else if (dice < 0.8) await count()
      else await note(`s${seed}-${name}-${n}`)
    }
  }
  await Promise.all(Array.from({ length: 16 }, (_, name) => worker(name)))
}
