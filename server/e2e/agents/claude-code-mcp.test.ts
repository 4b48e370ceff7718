/**
 * Claude Code with `sekisho mcp` as its tool server: what its model is offered are the institution's tools, as served.
 * Only with SEKISHO_TEST_AGENTS=all: it is large and under a licence of its own.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { connectStdio, toolDigest } from '../../src/mcp/index.ts'
import { ROOT } from '../sample-config.ts'
import { type System, startSystem } from '../system.ts'
import { installClaudeCode, runClaudeCode } from './claude-code.ts'

const installed =
  process.env.SEKISHO_TEST_AGENTS === 'all'
    ? await installClaudeCode()
    : { skipped: 'set SEKISHO_TEST_AGENTS=all to install and drive Claude Code' }
const SERVER = [process.execPath, join(ROOT, 'server/src/mcp/server-for-test.ts'), 'good']
const WHO = 'smbc-engineer'

describe('claude -p with sekisho mcp', { skip: 'skipped' in installed ? installed.skipped : false }, () => {
  let system: System
  let dir: string
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sekisho-claude-mcp-'))
    const limits = { timeoutMs: 10_000, messageBytesMax: 1e6 }
    const peer = await connectStdio({ name: 'd', version: '1', command: SERVER, environment: {}, ...limits })
    const echo = (await peer.listTools()).find(({ name }) => name === 'echo')
    await peer.close()
    assert.ok(echo !== undefined)
    const reads = { effect: 'read', side: 'defensive', capability: 'log_analysis', autonomy: 'A1' }
    const tools = [{ name: 'echo', digest: toolDigest(echo), ...reads }]
    const file = join(dir, 'tools.yaml')
    // JSON is YAML.
    await writeFile(file, JSON.stringify({ servers: [{ id: 'logs', command: SERVER, tools }] }))
    system = await startSystem({ tools: file })
  })
  after(async () => {
    await system.close()
    await rm(dir, { recursive: true, force: true })
  })

  test('the tools served to its person are offered to its model', async () => {
    assert.ok('dir' in installed)
    const sekisho = [process.execPath, '--conditions=sekisho-source', join(ROOT, 'server/src/main.ts')]
    const as = ['--key', system.keyOf(WHO), '--admin', system.announcement.admin]
    const { output } = await runClaudeCode({
      installDir: installed.dir,
      gatewayUrl: system.gatewayUrl,
      model: 'vendor/1',
      token: await system.token(WHO),
      headers: { 'x-sekisho-purpose': 'e2e' },
      prompt: 'Write a Sigma rule for repeated failed logins at our bank.',
      mcp: [...sekisho, 'mcp', ...as, '--gateway', system.gatewayUrl],
    })
    // Whether this prompt is let through is another test's matter: what was offered stands in it either way.
    const sent = system.vendor.requests.map(({ body }) => body)
    const decision = /dec_[0-9a-z]{26}/.exec(output)?.[0]
    const held =
      decision === undefined
        ? null
        : await system.desk.get(`/v1/holds/${decision}/content`, system.keyOf(WHO))
    assert.match([...sent, JSON.stringify(held)].join('\n'), /Returns what it was given/, output)
  })
})
