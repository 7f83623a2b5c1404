import type { Department, Person, Team } from '../domain/people/person.js'

/** A small bank written by hand: 总行 above two business lines and a branch, teams across them, one of each kind of person. */
export const DEPARTMENTS: readonly Department[] = [
  { id: 'head', name: 'Head Office', nameZh: '总行', parent: null },
  { id: 'retail', name: 'Retail Banking', nameZh: '零售金融部', parent: 'head' },
  { id: 'corporate', name: 'Corporate Banking', nameZh: '公司金融部', parent: 'head' },
  { id: 'east', name: 'East Branch', nameZh: '东城支行', parent: 'retail' },
  { id: 'east-counter', name: 'East Branch Counter', nameZh: '东城支行柜面', parent: 'east' },
]

export const TEAMS: readonly Team[] = [
  { id: 'east-desk', name: 'East counter team', nameZh: '东城柜面组', department: 'east-counter', email: 'east.desk@bank.example' },
  { id: 'families', name: 'Family advisers', nameZh: '家庭客户组', department: 'retail', email: 'families@bank.example' },
  { id: 'corporate-east', name: 'Corporate Team East', nameZh: '公司业务东区组', department: 'corporate', email: 'corporate.east@bank.example' },
  { id: 'onboarding', name: 'Onboarding, across departments', nameZh: '跨部门开户组', department: 'head', email: 'onboarding@bank.example' },
]

const employee = {
  title: '', roles: ['employee'], domain: [], clearance: 'internal', language: 'en', active: true, absence: null,
  nameEn: '', settings: { shortcuts: true, theme: 'auto' },
} as const satisfies Partial<Person>

const LOGINS = {
  /** teller at the counter of East Branch */
  'li.na': { ...employee, name: 'Li Na', department: 'east-counter', teams: ['east-desk', 'onboarding'] },
  /** her colleague, who reads Chinese */
  'wang.wei': { ...employee, name: '王伟', department: 'east-counter', teams: ['east-desk'], language: 'zh' },
  /** family adviser of East Branch, cleared for confidential */
  'chen.mei': { ...employee, name: 'Chen Mei', department: 'east', teams: ['families'], clearance: 'confidential' },
  /** relationship manager for companies */
  'sun.lei': { ...employee, name: 'Sun Lei', department: 'corporate', teams: ['corporate-east', 'onboarding'], clearance: 'confidential' },
  /** curator of everything in retail */
  'zhao.min': { ...employee, name: 'Zhao Min', department: 'retail', teams: [], roles: ['employee', 'curator'], domain: ['retail'], clearance: 'restricted' },
  /** second curator of retail, so that four eyes are possible */
  'qian.yu': { ...employee, name: '钱宇', department: 'east', teams: ['families'], roles: ['employee', 'curator'], domain: ['retail'], clearance: 'restricted', language: 'zh' },
  /** curator of corporate, only cleared for confidential */
  'gao.yuan': { ...employee, name: 'Gao Yuan', department: 'corporate', teams: ['corporate-east'], roles: ['employee', 'curator'], domain: ['corporate'], clearance: 'confidential' },
  /** leads the curators, with the whole bank as domain */
  'he.jun': { ...employee, name: 'He Jun', department: 'head', teams: [], roles: ['employee', 'curator'], domain: ['head'], clearance: 'restricted' },
  'han.bing': { ...employee, name: 'Han Bing', department: 'head', teams: [], roles: ['employee', 'admin'] },
  'olivia.grant': { ...employee, name: 'Olivia Grant', department: 'head', teams: [], roles: ['employee', 'auditor'] },
  /** left the bank */
  'jiang.bo': { ...employee, name: 'Jiang Bo', department: 'east-counter', teams: ['east-desk'], active: false },
} as const satisfies Record<string, Omit<Person, 'id' | 'login' | 'email'>>

export type Login = keyof typeof LOGINS

export const PEOPLE: readonly Person[] = Object.entries(LOGINS).map(([login, person]) => ({
  ...person,
  id: login.replace('.', '-'),
  login,
  email: `${login}@bank.example`,
}))
