/** A daily limit holds exactly, however many ask at once, and a request that is not served does not count. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { askChat, askResponses } from '../tour/ask.ts'
import { TESTER } from '../tour/cast.ts'
import { DETECTION_RULE_EN, PROHIBITED_EN } from '../tour/prompts.ts'
import { type System, startSystem } from './system.ts'

const LIMIT = 7

let system: System
before(async () => {
  system = await startSystem({ personRequests: LIMIT })
})
after(() => system.close())

test('sixty-four at once: as many are served as the limit says', async () => {
  const token = await system.token('smbc-engineer')
  const question = { gatewayUrl: system.gatewayUrl, token, model: 'vendor/1', prompt: DETECTION_RULE_EN }
  const answers = await Promise.all(Array.from({ length: 64 }, () => askResponses(question)))
  assert.equal(answers.filter(({ verdict }) => verdict === 'allow').length, LIMIT)
  assert.equal(system.vendor.requests.length, LIMIT)
  const refused = answers.find(({ verdict }) => verdict !== 'allow')
  assert.equal(refused?.attempts, 1, refused?.refusal?.message)
  const later = await askResponses(question)
  assert.equal(later.verdict, 'deny')
  assert.deepEqual(later.refusal?.clauses, ['17.1'])
})

test('what was denied has not been used up', async () => {
  const token = await system.token(TESTER)
  const question = { gatewayUrl: system.gatewayUrl, token, model: 'vendor/1' }
  for (let at = 0; at < LIMIT + 2; at += 1) {
    assert.equal((await askChat({ ...question, prompt: PROHIBITED_EN })).verdict, 'deny')
  }
  assert.equal((await askChat({ ...question, prompt: DETECTION_RULE_EN })).verdict, 'allow')
})
