/**
 * Everybody of SAFETY.md "Principals", written down as plain facts. The oracle reads these facts itself; the app gets
 * them as a Directory. Nothing here or in table.ts may use the policy that it checks.
 */
export type Clearance = 'internal' | 'confidential' | 'restricted'

/** head office > branch > {corporate, retail}; head office > south > loans */
export const DEPARTMENTS = {
  'head-office': null,
  'branch': 'head-office',
  'corporate': 'branch',
  'retail': 'branch',
  'south': 'head-office',
  'loans': 'south',
} as const
export type DepartmentId = keyof typeof DEPARTMENTS

/** Written out by hand, so that the tree is not walked by the code under test: the department and all those above it. */
export const ABOVE: { readonly [D in DepartmentId]: readonly DepartmentId[] } = {
  'head-office': ['head-office'],
  'branch': ['branch', 'head-office'],
  'corporate': ['corporate', 'branch', 'head-office'],
  'retail': ['retail', 'branch', 'head-office'],
  'south': ['south', 'head-office'],
  'loans': ['loans', 'south', 'head-office'],
}

/** alpha: the notes' own team; beta: another team of the department; gamma: of another; delta: the author's second; nobody is in the empty one */
export const TEAMS = { alpha: 'corporate', beta: 'corporate', gamma: 'loans', delta: 'branch', relationship: 'branch', circle: 'south', empty: 'south' } as const
export type TeamId = keyof typeof TEAMS

/** Who may know a restricted customer: its relationship team and the curators appointed on it. */
export interface Circle {
  readonly team: TeamId
  readonly curators: readonly string[]
}
export const RESTRICTED_CUSTOMER = { team: 'relationship', curators: ['appointed', 'appointed-former-curator'] } as const satisfies Circle

export interface Employee {
  readonly department: DepartmentId
  readonly teams: readonly TeamId[]
  readonly clearance: Clearance
  readonly roles: readonly ('employee' | 'curator' | 'admin' | 'auditor')[]
  readonly domain: readonly DepartmentId[]
  /** today's stand-in while away */
  readonly deputy?: string
  readonly disabled?: true
}

const base: Employee = { department: 'corporate', teams: [], clearance: 'confidential', roles: ['employee'], domain: [] }
const anEmployee = (facts: Partial<Employee>): Employee => ({ ...base, ...facts })
const aCurator = (domain: readonly DepartmentId[], facts: Partial<Employee> = {}): Employee =>
  ({ ...base, roles: ['employee', 'curator'], domain, department: 'head-office', ...facts })

export const EMPLOYEES = {
  'author': anEmployee({ teams: ['alpha', 'delta'] }),
  'author-who-moved': anEmployee({ department: 'loans', teams: [], clearance: 'internal' }),
  'disabled-author': anEmployee({ teams: ['alpha'], disabled: true }),
  'colleague-in-alpha': anEmployee({ teams: ['alpha'] }),
  'colleague-in-delta': anEmployee({ department: 'retail', teams: ['delta'] }),
  'same-team-internal': anEmployee({ teams: ['alpha'], clearance: 'internal' }),
  'same-team-restricted': anEmployee({ teams: ['alpha'], clearance: 'restricted' }),
  'other-team': anEmployee({ teams: ['beta'] }),
  'other-department': anEmployee({ department: 'loans', teams: ['gamma'] }),
  'sibling-department': anEmployee({ department: 'retail' }),
  'parent-department': anEmployee({ department: 'branch' }),
  'relationship-member': anEmployee({ teams: ['alpha', 'relationship'] }),
  'relationship-member-elsewhere': anEmployee({ department: 'loans', teams: ['gamma', 'relationship'] }),
  'former-relationship-member': anEmployee({ teams: ['alpha'], clearance: 'restricted' }),
  'appointed': aCurator(['corporate'], { clearance: 'restricted' }),
  'appointed-former-curator': anEmployee({ teams: ['alpha'], clearance: 'restricted' }),
  'named': anEmployee({ department: 'loans', clearance: 'restricted' }),
  'named-without-clearance': anEmployee({ department: 'loans', clearance: 'internal' }),
  'named-through-team': anEmployee({ department: 'south', teams: ['circle'], clearance: 'restricted' }),
  'formerly-named': anEmployee({ department: 'loans', clearance: 'restricted' }),
  'curator-of-department': aCurator(['corporate']),
  'curator-of-all': aCurator(['head-office']),
  'curator-of-another': aCurator(['south'], { clearance: 'restricted' }),
  'curator-with-low-clearance': aCurator(['corporate'], { clearance: 'internal' }),
  'steward': aCurator(['branch'], { clearance: 'restricted', deputy: 'deputy' }),
  'second-steward': aCurator(['head-office'], { clearance: 'restricted', teams: ['relationship'] }),
  'steward-without-clearance': aCurator(['head-office'], { clearance: 'confidential' }),
  'steward-without-domain': aCurator(['retail'], { clearance: 'restricted' }),
  'steward-who-is-no-curator': anEmployee({ department: 'retail', clearance: 'restricted' }),
  'curator-not-named': aCurator(['head-office'], { clearance: 'restricted' }),
  'deputy': anEmployee({ department: 'retail', clearance: 'confidential' }),
  'curator-who-wrote': aCurator(['corporate'], { department: 'corporate', teams: ['alpha'] }),
  'disabled-curator': aCurator(['head-office'], { clearance: 'restricted', disabled: true }),
  'disabled-same-team': anEmployee({ teams: ['alpha'], disabled: true }),
  'admin': anEmployee({ department: 'head-office', roles: ['admin'], clearance: 'restricted' }),
  'auditor': anEmployee({ department: 'head-office', roles: ['auditor'], clearance: 'restricted' }),
} as const satisfies Record<string, Employee>
export type EmployeeId = keyof typeof EMPLOYEES
/** Everybody as they are at one moment. */
export type Staff = Readonly<Record<EmployeeId, Employee>>
export type PartyName = EmployeeId | `team ${TeamId}`

