import t from 'tap'
import { openThrottle } from './throttle.js'

t.test('twenty failures make that address wait, while the owner can still enter from elsewhere', async (t) => {
  const throttle = openThrottle()
  for (let i = 0; i < 9; i += 1) await throttle.failed('li.na', '10.0.0.9', false)
  t.equal(await throttle.isBlocked('li.na', '10.0.0.9', false), false, 'a few slips cost nothing')
  for (let i = 0; i < 11; i += 1) await throttle.failed('li.na', '10.0.0.9', false)
  t.equal(await throttle.isBlocked('li.na', '10.0.0.9', false), true)
  t.equal(await throttle.isBlocked('li.na', '10.0.0.9', true), true, 'also where she entered before')
  t.equal(await throttle.isBlocked('li.na', '10.0.0.7', false), false)
  t.equal(await throttle.isBlocked('wang.wei', '10.0.0.9', false), false, 'a colleague behind the same address is not stopped')
})

t.test('a guess spread over many addresses is slow, and never keeps the owner from where they entered before', async (t) => {
  const throttle = openThrottle()
  for (let i = 0; i < 50; i += 1) await throttle.failed('li.na', `10.0.${i}.9`, false)
  t.equal(await throttle.isBlocked('li.na', '10.1.0.1', false), false, 'premise: until then every address may try')
  await throttle.failed('li.na', '10.1.0.1', false)
  const answers: boolean[] = []
  for (let i = 0; i < 20; i += 1) answers.push(await throttle.isBlocked('li.na', `10.2.${i}.1`, false))
  t.same(answers.filter((blocked) => !blocked), [false], 'of twenty at once one is looked at')
  t.equal(await throttle.isBlocked('li.na', '10.0.0.7', true), false, 'the owner is')
  t.equal(await throttle.isBlocked('li.na', '10.0.0.7', true), false, 'each time')
  t.equal(await throttle.isBlocked('wang.wei', '10.2.0.1', false), false, 'nobody else waits')
})

t.test('the owner mistyping where they entered before does not slow their account elsewhere', async (t) => {
  const throttle = openThrottle()
  for (let i = 0; i < 60; i += 1) await throttle.failed('li.na', '10.0.0.7', true)
  t.equal(await throttle.isBlocked('li.na', '10.9.9.9', false), false)
  t.equal(await throttle.isBlocked('li.na', '10.9.9.8', false), false)
})

t.test('one password tried on account after account stops the address for whoever never entered from there', async (t) => {
  const throttle = openThrottle()
  for (let i = 0; i < 30; i += 1) await throttle.failed(`person${i}`, '10.0.0.9', false)
  t.equal(await throttle.isBlocked('li.na', '10.0.0.9', false), false, 'premise: a branch may mistype')
  await throttle.failed('person31', '10.0.0.9', false)
  t.equal(await throttle.isBlocked('li.na', '10.0.0.9', false), true)
  t.equal(await throttle.isBlocked('li.na', '10.0.0.9', true), false, 'a colleague at the same branch goes on')
  t.equal(await throttle.isBlocked('li.na', '10.0.0.7', false), false)
})

t.test('one person failing again is not counted as many', async (t) => {
  const throttle = openThrottle()
  for (let i = 0; i < 40; i += 1) await throttle.failed('li.na', '10.0.0.9', false)
  t.equal(await throttle.isBlocked('wang.wei', '10.0.0.9', false), false)
})

t.test('one address that fails without end is stopped for all', async (t) => {
  const throttle = openThrottle()
  for (let i = 0; i < 201; i += 1) await throttle.failed(`person${i % 20}`, '10.0.0.9', true)
  t.equal(await throttle.isBlocked('li.na', '10.0.0.9', true), true)
  t.equal(await throttle.isBlocked('li.na', '10.0.0.7', false), false)
})

t.test('entering clears the count', async (t) => {
  const throttle = openThrottle()
  for (let i = 0; i < 9; i += 1) await throttle.failed('li.na', '10.0.0.9', false)
  await throttle.succeeded('li.na', '10.0.0.9')
  await throttle.failed('li.na', '10.0.0.9', false)
  t.equal(await throttle.isBlocked('li.na', '10.0.0.9', false), false)
})
