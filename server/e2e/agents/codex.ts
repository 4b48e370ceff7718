/**
 * Codex CLI in exec mode against a gateway, configured as docs/operating/clients.md tells users to.
 *
 * Its state lives in a directory of its own, so that neither the user's configuration nor their login is touched.
 */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Installed, installOnDemand } from '../../../bench/on-demand.ts'

const CODEX = { name: '@openai/codex', version: '0.169.0' }
const TURN_MS_MAX = 90_000

export interface CodexTurn {
  readonly codexDir: string
  readonly gatewayUrl: string
  readonly model: string
  /** Command that prints a bearer token, and its arguments: Codex runs it again when a token is refused. */
  readonly tokenCommand: readonly string[]
  readonly headers: Readonly<Record<string, string>>
  readonly prompt: string
}

export interface CodexResult {
  readonly exitCode: number | null
  /** The model's last message. */
  readonly answer: string
  /** Everything shown on the way, errors among it. */
  readonly transcript: string
}

export function installCodex(): Promise<Installed> {
  return installOnDemand(CODEX)
}

/** Runs one turn in an empty directory, read-only sandbox. */
export async function runCodex(turn: CodexTurn): Promise<CodexResult> {
  const home = await mkdtemp(join(tmpdir(), 'sekisho-codex-'))
  try {
    await mkdir(join(home, 'work'))
    await writeFile(join(home, 'config.toml'), codexConfig(turn))
    const binary = join(turn.codexDir, 'node_modules', '.bin', 'codex')
    const args = [
      'exec',
      '--skip-git-repo-check',
      '--sandbox',
      'read-only',
      '--cd',
      join(home, 'work'),
      turn.prompt,
    ]
    return await runBounded(binary, args, { ...process.env, CODEX_HOME: home, OPENAI_API_KEY: undefined })
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

/** Hosted search is switched off: the gateway refuses tools that run at the provider. */
export function codexConfig(turn: Omit<CodexTurn, 'codexDir' | 'prompt'>): string {
  const [command = '', ...args] = turn.tokenCommand
  const headers = Object.entries(turn.headers).map(([name, value]) => `${quote(name)} = ${quote(value)}`)
  return [
    `model = ${quote(turn.model)}`,
    'model_provider = "sekisho"',
    'web_search = "disabled"',
    '',
    '[model_providers.sekisho]',
    'name = "Sekisho"',
    `base_url = ${quote(`${turn.gatewayUrl}/v1`)}`,
    'wire_api = "responses"',
    `http_headers = { ${headers.join(', ')} }`,
    '',
    '[model_providers.sekisho.auth]',
    `command = ${quote(command)}`,
    `args = [${args.map(quote).join(', ')}]`,
    '',
  ].join('\n')
}

/** A JSON string is a TOML basic string for the characters that occur here. */
function quote(text: string): string {
  return JSON.stringify(text)
}

function runBounded(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<CodexResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: TURN_MS_MAX })
    let answer = ''
    let transcript = ''
    child.stdout.on('data', (chunk: Buffer) => {
      answer += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      transcript += chunk.toString()
    })
    child.once('error', reject)
    child.once('close', (exitCode) => resolve({ exitCode, answer, transcript }))
  })
}
