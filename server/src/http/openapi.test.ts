/** The OpenAPI document and the route tables are the same thing. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AdminDeps, adminRoutes } from './admin.ts'
import { type ConsoleDeps, consoleRoutes } from './console.ts'
import { OPERATIONS, openApiOf } from './openapi.ts'

// Routes are made, never called: what they would need is not looked at.
const lazy: object = new Proxy({}, { get: () => lazy })
const admin = adminRoutes(lazy as AdminDeps)
const pages = consoleRoutes(lazy as ConsoleDeps)

test('every route has its line, every line its route', () => {
  const keys = [...admin, ...pages].map(({ method, path }) => `${method} ${path}`)
  assert.deepEqual([...keys].sort(), Object.keys(OPERATIONS).sort())
})

test('the document holds every route with what it asks for, and ids are one each', () => {
  const document = openApiOf([...admin, ...pages]) as unknown as {
    openapi: string
    paths: Record<string, Record<string, { operationId: string; security?: object[]; parameters?: object[] }>>
  }
  assert.equal(document.openapi, '3.1.0')
  const operations = Object.values(document.paths).flatMap((each) => Object.values(each))
  assert.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length)
  for (const { method, path, proof } of admin) {
    const at = document.paths[path.replace(/:([a-z]+)/g, '{$1}')]?.[method.toLowerCase()]
    assert.deepEqual(
      at?.security,
      proof === 'credential' ? [{ administration: [] }] : [],
      `${method} ${path}`,
    )
    assert.equal(at?.parameters?.length ?? 0, path.split(':').length - 1)
  }
  assert.ok(document.paths['/v1/responses']?.post !== undefined)
})

test('the listener serves it to anyone', async () => {
  const route = admin.find(({ path }) => path === '/v1/openapi.json')
  assert.equal(route?.proof, 'nothing')
  // An open route needs nothing of the call.
  const answer = await (route as { handle(call: unknown): { body: Buffer } }).handle(null)
  assert.equal(JSON.parse(answer.body.toString()).info.title, 'Sekisho')
})
