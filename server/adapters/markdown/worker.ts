import { parentPort } from 'node:worker_threads'
import { asTyped, renderNow } from './pipeline.js'

export interface Task {
  readonly id: number
  readonly text: string
}

export type Answer = { readonly ready: true } | { readonly id: number; readonly html: string }

const port = parentPort
if (!port) throw new Error('the Markdown worker runs in a worker thread')

port.on('message', ({ id, text }: Task) => {
  let answer: Answer
  try {
    answer = { id, html: renderNow(text) }
  } catch {
    answer = { id, html: asTyped(text) }
  }
  port.postMessage(answer)
})
port.postMessage({ ready: true } satisfies Answer)
