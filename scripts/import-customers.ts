import { parseArgs } from 'node:util'
import { SOURCE_BY_DEFAULT } from '../server/domain/curation/new-batch.js'
import { importFile } from './import-file.js'

/** npm run import:customers -- FILE --as LOGIN: the upload page's import, from the terminal while the server is stopped. */
async function run(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { as: { type: 'string' }, source: { type: 'string', default: SOURCE_BY_DEFAULT }, 'dry-run': { type: 'boolean', default: false }, 'leave-out-bad-rows': { type: 'boolean', default: false } },
  })
  const [file] = positionals
  if (!file || !values.as || positionals.length > 1) {
    console.error('npm run import:customers -- FILE --as LOGIN [--source KEY] [--dry-run] [--leave-out-bad-rows]')
    return 1
  }
  const { source } = values
  return importFile({ file, login: values.as, dryRun: values['dry-run'], leaveOut: values['leave-out-bad-rows'], wish: async (_house, chosen) => ({ ok: true, value: { ...chosen, source, notes: null } }) })
}

run().then(
  (code) => { process.exitCode = code },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  },
)
