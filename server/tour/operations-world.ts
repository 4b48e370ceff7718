/** A server of the operations tour's own, with one tool server offered under two names: one that reads, one that acts. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { runCli } from '../src/cli/index.ts'
import { loadConfigFile } from '../src/config/index.ts'
import { connectStdio, toolDigest } from '../src/mcp/index.ts'
import { startServer } from '../src/serve.ts'
import { ENGAGEMENT, TESTER } from './cast.ts'
import { ROOT } from './governance-world.ts'
import { openTour, type Tour } from './tour.ts'

const TOOL_SERVER = join(ROOT, 'server/src/mcp/server-for-test.ts')

export interface OperationsWorld {
  readonly tour: Tour
  readonly dir: string
  /** The SDK's own client, as the tester of the sample engagement. */
  readonly client: Client
  /** A command whose words for people are shown as they come. */
  said(...words: string[]): Promise<{ readonly code: number; readonly out: string }>
  /** Kept between rows. */
  readonly found: { receipt: string; run: string }
  close(): Promise<void>
}

export async function openOperationsWorld(
  show: (text: string) => void,
  databaseUrl: string | null = null,
): Promise<OperationsWorld> {
  const dir = await mkdtemp(join(tmpdir(), 'sekisho-operations-'))
  await mkdir(join(dir, 'data'), { mode: 0o700 })
  const file = await writeConfig(dir, databaseUrl)
  const server = await startServer(loadConfigFile(file, { root: ROOT, env: {} }).config)
  const tour = openTour(server.announcement, ROOT)
  const client = new Client({ name: 'sekisho-tour', version: '1' })
  const headers = {
    authorization: `Bearer ${await tour.tokenOf(TESTER)}`,
    'x-sekisho-engagement': ENGAGEMENT,
  }
  await client.connect(
    // The SDK's types differ from exactOptionalPropertyTypes.
    new StreamableHTTPClientTransport(new URL(`${server.announcement.gateway}/mcp`), {
      requestInit: { headers },
    }) as never,
  )
  return {
    tour,
    dir,
    client,
    found: { receipt: '', run: '' },
    async said(...words) {
      const out: string[] = []
      const code = await runCli(words, {
        env: { SEKISHO_ADMIN: server.announcement.admin },
        cwd: ROOT,
        root: ROOT,
        out: (text) => void out.push(text),
        err: show,
        nowMs: Date.now,
        fetch,
        serve: () => Promise.reject(new Error('the tour has its server')),
      })
      return { code, out: out.join('\n') }
    },
    async close() {
      await client.close()
      await server.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function writeConfig(dir: string, databaseUrl: string | null): Promise<string> {
  const digest = await digestOfEcho()
  const command = [process.execPath, TOOL_SERVER, 'good']
  const tool = (more: object) => [{ name: 'echo', digest, ...more }]
  const reads = { effect: 'read', side: 'defensive', capability: 'log_analysis', autonomy: 'A1' }
  const acts = {
    effect: 'network',
    side: 'offensive',
    capability: 'exploit_validation',
    autonomy: 'A2',
    targets: ['/text'],
  }
  const servers = [
    { id: 'logs', command, tools: tool(reads) },
    { id: 'probe', command, tools: tool(acts) },
  ]
  const tools = join(dir, 'tools.yaml')
  // JSON is YAML.
  await writeFile(tools, JSON.stringify({ servers }))
  if (databaseUrl !== null) await writeFile(join(dir, 'database-url'), databaseUrl)
  const anyPort = '127.0.0.1:0'
  const file = join(dir, 'sekisho.yaml')
  const values = {
    listen: { gateway: anyPort, admin: anyPort, console: anyPort },
    dataDir: join(dir, 'data'),
    agreement: join(ROOT, 'agreements/us-japan-2026/agreement.md'),
    models: join(ROOT, 'server/models.yaml'),
    tools,
    programme: { sample: true },
    database:
      databaseUrl === null
        ? { kind: 'embedded' }
        : { kind: 'url', url: `\${file:${join(dir, 'database-url')}}` },
    upstreams: [{ id: 'rehearsal', kind: 'rehearsal', chunkDelayMs: 0 }],
    ledger: { checkpointIntervalMs: 200 },
    shutdownGraceMs: 1000,
    logging: { level: 'error' },
  }
  await writeFile(file, JSON.stringify(values))
  return file
}

async function digestOfEcho(): Promise<string> {
  const peer = await connectStdio({
    name: 'tour',
    version: '1',
    timeoutMs: 10_000,
    command: [process.execPath, TOOL_SERVER, 'good'],
    environment: {},
    messageBytesMax: 1_000_000,
  })
  const echo = (await peer.listTools()).find(({ name }) => name === 'echo')
  await peer.close()
  if (echo === undefined) throw new Error('the tool server has no `echo`')
  return toolDigest(echo)
}
