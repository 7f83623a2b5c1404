import { readConfig } from './config.js'
import { openHouse } from './wire.js'
import { build } from './app.js'
import { seedDemo } from './demo.js'
const config = readConfig({ ...process.env, DATA_DIR: '/tmp/d-s8', PORT: process.env.PORT ?? '8288', LOG_LEVEL: 'error' })
const house = await openHouse(config, { told: (s) => console.error(s) })
const app = await build(house)
console.time('seed')
while (!house.readiness().ready) await new Promise(r => setTimeout(r, 50))
const seeded = await seedDemo(house)
console.timeEnd('seed')
await app.listen({ host: '127.0.0.1', port: config.port })
console.log('ready', seeded?.length)
