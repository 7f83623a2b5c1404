import t from 'tap'
import { searchContract } from '../contract.js'
import { scratchEngine } from './scratch-engine.js'

await searchContract(t, 'embedded search', (t) => scratchEngine(t, { told: () => {} }))
