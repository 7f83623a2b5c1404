import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import t from 'tap'
import { ROOT } from '../root.js'
import { aboutRules } from './oracle/compare-acts.js'
import { disagreements } from './oracle/compare.js'
import type { Law } from './oracle/law.js'
import { plantedNotes, type Planted } from './oracle/notes.js'
import { variationsOf } from './oracle/variations.js'

/** The files that hold the law. Every variation of each must be caught by the oracle. */
const LAW = [
  'policy/readable.ts', 'policy/sees.ts', 'policy/rules.ts', 'policy/grant.ts', 'policy/level.ts', 'people/clearance.ts', 'notes/access.ts',
]

/** Those that say who may act: asked about acting first, because it is soonest said. */
const ACTING = ['policy/rules.ts', 'policy/grant.ts', 'policy/level.ts']

/** Variations that change nothing anybody could see, each with the reason. One that no longer exists must leave this list. */
const HARMLESS: readonly { readonly file: string; readonly what: RegExp; readonly because: string }[] = [
  {
    file: 'policy/readable.ts', what: /^\{ desk: domain, level: \['restricted'\], stewards: .*→ {2}\(\{ desk: domain, stewards:/,
    because: 'whoever has this clause reads every lower level of the same desks by the clause before it',
  },
  { file: 'people/clearance.ts', what: /→ {2}\['confidential', 'restricted'\]/, because: 'the lowest keeps its place in the order, and tsc refuses it' },
  { file: 'policy/level.ts', what: /→ {2}\['team', 'department', 'enterprise'\]/, because: 'the narrowest keeps its place in the order, and tsc refuses it' },
]

t.test('whichever rule of the law is got wrong, the oracle notices', { timeout: 240_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tacit-law-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const notes = shuffled(plantedNotes())
  const few = notes.slice(0, 300)
  const unused = new Set(HARMLESS)
  const survivors: string[] = []
  let tried = 0
  for (const file of LAW) {
    const source = await readFile(join(ROOT, 'server/domain', file), 'utf8')
    for (const variation of variationsOf(source)) {
      const harmless = HARMLESS.find((one) => one.file === file && one.what.test(variation.what))
      if (harmless) {
        unused.delete(harmless)
        continue
      }
      tried += 1
      const law = await varied(folder, tried, file, variation.source)
      // Most are noticed at once; only what few notes do not show is asked of all.
      if (!isCaught(law, few, file) && !isCaught(law, notes, file)) survivors.push(`${file}: ${variation.what}`)
    }
  }
  t.ok(tried > 100, `${tried} variations were tried`)
  t.same(survivors, [], 'every one was noticed')
  t.same([...unused].map(({ file, what }) => `${file}: ${String(what)}`), [], 'no excuse is left over')
})

t.test('the law as it stands is caught by nothing', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tacit-law-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const file = 'policy/sees.ts'
  const law = await varied(folder, 0, file, await readFile(join(ROOT, 'server/domain', file), 'utf8'))
  t.not(law, null)
  t.notOk(isCaught(law, shuffled(plantedNotes()).slice(0, 300), file))
})

/** @returns null when the variation cannot even be loaded, which nobody would overlook */
async function varied(folder: string, number: number, file: string, source: string): Promise<Law | null> {
  const changed = join(ROOT, 'server/domain', file)
  const outfile = join(folder, `law-${number}.mjs`)
  try {
    await build({
      stdin: { contents: ENTRY, resolveDir: join(ROOT, 'server/domain'), loader: 'ts' },
      bundle: true, format: 'esm', platform: 'neutral', outfile, logLevel: 'silent',
      plugins: [{
        name: 'variation',
        setup: (esbuild) => esbuild.onLoad({ filter: /\.ts$/ }, ({ path }) => (path === changed ? { contents: source, loader: 'ts' } : undefined)),
      }],
    })
    return (await import(pathToFileURL(outfile).href)) as Law
  } catch {
    return null
  }
}

const ENTRY = `
export { deskSight, knowersOf, readerSight, sightOf } from './policy/readable.js'
export { sees } from './policy/sees.js'
export { accessOf, additionAccess, faceAccess } from './notes/access.js'
export { granted, may, permit } from './policy/grant.js'
export { isLowerLevel, isWiderAudience } from './policy/level.js'
export { RULES, standingApart } from './policy/rules.js'
export { noteAsSeen } from './notes/seen.js'
`

/** A law that throws is noticed by everybody. */
function isCaught(law: Law | null, notes: readonly Planted[], file: string): boolean {
  if (!law) return true
  try {
    if (ACTING.includes(file) && aboutRules(law).next().done !== true) return true
    return disagreements(law, notes).next().done !== true
  } catch {
    return true
  }
}

/** The same order every time, but near notes are far apart, so that most variations are caught soon. */
function shuffled(notes: readonly Planted[]): readonly Planted[] {
  const order = (at: number) => Math.imul(at + 1, 2654435761) >>> 0
  return notes.map((note, at) => ({ note, at })).sort((a, b) => order(a.at) - order(b.at)).map(({ note }) => note)
}
