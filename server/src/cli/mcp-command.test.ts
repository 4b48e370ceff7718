/** What `sekisho mcp` hands to the client that started it: messages, and nothing else. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { replyOf } from './mcp-command.ts'

const ping = '{"jsonrpc":"2.0","id":7,"method":"ping"}'

test('an answer passes as it came, a refusal without an id gets the id that was asked', () => {
  const answer = '{"jsonrpc":"2.0","id":7,"result":{}}'
  assert.equal(replyOf(answer, ping), answer)
  const refusal = '{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"x"}}'
  assert.equal(JSON.parse(replyOf(refusal, ping)).id, 7)
})

test('a problem is no message: it is told in words, and a server without tools says how to get some', () => {
  const problem = (detail: string) => JSON.stringify({ type: 'urn:x', status: 404, detail })
  assert.throws(() => replyOf(problem('no such route: `POST /mcp`'), ping), {
    code: 'cli_server_refused',
    message: /names no tools file; see docs\/operating\/mcp\.md/,
  })
  assert.throws(() => replyOf(problem('no credential'), ping), { message: 'no credential' })
  assert.throws(() => replyOf('<html>', ping), { message: 'the answer is no message' })
})
