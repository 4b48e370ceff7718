import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CODEX } from './fixtures.ts'
import { countTokensAnswer, estimateTokens, modelAnswer, modelsAnswer, parseWireRequest } from './index.ts'

test('estimates count wide characters one by one and narrow ones by four', () => {
  assert.equal(estimateTokens(''), 0)
  assert.equal(estimateTokens('a'), 1)
  assert.equal(estimateTokens('abcdefgh'), 2)
  assert.equal(estimateTokens('認証ログ'), 4)
  assert.equal(estimateTokens('認証 log'), 3)
})

test('count_tokens is answered from the segments', () => {
  const request = parseWireRequest('responses', Buffer.from(JSON.stringify(CODEX)))
  const { input_tokens } = countTokensAnswer(request)
  assert.ok(typeof input_tokens === 'number' && input_tokens > request.segments.length)
})

test('model lists in both shapes', () => {
  const models = [
    { id: 'rehearsal-1', owner: 'sekisho', displayName: 'Rehearsal', sinceMs: Date.UTC(2026, 10, 22) },
  ]
  assert.deepEqual(modelsAnswer('openai', models), {
    object: 'list',
    data: [
      { id: 'rehearsal-1', object: 'model', created: Date.UTC(2026, 10, 22) / 1000, owned_by: 'sekisho' },
    ],
  })
  assert.deepEqual(modelsAnswer('anthropic', []), {
    data: [],
    has_more: false,
    first_id: null,
    last_id: null,
  })
  const { type, created_at } = modelAnswer('anthropic', models[0] ?? assert.fail())
  assert.deepEqual([type, created_at], ['model', '2026-11-22T00:00:00Z'])
})
