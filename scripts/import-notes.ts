import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { ImportWish } from '../server/domain/curation/new-batch.js'
import { refused, type Outcome } from '../server/domain/people/refusal.js'
import { AUDIENCES, LEVELS } from '../server/domain/policy/level.js'
import type { House } from '../server/http/house.js'
import { importFile } from './import-file.js'

/** npm run import:notes -- --mapping complaints FILE --department ID --team ID --as LOGIN, while the server is stopped. */
async function run(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      mapping: { type: 'string' }, department: { type: 'string' }, team: { type: 'string' }, as: { type: 'string' },
      audience: { type: 'string', default: 'enterprise' }, level: { type: 'string', default: 'internal' }, 'dry-run': { type: 'boolean', default: false },
      'leave-out-bad-rows': { type: 'boolean', default: false },
    },
  })
  const [file] = positionals
  const { mapping, department, team = null } = values
  const audience = AUDIENCES.find((one) => one === values.audience)
  const level = LEVELS.find((one) => one === values.level)
  if (!file || !mapping || !department || !values.as || positionals.length > 1 || !audience || !level || level === 'restricted') {
    console.error('npm run import:notes -- --mapping KEY|FILE.json FILE --department ID [--team ID] --as LOGIN [--audience private|team|department|enterprise] [--level shareable|internal|confidential] [--dry-run] [--leave-out-bad-rows]')
    return 1
  }
  const wish = async (house: House, chosen: Pick<ImportWish, 'fileName' | 'bytes'>): Promise<Outcome<ImportWish>> => {
    const { mappings } = house.imports.parts
    const found = mappings.shipped().find(({ key }) => key === mapping) ?? (mapping.endsWith('.json') ? mappings.read(await readFile(mapping, 'utf8')) : null)
    if (!found) return refused('mapping', mapping.endsWith('.json') ? 'imports.mapping.unreadable' : 'imports.mapping.unknown')
    return { ok: true, value: { ...chosen, source: found.source, notes: { mapping: found, home: { department, team }, proposed: { audience, level } } } }
  }
  return importFile({ file, login: values.as, dryRun: values['dry-run'], leaveOut: values['leave-out-bad-rows'], wish })
}

run().then(
  (code) => { process.exitCode = code },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  },
)
