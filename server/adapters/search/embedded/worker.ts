import { parentPort, workerData } from 'node:worker_threads'
import { Index } from './index.js'
import { CALLED_OFF_CELLS, type Calls, type Call, type Failure, type Leave, type Reply, type Request, type WorkerSetup } from './messages.js'

// Queries and indexing block their thread, so they have one of their own.
const { calledOff, longestQuery } = workerData as WorkerSetup
let index: Index | null = null

class GaveUp extends Error {
  constructor(readonly failure: Failure) {
    super(failure)
  }
}

parentPort?.on('message', (request: Request | Leave) => {
  if (request.call === 'leave') return leave()
  let reply: Reply
  try {
    reply = { number: request.number, answer: answer(request, checkOf(request.number)) }
  } catch (error) {
    reply = { number: request.number, ...failureOf(error) }
  }
  parentPort?.postMessage(reply)
})

/** Between two questions: whoever ends a thread inside the library ends the whole process with it. */
function leave(): never {
  try {
    index?.close()
  } finally {
    process.exit()
  }
}

function answer(request: Request, check: () => void): Calls[Call]['answer'] {
  if (request.call === 'open') {
    const { index: ready, opened } = Index.open(request.path)
    index = ready
    return opened
  }
  if (!index) throw new Error('the index is not open')
  switch (request.call) {
    case 'put': return index.put(request.entries)
    case 'drop': return index.drop(request.ids)
    case 'search': check(); return index.search(request, check)
    case 'suggest': check(); return index.suggest(request, check)
    case 'similar': check(); return index.similar(request, check)
    case 'versions': return index.versions(request.from)
    case 'versions of': return index.versionsOf(request.ids)
    case 'synonyms': index.setSynonyms(request.groups); return null
    case 'complete': index.complete(); return null
    case 'scrub': index.scrub(); return null
    case 'close': index.close(); index = null; return null
  }
}

/** Asked between steps: has the asker gone meanwhile, or is this taking too long for those who wait behind it? */
function checkOf(number: number): () => void {
  const until = performance.now() + longestQuery
  return () => {
    if (Atomics.load(calledOff, number % CALLED_OFF_CELLS) === number) throw new GaveUp('aborted')
    if (performance.now() > until) throw new GaveUp('slow')
  }
}

/** The engine's own words may quote what was searched or written, so only its code goes on. */
function failureOf(error: unknown): { failure: Failure; reason: string } {
  if (error instanceof GaveUp) return { failure: error.failure, reason: error.failure }
  const code = (error as { code?: unknown }).code
  const reason = typeof code === 'string' ? code : error instanceof Error ? error.name : 'unknown'
  return { failure: /SQLITE_(CORRUPT|NOTADB)/.test(reason) ? 'damaged' : 'failed', reason }
}
