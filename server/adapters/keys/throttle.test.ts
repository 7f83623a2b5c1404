import t from 'tap'
import { openThrottle } from './throttle.js'

t.test('twenty failures make that address wait, while the owner can still enter from elsewhere', async (t) => {
  const throttle = openThrottle()
  for (let i = 0; i < 9; i += 1) await throttle.failed('li.na', '10.0.0.9')
  t.equal(await throttle.isBlocked('li.na', '10.0.0.9'), false, 'a few slips cost nothing')
  for (let i = 0; i < 11; i += 1) await throttle.failed('li.na', '10.0.0.9')
  t.equal(await throttle.isBlocked('li.na', '10.0.0.9'), true)
  t.equal(await throttle.isBlocked('li.na', '10.0.0.7'), false)
  t.equal(await throttle.isBlocked('wang.wei', '10.0.0.9'), false, 'a colleague behind the same address is not stopped')
})

t.test('one address that tries account after account is stopped for all of them', async (t) => {
  const throttle = openThrottle()
  for (let i = 0; i < 201; i += 1) await throttle.failed(`person${i}`, '10.0.0.9')
  t.equal(await throttle.isBlocked('li.na', '10.0.0.9'), true)
  t.equal(await throttle.isBlocked('li.na', '10.0.0.7'), false)
})

t.test('entering clears the count', async (t) => {
  const throttle = openThrottle()
  for (let i = 0; i < 9; i += 1) await throttle.failed('li.na', '10.0.0.9')
  await throttle.succeeded('li.na', '10.0.0.9')
  await throttle.failed('li.na', '10.0.0.9')
  t.equal(await throttle.isBlocked('li.na', '10.0.0.9'), false)
})
