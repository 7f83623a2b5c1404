/** The present moment as UTC ISO-8601 with milliseconds. */
export type Clock = () => string
