/** Calls to the admin and gateway listeners. Every failure says what to do next. */
import { formatListenAddress } from '../config/index.ts'
import type { Arguments, CliContext, OptionSpec } from './command.ts'
import { CliError, usageError } from './error.ts'
import { findServer } from './server-file.ts'

/** A stop may take a whole lease to hold everywhere. */
const TIMEOUT_MS = 15_000
const DEFAULT_ADMIN = `http://${formatListenAddress({ host: '127.0.0.1', port: 8788 })}`

export const ADMIN_OPTION: Readonly<Record<string, OptionSpec>> = {
  admin: {
    value: 'URL',
    doc: `admin listener; default $SEKISHO_ADMIN, then what .sekisho/server.json says, then ${DEFAULT_ADMIN}`,
  },
  config: { value: 'FILE', doc: "the server's configuration: its `dataDir` says where it listens" },
}

/** A listener and how we came to it, so that a failure can say which of several addresses was used. */
export interface Address {
  readonly url: string
  readonly from: string
}

export interface ServerAnswer {
  readonly status: number
  readonly json: unknown
  readonly text: string
  /** The body as it came. */
  readonly bytes: Buffer
}

/** @throws {CliError} `cli_usage` when the address is no URL; {ConfigError} */
export function adminAddress(args: Arguments, context: CliContext): Address {
  const { url, from } = chooseAdmin(args, context)
  if (URL.canParse(url) && /^https?:/.test(url)) return { url: url.replace(/\/$/, ''), from }
  throw usageError(`\`${url}\` (${from}) is not the address of an admin listener`)
}

function chooseAdmin(args: Arguments, context: CliContext): Address {
  const given = args.value('admin')
  if (given !== undefined) return { url: given, from: '`--admin`' }
  const set = context.env.SEKISHO_ADMIN
  if (set !== undefined && args.value('config') === undefined) return { url: set, from: '`$SEKISHO_ADMIN`' }
  const found = findServer(args, context)
  if (found !== null) return { url: found.admin, from: `\`${found.file}\`` }
  return { url: DEFAULT_ADMIN, from: 'the default: no running server has announced itself' }
}

/**
 * One call; anything but success is an error that carries the server's own words.
 *
 * @throws {CliError} `cli_server_unreachable`, `cli_server_refused`
 */
export async function callServer(
  context: CliContext,
  method: 'GET' | 'POST' | 'DELETE',
  { url: base, from }: Address,
  path: string,
  options: { readonly body?: unknown; readonly token?: string; readonly timeoutMs?: number } = {},
): Promise<ServerAnswer> {
  // A command makes a few calls and ends: no connection is kept that the server may close while the next call is on its way.
  const headers: Record<string, string> = { connection: 'close' }
  if (options.token !== undefined) headers.authorization = `Bearer ${options.token}`
  if (options.body !== undefined) headers['content-type'] = 'application/json'
  let response: Response
  let bytes: Buffer
  try {
    response = await context.fetch(`${base}${path}`, {
      method,
      headers,
      redirect: 'error',
      signal: AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS),
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    })
    bytes = Buffer.from(await response.arrayBuffer())
  } catch (cause) {
    throw unreachable(base, from, cause)
  }
  const text = bytes.toString('utf8')
  const json = parse(text)
  if (response.ok) return { status: response.status, json, text, bytes }
  const refusal = refusalOf(response.status, json)
  throw new CliError('cli_server_refused', refusal.words, {
    ...(refusal.code === null ? {} : { serverCode: refusal.code }),
  })
}

/** A member that the answer must have. @throws {CliError} `cli_answer_malformed` */
export function textMember(json: unknown, name: string): string {
  const value = memberOf(json, name)
  if (typeof value === 'string') return value
  throw new CliError('cli_answer_malformed', `the server's answer has no \`${name}\`: is it another version?`)
}

/** @throws {CliError} `cli_answer_malformed` */
export function numberMember(json: unknown, name: string): number {
  const value = memberOf(json, name)
  if (typeof value === 'number') return value
  throw new CliError('cli_answer_malformed', `the server's answer has no \`${name}\`: is it another version?`)
}

export function memberOf(json: unknown, name: string): unknown {
  // `Object.hasOwn` above makes the index safe; what is there is checked by the caller.
  if (typeof json !== 'object' || json === null || !Object.hasOwn(json, name)) return undefined
  return (json as Readonly<Record<string, unknown>>)[name]
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The code is said once, at the end: some servers' words end with it already. */
function refusalOf(status: number, json: unknown): { readonly words: string; readonly code: string | null } {
  // Our own problems have `detail` and `code`; the gateway's errors have them one level down.
  const error = memberOf(json, 'error') ?? json
  const detail = memberOf(error, 'detail') ?? memberOf(error, 'message')
  const code = memberOf(error, 'code')
  if (typeof detail !== 'string') return { words: `the server answered ${status}`, code: null }
  if (typeof code !== 'string') return { words: detail, code: null }
  return { words: detail.endsWith(`(${code})`) ? detail : `${detail} (${code})`, code }
}

function unreachable(url: string, from: string, cause: unknown): CliError {
  const own = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  const why =
    own instanceof Error && 'code' in own
      ? String(own.code)
      : own instanceof Error
        ? own.message
        : String(own)
  const advice = 'is the server up? `npm run up` starts one; `--admin URL` names another'
  return new CliError(
    'cli_server_unreachable',
    `cannot reach ${new URL(url).origin} (${why}), from ${from}: ${advice}`,
    {
      cause,
    },
  )
}
