import { readFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { disagreements, aboutRules } from './oracle/compare.js'
import { plantedNotes } from './oracle/notes.js'
import { variationsOf } from './oracle/variations.js'
const ROOT='/work/main'
const LAW = process.argv.slice(2)
const order = (at: number) => Math.imul(at + 1, 2654435761) >>> 0
const notes = plantedNotes().map((note, at) => ({ note, at })).sort((a, b) => order(a.at) - order(b.at)).map(({ note }) => note)
const few = notes.slice(0, 400)
const ENTRY = `
export { deskSight, readerSight, sightOf } from './policy/readable.js'
export { sees } from './policy/sees.js'
export { accessOf, additionAccess, faceAccess } from './notes/access.js'
export { granted, may, permit } from './policy/grant.js'
export { isLowerLevel, isWiderAudience } from './policy/level.js'
export { RULES, standingApart } from './policy/rules.js'
export { noteAsSeen } from './notes/seen.js'
`
await mkdir('/tmp/probe/law', {recursive:true})
const caught = (law: any, n: any) => { try { if (/rules|grant/.test(cur) && aboutRules(law).next().done !== true) return true; return disagreements(law, n).next().done !== true } catch { return true } }
let n = 0, cur = ''
for (const file of LAW) {
  cur = file
  const src = await readFile(join(ROOT,'server/domain',file),'utf8')
  const vs = variationsOf(src)
  const t0 = Date.now(); let bad = 0
  for (const v of vs) {
    const changed = join(ROOT,'server/domain',file); const outfile = `/tmp/probe/law/${process.pid}-${n++}.mjs`
    let law: any = null
    try { await build({ stdin: { contents: ENTRY, resolveDir: join(ROOT, 'server/domain'), loader: 'ts' }, bundle: true, format: 'esm', platform: 'neutral', outfile, logLevel: 'silent', plugins: [{ name: 'v', setup: (e) => e.onLoad({ filter: /\.ts$/ }, ({ path }) => (path === changed ? { contents: v.source, loader: 'ts' } : undefined)) }] }); law = await import(outfile) } catch (e) { continue }
    const a = Date.now()
    if (!caught(law, few) && !caught(law, few)) { bad++; console.log('SURVIVES', file, v.what) }
  }
  console.log(file, vs.length, 'survive', bad, Date.now()-t0, 'ms')
}
