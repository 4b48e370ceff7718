/**
 * Calls to the admin listener with a credential: `$SEKISHO_ADMIN_TOKEN`, or one minted with the signer's key.
 *
 * A key proves itself anew for each command; what it mints lives just long enough for the command's calls.
 */
import { isAdminTokenText, signAdminRequest } from '../access/index.ts'
import type { Arguments, CliContext, OptionSpec } from './command.ts'
import { CliError } from './error.ts'
import {
  ADMIN_OPTION,
  type Address,
  adminAddress,
  callServer,
  numberMember,
  type ServerAnswer,
  textMember,
} from './server-call.ts'
import { KEY_OPTION, readSigner, type Signer } from './signer.ts'

/** Long enough for the calls of one command, and for a person to answer a question. */
const SESSION_TTL_S = 120

/** Options of every command that looks something up. */
export const CREDENTIAL_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  ...KEY_OPTION,
  institution: { value: 'ID', doc: 'an institution to act for; integrator staff must say' },
  ...ADMIN_OPTION,
}

export interface AdminSession {
  readonly address: Address
  /** Id of the credential. */
  readonly id: string | null
  /** @throws {CliError} `cli_server_unreachable`, `cli_server_refused` */
  get(path: string): Promise<ServerAnswer>
  /** @throws {CliError} `cli_server_unreachable`, `cli_server_refused` */
  delete(path: string): Promise<ServerAnswer>
}

export interface AdminCredential {
  readonly token: string
  readonly id: string
  readonly expires_at_ms: number
}

/** @throws {CliError} `cli_key_file`, `cli_server_refused`, `cli_server_unreachable` */
export async function openAdmin(
  args: Arguments,
  context: CliContext,
  signer?: Signer,
): Promise<AdminSession> {
  const address = adminAddress(args, context)
  const given = signer === undefined && args.value('key') === undefined ? tokenGiven(context) : null
  const minted =
    given === null ? await mintAdmin(args, context, signer ?? readSigner(args, context), SESSION_TTL_S) : null
  const token = minted?.token ?? given
  const call = (method: 'GET' | 'DELETE', path: string): Promise<ServerAnswer> =>
    callServer(context, method, address, path, token === null ? {} : { token })
  return {
    address,
    id: minted?.id ?? null,
    get: (path) => call('GET', path),
    delete: (path) => call('DELETE', path),
  }
}

/** @throws {CliError} */
export async function mintAdmin(
  args: Arguments,
  context: CliContext,
  { programme, holder, key }: Signer,
  ttlS: number,
): Promise<AdminCredential> {
  const institution = args.value('institution')
  const request = {
    programme,
    holder,
    ...(institution === undefined ? {} : { institution }),
    issued_at_ms: context.nowMs(),
    ttl_s: ttlS,
  }
  const body = signAdminRequest(request, key)
  const { json } = await callServer(context, 'POST', adminAddress(args, context), '/v1/tokens', { body })
  return {
    token: textMember(json, 'token'),
    id: textMember(json, 'id'),
    expires_at_ms: numberMember(json, 'expires_at_ms'),
  }
}

/** @throws {CliError} `cli_key_file` */
function tokenGiven({ env }: CliContext): string | null {
  const token = env.SEKISHO_ADMIN_TOKEN
  if (token === undefined) return null
  if (isAdminTokenText(token)) return token
  throw new CliError(
    'cli_key_file',
    '`$SEKISHO_ADMIN_TOKEN` is no credential of administration: mint one with `sekisho token --administration --key FILE`',
  )
}
