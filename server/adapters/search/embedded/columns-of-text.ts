/** Columns that hold pairs of characters and words as written. */
export const TEXT_COLUMNS = ['title', 'body', 'tag', 'customer', 'author', 'reference', 'topic'] as const
export type TextColumn = (typeof TEXT_COLUMNS)[number]
/** `words_*`: Chinese words; `sound`: how a customer's name is pronounced. */
export const COLUMNS = [...TEXT_COLUMNS, 'words_title', 'words_body', 'sound'] as const
export type Column = (typeof COLUMNS)[number]
export type Streams = Readonly<Record<Column, string>>
