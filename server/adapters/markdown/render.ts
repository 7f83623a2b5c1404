import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { plainText, type Markdown, type SafeHtml } from '../../domain/notes/markdown.js'
import { MAX_BODY_BYTES } from '../../domain/notes/words.js'
import { RENDERER_VERSION, asTyped, renderNow, renderWithoutSanitiser } from './pipeline.js'
import { isSimple } from './simple.js'
import { LIMITS, MarkdownWorkers, type Limits } from './workers.js'

export interface RenderOptions {
  readonly limits?: Limits
  /** bytes of rendered text kept; 16 MB when left out */
  readonly cacheBytes?: number
  /** told of a text that is shown as typed because it could not be rendered in time; never of the text itself */
  readonly onLate?: (bytes: number) => void
  /** For one test alone, which proves that the Content-Security-Policy stops every payload by itself. */
  readonly withoutSanitiser?: boolean
}

/** A text that came too late may only have met a busy machine: it is tried again after this; milliseconds. */
const RETRY_LATE = 60_000

/**
 * Markdown by marked, sanitised by sanitize-html. Short and plain text is rendered on the spot; anything else in a
 * thread with a time limit, after which readers get the text as it was typed. Results are cached by content.
 */
export class MarkdownRenderer implements Markdown {
  private readonly workers: MarkdownWorkers
  private readonly cache: LRUCache<string, SafeHtml>
  private readonly underway = new Map<string, Promise<SafeHtml>>()

  constructor(private readonly options: RenderOptions = {}) {
    this.workers = new MarkdownWorkers(options.limits ?? LIMITS)
    this.cache = new LRUCache({
      maxSize: options.cacheBytes ?? 16_000_000,
      sizeCalculation: (html) => html.length * 2 + 200,
    })
  }

  render(text: string): SafeHtml | Promise<SafeHtml> {
    if (this.options.withoutSanitiser) return renderWithoutSanitiser(text)
    const bytes = Buffer.byteLength(text)
    if (bytes > MAX_BODY_BYTES) return asTyped(text)
    const key = `${RENDERER_VERSION}:${createHash('sha256').update(text).digest('base64url')}`
    const known = this.cache.get(key) ?? this.underway.get(key)
    if (known !== undefined) return known
    if (isSimple(text)) return this.keep(key, renderOrTyped(text))
    const rendering = this.inThread(key, text, bytes)
    this.underway.set(key, rendering)
    return rendering
  }

  plain(text: string): string {
    return plainText(text)
  }

  /** Worth calling once the server listens. */
  warm(): void {
    this.workers.warm()
  }

  close(): Promise<void> {
    return this.workers.close()
  }

  private async inThread(key: string, text: string, bytes: number): Promise<SafeHtml> {
    try {
      const html = await this.workers.render(text)
      if (html !== null) return this.keep(key, html)
      this.options.onLate?.(bytes)
      return this.keep(key, asTyped(text), RETRY_LATE)
    } finally {
      this.underway.delete(key)
    }
  }

  private keep(key: string, html: SafeHtml, ttl?: number): SafeHtml {
    this.cache.set(key, html, ttl === undefined ? {} : { ttl })
    return html
  }
}

function renderOrTyped(text: string): SafeHtml {
  try {
    return renderNow(text)
  } catch {
    return asTyped(text)
  }
}
