/**
 * Tools through the broker, with the MCP SDK's own client: over HTTP, and over `sekisho mcp` on standard input and output.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { connectStdio, toolDigest } from '../src/mcp/index.ts'
import { APPROVER, ENGAGEMENT, IN_SCOPE_TARGET, OUT_OF_SCOPE_TARGET, TESTER } from '../tour/cast.ts'
import { ROOT } from './sample-config.ts'
import { type System, startSystem } from './system.ts'

const TOOL_SERVER = join(ROOT, 'server/src/mcp/server-for-test.ts')
const MAIN = join(ROOT, 'server/src/main.ts')

let system: System
let dir: string
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sekisho-mcp-'))
  const file = join(dir, 'tools.yaml')
  const digest = await digestOfEcho()
  const tool = (more: object) => ({ name: 'echo', digest, ...more })
  const server = (id: string, more: object) => ({
    id,
    command: [process.execPath, TOOL_SERVER, 'good'],
    tools: [tool(more)],
  })
  const servers = [
    server('logs', { effect: 'read', side: 'defensive', capability: 'log_analysis', autonomy: 'A1' }),
    server('probe', {
      effect: 'network',
      side: 'offensive',
      capability: 'exploit_validation',
      autonomy: 'A2',
      targets: ['/text'],
    }),
  ]
  // JSON is YAML.
  await writeFile(file, JSON.stringify({ servers }))
  system = await startSystem({ tools: file })
})
after(async () => {
  await system.close()
  await rm(dir, { recursive: true, force: true })
})

async function digestOfEcho(): Promise<string> {
  const peer = await connectStdio({
    name: 'digest',
    version: '1',
    timeoutMs: 10_000,
    command: [process.execPath, TOOL_SERVER, 'good'],
    environment: {},
    messageBytesMax: 1e6,
  })
  const echo = (await peer.listTools()).find(({ name }) => name === 'echo')
  await peer.close()
  assert.ok(echo !== undefined)
  return toolDigest(echo)
}

async function overHttp(who: string, headers: Record<string, string> = {}): Promise<Client> {
  const authorization = `Bearer ${await system.token(who)}`
  const client = new Client({ name: 'test', version: '1' })
  const url = new URL(`${system.gatewayUrl}/mcp`)
  await client.connect(
    new StreamableHTTPClientTransport(url, {
      requestInit: { headers: { authorization, ...headers } },
    }) as never,
  )
  return client
}

async function overStdio(who: string, ...words: string[]): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' })
  const args = [
    '--conditions=sekisho-source',
    MAIN,
    'mcp',
    '--key',
    system.keyOf(who),
    '--admin',
    system.announcement.admin,
    '--gateway',
    system.gatewayUrl,
    ...words,
  ]
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args, stderr: 'inherit' }) as never,
  )
  return client
}

interface Called {
  readonly content: readonly { readonly type: string; readonly text?: string }[]
  readonly isError?: boolean
  readonly _meta?: Readonly<Record<string, unknown>>
}
async function call(client: Client, name: string, text: string): Promise<Called> {
  return (await client.callTool({ name, arguments: { text } })) as unknown as Called
}
const shown = (called: Called) => called.content.map(({ text }) => text).join('\n')

const WAYS: Readonly<Record<string, (who: string) => Promise<Client>>> = {
  http: (who) => overHttp(who, { 'x-sekisho-engagement': ENGAGEMENT }),
  stdio: (who) => overStdio(who, '--engagement', ENGAGEMENT),
}
for (const [way, connect] of Object.entries(WAYS)) {
  test(`${way}: tools are listed, a read is allowed, out of scope denied, in scope held and then allowed`, async () => {
    const client = await connect(TESTER)
    assert.deepEqual(
      (await client.listTools()).tools.map(({ name }) => name),
      ['logs.echo', 'probe.echo'],
    )
    assert.equal(shown(await call(client, 'logs.echo', 'ログ')), 'ログ')
    const denied = await call(client, 'probe.echo', OUT_OF_SCOPE_TARGET)
    assert.equal(denied._meta?.['sekisho/verdict'], 'deny')
    assert.match(shown(denied), new RegExp(`Targets compared: ${OUT_OF_SCOPE_TARGET.replaceAll('.', '\\.')}`))
    const target = way === 'http' ? IN_SCOPE_TARGET : '192.0.2.11'
    const held = await call(client, 'probe.echo', target)
    assert.equal(held._meta?.['sekisho/verdict'], 'hold')
    await system.desk.run(
      'approve',
      String(held._meta?.['sekisho/decision']),
      '--key',
      system.keyOf(APPROVER),
    )
    assert.equal(shown(await call(client, 'probe.echo', target)), target)
    await client.close()
  })
}

test('without an engagement the tool that acts is not there', async () => {
  const client = await overHttp(TESTER)
  assert.deepEqual(
    (await client.listTools()).tools.map(({ name }) => name),
    ['logs.echo'],
  )
  assert.match(shown(await call(client, 'probe.echo', IN_SCOPE_TARGET)), /There is no tool probe\.echo here/)
  await client.close()
})

function raw(
  headers: Record<string, string>,
  body: string,
  method = 'POST',
): Promise<{ status: number; text: string; allow?: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${system.gatewayUrl}/mcp`, { method, headers }, async (response) => {
      let text = ''
      for await (const chunk of response) text += chunk
      resolve({
        status: response.statusCode ?? 0,
        text,
        ...(response.headers.allow === undefined ? {} : { allow: response.headers.allow }),
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

test('the endpoint refuses what is no message of a known caller, typed', async () => {
  const authorization = `Bearer ${await system.token('mufg-analyst')}`
  const json = { 'content-type': 'application/json', authorization }
  const ping = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
  assert.equal((await raw(json, ping)).status, 200)
  assert.equal(
    (await raw(json, JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }))).status,
    202,
  )
  const cases: readonly (readonly [
    status: number,
    headers: Record<string, string>,
    body: string,
    method?: string,
  ])[] = [
    [405, json, '', 'GET'],
    [405, json, '', 'DELETE'],
    [401, { 'content-type': 'application/json' }, ping],
    [401, { ...json, authorization: 'Bearer sekisho_nonsense' }, ping],
    [403, { ...json, origin: 'http://evil.example' }, ping],
    [403, { ...json, origin: 'null' }, ping],
    [400, { ...json, 'mcp-protocol-version': '1999-01-01' }, ping],
    [415, { ...json, 'content-type': 'text/plain' }, ping],
    [400, { ...json, 'x-sekisho-engagement': 'x'.repeat(500) }, ping],
    [413, json, `{"a":"${'x'.repeat(5 * 1024 * 1024)}"}`],
  ]
  for (const [status, headers, body, method] of cases) {
    const answer = await raw(headers, body, method).catch((error: NodeJS.ErrnoException) => ({
      status: error.code === 'EPIPE' || error.code === 'ECONNRESET' ? 413 : 0,
      text: '{"error":{}}',
    }))
    assert.equal(answer.status, status, `${status} ${answer.text}`)
    assert.ok('error' in JSON.parse(answer.text))
  }
})
