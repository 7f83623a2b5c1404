import t from 'tap'
import { loggable } from './log.js'

t.test('a parser that quotes what it could not read is not repeated in the log', async (t) => {
  let caught: unknown
  try {
    JSON.parse('{"text": "the Chen family')
  } catch (error) {
    caught = error
  }
  t.ok(caught instanceof SyntaxError, 'premise')
  t.notMatch(JSON.stringify(loggable(caught)), 'Chen')
})

t.test('a fault of the system keeps its code and where it happened', async (t) => {
  const facts = loggable(Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' }))
  t.equal(facts['code'], 'EACCES')
  t.match(facts['stack'], /log\.test\.ts/)
  t.same(loggable('thrown text'), { type: 'string' })
})

t.test('a database that quotes what it was given is not repeated in the log', async (t) => {
  for (const name of ['SqliteError', 'MeiliSearchApiError', 'ZodError']) {
    const error = Object.assign(new Error('syntax error near "the Chen family"'), { name, code: 'X1' })
    t.same({ ...loggable(error), stack: '' }, { type: name, code: 'X1', message: 'left out', stack: '' })
  }
  const postgres = Object.assign(new Error('invalid input syntax for type json: "the Chen family'), { severity: 'ERROR', code: '22P02' })
  t.match(loggable(postgres), { code: '22P02', message: 'left out' })
})
