import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routeFor } from './route.ts'

const ROUTES: readonly [string, string, string][] = [
  ['POST', '/v1/responses', 'generate responses'],
  ['POST', '/responses', 'generate responses'],
  ['POST', '/v1/chat/completions', 'generate chat'],
  ['POST', '/chat/completions', 'generate chat'],
  ['POST', '/v1/messages', 'generate messages'],
  ['POST', '/v1/messages?beta=true', 'generate messages'],
  ['POST', '/messages', 'generate messages'],
  ['POST', '/v1/messages/count_tokens', 'count_tokens messages'],
  ['POST', '/v1/messages/count_tokens?beta=true', 'count_tokens messages'],
  ['GET', '/v1/models', 'models responses'],
  ['GET', '/models?client_version=0.169.0', 'models responses'],
  ['GET', '/v1/models?limit=1000&after_id=x', 'models responses'],
  ['GET', '/v1/models/rehearsal-1.0:x', 'model responses'],
]

for (const [method, path, wanted] of ROUTES) {
  test(`${method} ${path}`, () => {
    const route = routeFor(method, path)
    assert.equal(`${route?.kind} ${route?.dialect}`, wanted)
  })
}

const DENIED: readonly [string, string][] = [
  ['GET', '/v1/responses'],
  ['post', '/v1/responses'],
  ['PUT', '/v1/responses'],
  ['POST', '/v1/responses/'],
  ['POST', '//v1/responses'],
  ['POST', '/v1//responses'],
  ['POST', '/v1/./responses'],
  ['POST', '/v1/x/../responses'],
  ['POST', '/v1/%72esponses'],
  ['POST', '/V1/responses'],
  ['POST', '/v1/responses?'],
  ['POST', '/v1/responses?stream=true'],
  ['POST', '/v1/responses#x'],
  ['POST', '/v1/responses;x'],
  ['POST', '/v1/responses\\'],
  ['POST', 'http://evil.example/v1/responses'],
  ['POST', '*'],
  ['POST', ''],
  ['POST', '/v1/messages?beta=true&x=1'],
  ['POST', '/v1/messages/batches'],
  ['POST', '/v1/responses/resp_1/cancel'],
  ['POST', '/v1/responses/compact'],
  ['POST', '/v1/embeddings'],
  ['POST', '/v1/files'],
  ['GET', '/v1/models/a/b'],
  ['GET', '/v1/models/..'],
  ['GET', '/v1/models/a..b'],
  ['GET', '/v1/models/%2e'],
  ['GET', '/v1/models?q=1'],
  ['DELETE', '/v1/models/x'],
  ['GET', '/constructor'],
  ['POST', '__proto__'],
]

for (const [method, path] of DENIED) {
  test(`denies ${method} ${path}`, () => assert.equal(routeFor(method, path), null))
}
