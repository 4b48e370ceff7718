/** `token`: a short-lived bearer token for proof of possession of an enrolled key. */

import {
  ADMIN_TTL_S_MAX,
  isAdminTokenText,
  isTokenText,
  signTokenRequest,
  TOKEN_PREFIX,
} from '../access/index.ts'
import { CREDENTIAL_OPTIONS, mintAdmin, openAdmin } from './admin-session.ts'
import { integerOption } from './arguments.ts'
import type { Arguments, CliContext, Command, OptionSpec } from './command.ts'
import { EXIT, usageError } from './error.ts'
import { adminAddress, callServer, memberOf, numberMember, textMember } from './server-call.ts'
import { columns, localTime } from './show.ts'
import { readSigner, type Signer } from './signer.ts'

const TTL_S = 3600
const TTL_S_MAX = 12 * 3600
const ADMIN_TTL_S = 600

const OPTIONS: Readonly<Record<string, OptionSpec>> = {
  ...CREDENTIAL_OPTIONS,
  engagement: { value: 'ID', doc: 'bind the token to one engagement' },
  ttl: { value: 'SECONDS', doc: `lifetime; default ${TTL_S}, at most ${TTL_S_MAX}` },
}

export const tokenCommands: readonly Command[] = [
  {
    name: 'token',
    summary: 'mint a short-lived bearer token with an enrolled key; prints the token and nothing else',
    operands: [],
    options: {
      ...OPTIONS,
      administration: {
        doc: `a credential of the admin listener instead, at most ${ADMIN_TTL_S_MAX} s; any key of the directory`,
      },
      json: { doc: 'print id and expiry as well, as JSON' },
    },
    examples: [
      'sekisho token --key .sekisho/sample-keys/mufg-analyst.json',
      'sekisho token --administration --key .sekisho/sample-keys/jp.json',
      'export OPENAI_API_KEY=$(npm run -s sekisho -- token --key FILE)',
    ],
    notes: 'As the auth command of Codex CLI: README.md, “Ask something”.',
    async run(args, context) {
      const minted = await mint(args, context, readSigner(args, context))
      context.out(args.flag('json') ? JSON.stringify(minted) : minted.token)
      return EXIT.ok
    },
  },
  {
    name: 'token list',
    summary: 'list your tokens that have not run out, without their text',
    operands: [],
    options: { ...CREDENTIAL_OPTIONS, json: { doc: 'one JSON object a line, for scripts' } },
    examples: ['sekisho token list --key .sekisho/sample-keys/mufg-analyst.json'],
    run: listTokens,
  },
  {
    name: 'token revoke',
    summary: 'revoke a token at once',
    operands: ['TOKEN_OR_ID'],
    options: CREDENTIAL_OPTIONS,
    examples: [
      'sekisho token revoke tok_… --key .sekisho/sample-keys/mufg-analyst.json',
      'sekisho token revoke "$SEKISHO_TOKEN"',
    ],
    notes:
      'By its id, or by the token itself, which needs no key: whoever holds it may end it. One may revoke one’s own tokens;\noperations leads and platform staff those of their institution.',
    run: revokeToken,
  },
]

async function listTokens(args: Arguments, context: CliContext): Promise<number> {
  const session = await openAdmin(args, context)
  const { json } = await session.get('/v1/tokens')
  const tokens = memberOf(json, 'tokens')
  // The one minted to ask is none of the user's.
  const list = (Array.isArray(tokens) ? tokens : []).filter(
    (each: unknown) => memberOf(each, 'id') !== session.id,
  )
  if (args.flag('json')) for (const line of list) context.out(JSON.stringify(line))
  else if (list.length === 0) context.err('no tokens')
  else
    context.out(columns([['id', 'for', 'institution', 'engagement', 'expires', ''], ...list.map(tokenRow)]))
  return EXIT.ok
}

function tokenRow(token: unknown): string[] {
  return [
    textMember(token, 'id'),
    textMember(token, 'audience'),
    orDash(memberOf(token, 'institution')),
    orDash(memberOf(token, 'engagement')),
    localTime(numberMember(token, 'expires_at_ms')),
    memberOf(token, 'revoked') === true ? 'revoked' : '',
  ]
}

const orDash = (value: unknown): string => (typeof value === 'string' ? value : '–')

/** The token itself proves that one holds it, and the server finds it by its hash; an id needs a signer. */
async function revokeToken(args: Arguments, context: CliContext): Promise<number> {
  const given = args.operand(0)
  const admin = adminAddress(args, context)
  if (given.startsWith(TOKEN_PREFIX)) {
    if (!isTokenText(given) && !isAdminTokenText(given))
      throw usageError('that is no whole token: copy all of it, or use its id')
    const { json } = await callServer(context, 'DELETE', admin, '/v1/tokens/self', { token: given })
    context.err(`revoked ${textMember(json, 'id')}`)
    return EXIT.ok
  }
  if (!/^(tok|adm)_[0-9a-z]{1,64}$/i.test(given))
    throw usageError('say a token, or an id from `sekisho token list`: `tok_…` or `adm_…`')
  await (await openAdmin(args, context)).delete(`/v1/tokens/${encodeURIComponent(given)}`)
  context.err(`revoked ${given}`)
  return EXIT.ok
}

async function mint(args: Arguments, context: CliContext, signer: Signer): Promise<Minted> {
  if (!args.flag('administration')) return mintToken(args, context, signer)
  if (args.value('engagement') !== undefined) throw usageError('`--administration` takes no `--engagement`')
  return mintAdmin(args, context, signer, integerOption(args, 'ttl', ADMIN_TTL_S, 1, ADMIN_TTL_S_MAX))
}

export interface Minted {
  readonly token: string
  readonly id: string
  readonly expires_at_ms: number
}

/** @throws {CliError} */
export async function mintToken(args: Arguments, context: CliContext, signer: Signer): Promise<Minted> {
  const institution = args.value('institution')
  const engagement = args.value('engagement')
  if (signer.holder.kind !== 'actor') {
    throw usageError(
      `a ${signer.holder.kind} asks no model: use the key of a person or a service, or \`--administration\` for administration`,
    )
  }
  const request = {
    programme: signer.programme,
    actor: signer.holder.id,
    ...(institution === undefined ? {} : { institution }),
    ...(engagement === undefined ? {} : { engagement }),
    issued_at_ms: context.nowMs(),
    ttl_s: integerOption(args, 'ttl', TTL_S, 1, TTL_S_MAX),
  }
  const body = signTokenRequest(request, signer.key)
  const { json } = await callServer(context, 'POST', adminAddress(args, context), '/v1/tokens', { body })
  return {
    token: textMember(json, 'token'),
    id: textMember(json, 'id'),
    expires_at_ms: numberMember(json, 'expires_at_ms'),
  }
}
