/** What would have to be different, and reading facts that a person wrote. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ORDINARY } from '../agreement/index.ts'
import { allowedNear, parseFacts } from './index.ts'
import { sample } from './testing.ts'

test('an allowed request needs nothing', () => {
  assert.deepEqual(allowedNear(sample, ORDINARY), [])
})

test('a stopped request needs the stop lifted, and only that', () => {
  assert.deepEqual(allowedNear(sample, { ...ORDINARY, stop: 'covering' }), [
    { fact: 'stop', from: 'covering', to: 'none' },
  ])
})

test('an offensive request needs an engagement and a grant, and stays offensive', () => {
  const wanted = allowedNear(sample, parseFacts({ side: 'offensive' })).map(({ fact, to }) => `${fact} ${to}`)
  assert.ok(wanted.includes('engagement active') && wanted.includes('grant covering'))
  assert.ok(!wanted.some((each) => each.startsWith('side')))
})

test('a prohibited request: only another kind of work would be allowed', () => {
  assert.deepEqual(
    allowedNear(sample, parseFacts({ side: 'prohibited' })).map(({ fact }) => fact),
    ['side'],
  )
})

test('facts that do not exist are refused', () => {
  for (const value of [null, [], 'x', { sides: 'defensive' }, { side: 'Defensive' }, { side: null }]) {
    assert.throws(() => parseFacts(value), { code: 'proof_facts_invalid' })
  }
})
