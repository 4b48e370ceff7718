/** `mcp`: the tool broker on standard input and output, for clients that start their servers themselves. */
import { createInterface } from 'node:readline'
import { isObject, parseMessage } from '../mcp/index.ts'
import type { Arguments, CliContext, Command } from './command.ts'
import { CliError, EXIT } from './error.ts'
import { ADMIN_OPTION } from './server-call.ts'
import { findServer } from './server-file.ts'
import { KEY_OPTION, readSigner } from './signer.ts'
import { mintToken } from './token-commands.ts'

/** A new token is minted so long before the old one ends. */
const MARGIN_MS = 120_000
const DEFAULT_GATEWAY = 'http://127.0.0.1:8787'
/** A tool may take its time, and somebody's approval is not waited for. */
const TIMEOUT_MS = 3_600_000

export const mcpCommand: Command = {
  name: 'mcp',
  summary: 'the tool broker over standard input and output: what an MCP client starts',
  operands: [],
  options: {
    ...KEY_OPTION,
    ...ADMIN_OPTION,
    gateway: {
      value: 'URL',
      doc: `gateway listener; default $SEKISHO_GATEWAY, then what .sekisho/server.json says, then ${DEFAULT_GATEWAY}`,
    },
    engagement: { value: 'ID', doc: 'engagement the tools are used in' },
    ttl: { value: 'SECONDS', doc: 'lifetime of each token; default 3600' },
    institution: { value: 'ID', doc: 'institution acted for, for staff of an integrator' },
  },
  examples: [
    'sekisho mcp --key .sekisho/sample-keys/mufg-analyst.json',
    'sekisho mcp --key FILE --engagement eng-portal',
  ],
  notes:
    'docs/operating/mcp.md has the lines for Codex CLI and Claude Code. Tokens are minted with the key and renewed.',
  async run(args, context) {
    const session = openSession(args, context)
    for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line.trim() !== '') void answer(line, session, context)
    }
    return EXIT.ok
  },
}

interface Session {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  token(): Promise<string>
}

function openSession(args: Arguments, context: CliContext): Session {
  const signer = readSigner(args, context)
  const engagement = args.value('engagement')
  let minted: { readonly token: string; readonly untilMs: number } | null = null
  return {
    url: `${gatewayOf(args, context).replace(/\/$/, '')}/mcp`,
    headers: engagement === undefined ? {} : { 'x-sekisho-engagement': engagement },
    async token() {
      if (minted !== null && minted.untilMs > context.nowMs()) return minted.token
      const { token, expires_at_ms } = await mintToken(args, context, signer)
      minted = { token, untilMs: expires_at_ms - MARGIN_MS }
      return minted.token
    },
  }
}

/** The gateway of the server that tokens are minted at, as far as this machine knows it. */
function gatewayOf(args: Arguments, context: CliContext): string {
  const told = args.value('gateway') ?? context.env.SEKISHO_GATEWAY
  if (told !== undefined) return told
  const elsewhere = args.value('admin') ?? context.env.SEKISHO_ADMIN
  return (elsewhere === undefined ? findServer(args, context)?.gateway : null) ?? DEFAULT_GATEWAY
}

/** One message there and back. What fails is answered as an error of that message: a client waits for each. */
async function answer(line: string, session: Session, context: CliContext): Promise<void> {
  try {
    const response = await context.fetch(session.url, {
      method: 'POST',
      redirect: 'error',
      body: line,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        authorization: `Bearer ${await session.token()}`,
        ...session.headers,
      },
    })
    const text = await response.text()
    if (text !== '') context.out(replyOf(text, line))
  } catch (cause) {
    const why =
      cause instanceof CliError
        ? cause.message
        : `the gateway at ${session.url} cannot be reached: is it running?`
    context.err(`sekisho mcp: ${why}`)
    const id = idOf(line)
    if (id !== null)
      context.out(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32603, message: why } }))
  }
}

/**
 * What goes to the client. A refusal of the endpoint itself does not know whose message it refuses.
 *
 * @throws {CliError} `cli_server_refused` for an answer that is no message: a client that reads lines would end over it
 */
export function replyOf(text: string, line: string): string {
  const value = parsed(text)
  if (!isObject(value) || value.jsonrpc !== '2.0') throw new CliError('cli_server_refused', refusalOf(value))
  return value.id === null ? JSON.stringify({ ...value, id: idOf(line) }) : text
}

function refusalOf(value: unknown): string {
  const detail =
    isObject(value) && typeof value.detail === 'string' ? value.detail : 'the answer is no message'
  return detail.startsWith('no such route')
    ? 'this server offers no tools: its configuration names no tools file; see docs/operating/mcp.md'
    : detail
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function idOf(line: string): string | number | null {
  try {
    const message = parseMessage(line)
    return message.kind === 'request' ? message.id : null
  } catch {
    return null
  }
}
