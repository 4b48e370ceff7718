/** Calls to the admin and gateway listeners. Every failure says what to do next. */
import { formatListenAddress } from '../config/index.ts'
import type { Arguments, CliContext, OptionSpec } from './command.ts'
import { CliError, usageError } from './error.ts'

/** A stop may take a whole lease to hold everywhere. */
const TIMEOUT_MS = 15_000
const DEFAULT_ADMIN = `http://${formatListenAddress({ host: '127.0.0.1', port: 8788 })}`

export const ADMIN_OPTION: Readonly<Record<string, OptionSpec>> = {
  admin: { value: 'URL', doc: `admin listener; default $SEKISHO_ADMIN or ${DEFAULT_ADMIN}` },
}

export interface ServerAnswer {
  readonly status: number
  readonly json: unknown
  readonly text: string
}

/** @throws {CliError} `cli_usage` when the address is no URL */
export function adminUrl(args: Arguments, context: CliContext): string {
  const url = args.value('admin') ?? context.env.SEKISHO_ADMIN ?? DEFAULT_ADMIN
  if (URL.canParse(url) && /^https?:/.test(url)) return url.replace(/\/$/, '')
  throw usageError(`\`${url}\` is not the address of an admin listener`)
}

/**
 * One call; anything but success is an error that carries the server's own words.
 *
 * @throws {CliError} `cli_server_unreachable`, `cli_server_refused`
 */
export async function callServer(
  context: CliContext,
  method: 'GET' | 'POST' | 'DELETE',
  url: string,
  options: { readonly body?: unknown; readonly token?: string } = {},
): Promise<ServerAnswer> {
  const headers: Record<string, string> = {}
  if (options.token !== undefined) headers.authorization = `Bearer ${options.token}`
  if (options.body !== undefined) headers['content-type'] = 'application/json'
  let response: Response
  let text: string
  try {
    response = await context.fetch(url, {
      method,
      headers,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    })
    text = await response.text()
  } catch (cause) {
    throw unreachable(url, cause)
  }
  const json = parse(text)
  if (response.ok) return { status: response.status, json, text }
  throw new CliError('cli_server_refused', refusalWords(response.status, json))
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

/** Our own problems have `detail` and `code`; the gateway's errors have them one level down. */
function refusalWords(status: number, json: unknown): string {
  const error = memberOf(json, 'error') ?? json
  const detail = memberOf(error, 'detail') ?? memberOf(error, 'message')
  const code = memberOf(error, 'code')
  if (typeof detail !== 'string') return `the server answered ${status}`
  return typeof code === 'string' ? `${detail} (${code})` : detail
}

function unreachable(url: string, cause: unknown): CliError {
  const own = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  const why =
    own instanceof Error && 'code' in own
      ? String(own.code)
      : own instanceof Error
        ? own.message
        : String(own)
  const advice = 'is the server up? `npm run up` starts one; `--admin URL` names another'
  return new CliError('cli_server_unreachable', `cannot reach ${new URL(url).origin} (${why}): ${advice}`, {
    cause,
  })
}
