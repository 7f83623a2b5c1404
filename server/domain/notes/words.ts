/** The closed vocabularies of a note (PRODUCT.md §1). Topics, products, touchpoints and segments are open: see taxonomy.ts. */
export const CONFIDENCES = ['wip', 'not_validated', 'validated', 'archived'] as const
export type Confidence = (typeof CONFIDENCES)[number]

export const GOVERNANCES = ['publish_first', 'review_first'] as const
export type Governance = (typeof GOVERNANCES)[number]

/** Knowledge about, from or for the customer. */
export const DIRECTIONS = ['about', 'from', 'for'] as const
export type Direction = (typeof DIRECTIONS)[number]

export const NATURES = ['data', 'information', 'experience', 'idea', 'skill'] as const
export type Nature = (typeof NATURES)[number]

export const STAGES = ['before', 'during', 'after'] as const
export type Stage = (typeof STAGES)[number]

export const INFORMANTS = ['staff', 'customer', 'third_party', 'document', 'market'] as const
export type Informant = (typeof INFORMANTS)[number]

/** Source reliability on the Admiralty scale. */
export const RELIABILITIES = ['A', 'B', 'C', 'D', 'E', 'F'] as const
export type Reliability = (typeof RELIABILITIES)[number]

export const ITEM_STATES = ['open', 'claimed', 'returned', 'accepted', 'declined', 'withdrawn'] as const
export type ItemState = (typeof ITEM_STATES)[number]

/** Text a note may hold, in UTF-8 bytes (HOUSE.md §3). */
export const MAX_BODY_BYTES = 50_000
export const MAX_TITLE_LENGTH = 120
export const MAX_TAGS = 12
export const MAX_TAG_LENGTH = 40
export const MAX_CUSTOMERS = 12
export const MAX_NAMED = 50
export const CLAIM_HOURS = 4
