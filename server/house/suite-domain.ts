import { runSuite } from './suites.js'

await runSuite('domain')
