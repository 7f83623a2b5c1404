import { parentPort } from 'node:worker_threads'
import Database from 'libsql'

// The worker with a weakness: words that end it, hang it, or let it find that its file is broken.
interface Heard {
  readonly number: number
  readonly query?: { readonly words: readonly { readonly text: string }[] }
  readonly entries?: readonly { readonly title: string }[]
}

const early: Heard[] = []
let ready = false
parentPort?.on('message', (heard: Heard) => {
  if (!ready) return void early.push(heard)
  const words = [...(heard.query?.words.map((word) => word.text) ?? []), ...(heard.entries?.map((entry) => entry.title) ?? [])]
  if (words.includes('kill-it')) process.exit(7)
  if (words.includes('hang-it')) for (;;);
  if (words.includes('break-it')) parentPort?.postMessage({ number: heard.number, failure: 'damaged', reason: 'SQLITE_CORRUPT' })
  if (words.includes('busily')) keepAsking(300)
})

await import(new URL(`./worker${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url).href)
ready = true
for (const heard of early) (parentPort as unknown as { emit(event: 'message', heard: Heard): void }).emit('message', heard)

/** Many short questions to the library, for so many milliseconds. */
function keepAsking(milliseconds: number): void {
  const asking = new Database(':memory:').prepare('select 1')
  const end = Date.now() + milliseconds
  while (Date.now() < end) asking.all()
}
