/** The endpoint of the broker among other work of its listener. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createWorld } from '../authority/testing.ts'
import { createActorLoad } from '../gateway/index.ts'
import { createToolEndpoint } from './http-endpoint.ts'

test('calls that hang take the places of their caller, and no others', async () => {
  await using world = await createWorld()
  const waiting: (() => void)[] = []
  const endpoint = createToolEndpoint({
    authority: world.programme.authority,
    broker: {
      listTools: async () => [],
      callTool: () =>
        new Promise((resolve) => waiting.push(() => resolve({ isError: false, text: ['done'] }))),
    },
    identity: { name: 'sekisho', version: '1', instructions: '' },
    defaultModel: 'rehearsal/1',
  })
  const actors = createActorLoad(1)
  const server = createServer((request, response) => void endpoint(request, response, actors))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // a TCP listener has an address object
  const tokens = { own: await world.mint('mufg-analyst'), other: await world.mint('smbc-analyst') }
  const send = (token: string, method: string) =>
    fetch(`http://127.0.0.1:${port}/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { name: 'lab.echo' } }),
    })
  try {
    const hanging = send(tokens.own, 'tools/call')
    while (waiting.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    const second = await send(tokens.own, 'ping')
    assert.deepEqual([second.status, second.headers.get('retry-after')], [429, '1'])
    assert.match(await second.text(), /requests under way/)
    assert.equal((await send(tokens.other, 'ping')).status, 200)
    waiting[0]?.()
    assert.equal((await hanging).status, 200)
    assert.equal((await send(tokens.own, 'ping')).status, 200)
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
