import type { Clearance } from './clearance.js'

export const ROLES = ['employee', 'curator', 'admin', 'auditor'] as const
export type Role = (typeof ROLES)[number]
export const LANGUAGES = ['en', 'zh'] as const
export type Language = (typeof LANGUAGES)[number]

/** Somebody who works for the bank. Rights are always read from here, as they are now, never kept in a session. */
export interface Person {
  readonly id: string
  /** what they type to sign in; unique, lower case */
  readonly login: string
  readonly name: string
  readonly email: string
  /** a line such as "Relationship manager" */
  readonly title: string
  readonly department: string
  readonly teams: readonly string[]
  readonly roles: readonly Role[]
  /** departments whose notes a curator decides on, each with everything below it */
  readonly domain: readonly string[]
  readonly clearance: Clearance
  readonly language: Language
  readonly active: boolean
  readonly absence: Absence | null
  readonly settings: Settings
}

/** A curator away: the deputy gets the domain for that time, never the clearance. Dates are inclusive, `YYYY-MM-DD`. */
export interface Absence {
  readonly from: string
  readonly until: string
  readonly deputy: string
}

export interface Settings {
  readonly shortcuts: boolean
  readonly theme: 'auto' | 'light' | 'dark'
}

export interface Department {
  readonly id: string
  readonly name: string
  readonly nameZh: string
  /** null only for head office, the one root */
  readonly parent: string | null
}

/** People who work together, across departments too. Membership is on the person. */
export interface Team {
  readonly id: string
  readonly name: string
  readonly nameZh: string
  /** the department whose curator looks after it */
  readonly department: string
  readonly email: string
}
