/**
 * Claude Code in print mode against a gateway, configured as docs/operating/clients.md tells users to.
 *
 * Large (360 MB installed) and under a licence of its own, so it is driven only where it was asked for.
 * Its state lives in a home directory of its own.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Installed, installOnDemand } from '../../../bench/on-demand.ts'

const CLAUDE_CODE = { name: '@anthropic-ai/claude-code', version: '2.1.330' }
const TURN_MS_MAX = 90_000

export interface ClaudeTurn {
  readonly installDir: string
  readonly gatewayUrl: string
  readonly model: string
  readonly token: string
  readonly headers: Readonly<Record<string, string>>
  readonly prompt: string
  /** Command of an MCP server, and its arguments: `sekisho mcp`. */
  readonly mcp?: readonly string[]
}

export interface ClaudeResult {
  readonly exitCode: number | null
  readonly output: string
}

export function installClaudeCode(): Promise<Installed> {
  return installOnDemand(CLAUDE_CODE)
}

/** Runs one turn in an empty directory; the program reaches nothing but the gateway. */
export async function runClaudeCode(turn: ClaudeTurn): Promise<ClaudeResult> {
  const home = await mkdtemp(join(tmpdir(), 'sekisho-claude-'))
  const platform = `${process.platform}-${process.arch}`
  const binary = join(turn.installDir, 'node_modules', '@anthropic-ai', `claude-code-${platform}`, 'claude')
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: home,
    ANTHROPIC_BASE_URL: turn.gatewayUrl,
    ANTHROPIC_AUTH_TOKEN: turn.token,
    ANTHROPIC_MODEL: turn.model,
    ANTHROPIC_SMALL_FAST_MODEL: turn.model,
    ANTHROPIC_CUSTOM_HEADERS: Object.entries(turn.headers)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  }
  try {
    return await runBounded(binary, ['-p', turn.prompt, ...mcpWords(turn.mcp ?? [])], env, home)
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

function mcpWords([command, ...args]: readonly string[]): string[] {
  if (command === undefined) return []
  return [
    '--mcp-config',
    JSON.stringify({ mcpServers: { sekisho: { command, args } } }),
    '--strict-mcp-config',
  ]
}

function runBounded(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd: string,
): Promise<ClaudeResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: TURN_MS_MAX })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString()
      })
    }
    child.once('error', reject)
    child.once('close', (exitCode) => resolve({ exitCode, output }))
  })
}
