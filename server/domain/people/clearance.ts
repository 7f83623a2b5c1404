/** How far a person may see; the last three of the confidentiality levels. */
export const CLEARANCES = ['internal', 'confidential', 'restricted'] as const
export type Clearance = (typeof CLEARANCES)[number]

export function lowerClearance(a: Clearance, b: Clearance): Clearance {
  return CLEARANCES.indexOf(a) <= CLEARANCES.indexOf(b) ? a : b
}