/** Named on every restricted note as its curators; most of them for a reason that must not suffice. */
export const STEWARDS: readonly EmployeeId[] = ['steward', 'second-steward', 'steward-without-clearance', 'steward-without-domain', 'steward-who-is-no-curator', 'disabled-curator']
export const NAMED: readonly PartyName[] = ['named', 'named-without-clearance', 'disabled-same-team', 'team circle']

export type Principal =
  | { readonly kind: 'anonymous'; readonly name: string }
  | { readonly kind: 'person'; readonly name: string; readonly who: EmployeeId }
  | { readonly kind: 'token'; readonly name: string; readonly who: EmployeeId; readonly scopes: readonly ('read' | 'write')[] }
  | { readonly kind: 'channel'; readonly name: string; readonly team: TeamId; readonly ceiling: Clearance; readonly members: readonly EmployeeId[] }

export const PRINCIPALS: readonly Principal[] = [
  { kind: 'anonymous', name: 'anonymous' },
  ...(Object.keys(EMPLOYEES) as EmployeeId[]).map((who): Principal => ({ kind: 'person', name: who, who })),
  { kind: 'token', name: 'read token', who: 'colleague-in-alpha', scopes: ['read'] },
  { kind: 'token', name: 'read token of a curator', who: 'curator-of-department', scopes: ['read'] },
  { kind: 'token', name: 'read and write token', who: 'author', scopes: ['read', 'write'] },
  { kind: 'token', name: 'write token', who: 'colleague-in-alpha', scopes: ['write'] },
  { kind: 'token', name: 'token of a disabled owner', who: 'disabled-same-team', scopes: ['read', 'write'] },
  // The members are written out: those above who are active and in the team.
  {
    kind: 'channel', name: 'channel of alpha', team: 'alpha', ceiling: 'restricted',
    members: ['author', 'colleague-in-alpha', 'same-team-internal', 'same-team-restricted', 'relationship-member', 'former-relationship-member', 'appointed-former-curator', 'curator-who-wrote'],
  },
  { kind: 'channel', name: 'channel of beta', team: 'beta', ceiling: 'confidential', members: ['other-team'] },
  { kind: 'channel', name: 'channel of beta with a low ceiling', team: 'beta', ceiling: 'internal', members: ['other-team'] },
  { kind: 'channel', name: 'channel of gamma', team: 'gamma', ceiling: 'restricted', members: ['other-department', 'relationship-member-elsewhere'] },
  { kind: 'channel', name: 'channel of the circle', team: 'circle', ceiling: 'restricted', members: ['named-through-team'] },
  { kind: 'channel', name: 'channel of the relationship team', team: 'relationship', ceiling: 'restricted', members: ['relationship-member', 'relationship-member-elsewhere', 'second-steward'] },
]
