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
  /** how English pages call them; '' where that is the same name */
  readonly nameEn: string
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
  /** there while an address that somebody else set waits for its owner's word, or a second administrator's */
  readonly newAddress?: NewAddress
  /** since when they administer, UTC; missing for whoever always did */
  readonly adminSince?: string
}

/** Where mail went before, and who sent it elsewhere. */
export interface NewAddress {
  readonly before: string
  readonly setBy: string
  /** UTC */
  readonly at: string
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

/** The name a reader of this language knows somebody by. */
export function nameIn(language: Language, person: Pick<Person, 'name' | 'nameEn'>): string {
  return language === 'en' && person.nameEn !== '' ? person.nameEn : person.name
}

/** Asks of everybody whether a part of one of their names, or of what they sign in with, was typed. */
export function calledLike(typed: string): (person: Pick<Person, 'name' | 'nameEn' | 'login'>) => boolean {
  const wanted = typed.trim().toLowerCase()
  return ({ login, name, nameEn }) => login.includes(wanted) || name.toLowerCase().includes(wanted) || nameEn.toLowerCase().includes(wanted)
}

/** Before schema 2 nobody had a second name. */
export function personOfSchema1(old: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { nameEn: '', ...old }
}
