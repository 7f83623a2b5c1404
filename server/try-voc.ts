import { readConfig } from '/work/main/server/config.js'
import { openHouse } from '/work/main/server/wire.js'
import { build } from '/work/main/server/app.js'
import { seedDemo } from '/work/main/server/demo.js'
const config = readConfig({ ...process.env, DATA_DIR: '/tmp/d-voc', PORT: process.env.PORT ?? '8123', LOG_LEVEL: 'error' })
const house = await openHouse(config, { told: (s) => console.error(s) })
const app = await build(house)
console.time('seed')
while (!house.readiness().ready) await new Promise(r => setTimeout(r, 50))
const seeded = await seedDemo(house)
console.timeEnd('seed')
await app.listen({ host: '127.0.0.1', port: config.port })
console.log('ready', seeded?.length)
