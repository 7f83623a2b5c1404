/** What a door can show, or `nothing` when it only takes. The canary harness looks at every surface that is not `nothing`. */
export type Shown =
  | 'nothing' | 'frame' | 'own account' | 'health' | 'asset' | 'help'
  | 'note' | 'notes' | 'draft' | 'customer' | 'customers' | 'people' | 'vocabulary' | 'channel' | 'mail' | 'record' | 'notices'

/** Every door of the portal. A route that is missing here fails `doors.test.ts`. */
export const SURFACES: Readonly<Record<string, readonly Shown[]>> = {
  'GET /healthz': ['health'],
  'GET /readyz': ['health'],
  'GET /static/:name': ['asset'],
  'GET /': ['frame'],
  'GET /sign-in': ['frame'],
  'POST /sign-in': ['frame'],
  'POST /sign-out': ['nothing'],
  'GET /setup/:token': ['frame'],
  'POST /setup/:token': ['frame'],
  'GET /password/:token': ['own account'],
  'POST /password/:token': ['own account'],
  'GET /me': ['own account'],
  'POST /me/language': ['nothing'],
  'POST /me/settings': ['nothing'],
  'POST /me/password': ['own account'],
  'POST /me/sessions/closure': ['nothing'],
}
