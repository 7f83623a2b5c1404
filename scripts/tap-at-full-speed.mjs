// Loaded before a suite (test.mjs). tap follows each promise of a test by async hooks, to know which test an error that nobody caught belongs to;
// that takes a sixth of all the time of the suites that open the portal. Without it such an error ends the suite's process,
// with its stack, which test.mjs counts as a failure just as well.
import hooks, { createHook } from 'node:async_hooks'
import { syncBuiltinESMExports } from 'node:module'

hooks.createHook = (methods) => (isOfTap(methods) ? { enable() {}, disable() {} } : createHook(methods))
syncBuiltinESMExports()

/** By its own words, since it has no name: async-hook-domain, which keeps the ids of what happens in a `domains` map. */
function isOfTap({ init }) {
  return /\bdomains\.get\(/.test(String(init))
}
