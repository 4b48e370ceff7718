/** `token`: a short-lived bearer token for proof of possession of an enrolled key. */

import { signTokenRequest } from '../programme/index.ts'
import { integerOption } from './arguments.ts'
import type { Arguments, CliContext, Command, OptionSpec } from './command.ts'
import { EXIT, usageError } from './error.ts'
import { ADMIN_OPTION, adminUrl, callServer, numberMember, textMember } from './server-call.ts'
import { KEY_OPTION, readSigner, type Signer } from './signer.ts'

const TTL_S = 3600
const TTL_S_MAX = 12 * 3600

const OPTIONS: Readonly<Record<string, OptionSpec>> = {
  ...KEY_OPTION,
  institution: { value: 'ID', doc: 'institution to act for; integrator staff must say' },
  engagement: { value: 'ID', doc: 'bind the token to one engagement' },
  ttl: { value: 'SECONDS', doc: `lifetime; default ${TTL_S}, at most ${TTL_S_MAX}` },
  ...ADMIN_OPTION,
}

export const tokenCommands: readonly Command[] = [
  {
    name: 'token',
    summary: 'mint a short-lived bearer token with an enrolled key; prints the token and nothing else',
    operands: [],
    options: { ...OPTIONS, json: { doc: 'print id and expiry as well, as JSON' } },
    examples: [
      'sekisho token --key .sekisho/sample-keys/mufg-analyst.json',
      'export OPENAI_API_KEY=$(npm run -s sekisho -- token --key FILE)',
    ],
    notes: 'As the auth command of Codex CLI: README.md, “Ask something”.',
    async run(args, context) {
      const minted = await mintToken(args, context, readSigner(args, context))
      context.out(args.flag('json') ? JSON.stringify(minted) : minted.token)
      return EXIT.ok
    },
  },
  {
    name: 'token revoke',
    summary: 'revoke a token at once',
    operands: ['TOKEN_ID'],
    options: OPTIONS,
    examples: ['sekisho token revoke tok_… --key .sekisho/sample-keys/mufg-analyst.json'],
    notes: 'One may revoke one’s own tokens; operations leads and platform staff those of their institution.',
    async run(args, context) {
      const { token } = await mintToken(args, context, readSigner(args, context))
      const id = encodeURIComponent(args.operands[0]!)
      await callServer(context, 'DELETE', `${adminUrl(args, context)}/v1/tokens/${id}`, { token })
      context.err(`revoked ${args.operands[0]}`)
      return EXIT.ok
    },
  },
]

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
    throw usageError(`a ${signer.holder.kind} has no tokens: use the key of a person or a service`)
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
  const { json } = await callServer(context, 'POST', `${adminUrl(args, context)}/v1/tokens`, { body })
  return {
    token: textMember(json, 'token'),
    id: textMember(json, 'id'),
    expires_at_ms: numberMember(json, 'expires_at_ms'),
  }
}
