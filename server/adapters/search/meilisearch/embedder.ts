import type { Settings } from 'meilisearch'

/** Where the engine has the meaning of a text computed. */
export interface Embedder {
  readonly source: 'rest' | 'ollama' | 'openAi'
  readonly url?: string
  readonly model?: string
  readonly apiKey?: string
  readonly dimensions?: number
  /** of a `rest` source: what is sent and what comes back, as the engine's documentation has it */
  readonly request?: unknown
  readonly response?: unknown
  /** 0 words only, 1 meaning only */
  readonly ratio: number
}

export const EMBEDDER = 'meaning'

export function embedderSettings({ ratio: _, source, ...rest }: Embedder): Settings['embedders'] {
  return { [EMBEDDER]: { source, documentTemplate: '{{doc.text}}', documentTemplateMaxBytes: 4_000, ...rest } as never }
}
