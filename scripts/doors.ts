import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { doorLines } from '../server/house/door-lines.js'
import { openBank } from '../server/journeys/bank.js'
import { ROOT } from '../server/root.js'

/** npm run doors — writes down every door of the portal, for a person to read the difference. */
const bank = await openBank(null)
const lines = doorLines(bank.app.doors)
await bank.close()
writeFileSync(join(ROOT, 'server', 'house', 'doors.txt'), `${lines.join('\n')}\n`)
console.log(`${lines.length} doors`)
