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
