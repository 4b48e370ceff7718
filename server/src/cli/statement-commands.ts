/** `statement …`: any statement, by hand: sign it here, pass it on, submit it. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type JsonObject, parseSignedStatement, type SignedStatement, statementDigest } from 'sekisho-verify'
import type { Arguments, CliContext, Command } from './command.ts'
import { CliError, EXIT } from './error.ts'
import { ADMIN_OPTION, adminAddress, callServer } from './server-call.ts'
import { KEYS_OPTION, readSigners } from './signer.ts'
import { signWith, statementBody } from './statements.ts'

const FILE_BYTES_MAX = 1024 * 1024

export const statementCommands: readonly Command[] = [
  {
    name: 'statement sign',
    summary: 'sign a statement, or add a signature to one; prints it',
    operands: ['FILE'],
    options: { ...KEYS_OPTION, ...ADMIN_OPTION },
    examples: [
      'sekisho statement sign body.json --key A.json > signed.json',
      'sekisho statement sign signed.json --key B.json > signed-by-both.json',
    ],
    notes:
      'FILE holds a body (`type` and its members; programme, time and nonce are filled in) or a signed statement\n(`body`, `signatures`). `-` reads standard input. The types: docs/spec/statement.md §4.',
    run: sign,
  },
  {
    name: 'statement submit',
    summary: 'submit a signed statement; returns when it holds everywhere',
    operands: ['FILE'],
    options: ADMIN_OPTION,
    examples: ['sekisho statement submit signed.json'],
    async run(args, context) {
      const body = parseSignedStatement(readJson(args.operand(0), context))
      const { text } = await callServer(context, 'POST', adminAddress(args, context), '/v1/statements', {
        body,
      })
      context.out(text.trim())
      return EXIT.ok
    },
  },
]

async function sign(args: Arguments, context: CliContext): Promise<number> {
  const signers = readSigners(args, context)
  const given = readJson(args.operand(0), context)
  const keys = signers.map((signer) => signer.key)
  if ('body' in given)
    return print(signWith(parseSignedStatement({ signatures: [], ...given }), keys), context)
  const { type } = given
  if (typeof type !== 'string')
    throw new CliError('cli_file', `\`${args.operands[0]}\` has no \`type\`: see docs/spec/statement.md §4`)
  const programme = typeof given.programme === 'string' ? given.programme : signers[0].programme
  const body = statementBody(programme, context.nowMs(), { ...given, type })
  return print(signWith({ body, signatures: [] }, keys), context)
}

/** Other statements refer to one by its digest: `engagement.approve` does, by its member `draft`. */
function print(signed: SignedStatement, context: CliContext): number {
  context.out(JSON.stringify(signed, null, 2))
  context.err(`digest ${statementDigest(signed.body)}, signatures: ${signed.signatures.length}`)
  return EXIT.ok
}

/** @throws {CliError} `cli_file` */
function readJson(file: string, context: CliContext): JsonObject {
  let text: string
  try {
    text = readFileSync(file === '-' ? 0 : path.resolve(context.cwd, file), 'utf8')
  } catch (cause) {
    throw new CliError(
      'cli_file',
      `cannot read \`${file}\`: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    )
  }
  if (text.length > FILE_BYTES_MAX)
    throw new CliError('cli_file', `\`${file}\` is over ${FILE_BYTES_MAX} characters`)
  try {
    const value: unknown = JSON.parse(text)
    // What JSON.parse makes of an object is a JsonObject; statements are checked member by member later.
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject
  } catch (cause) {
    throw new CliError('cli_file', `\`${file}\` is not JSON`, { cause })
  }
  throw new CliError('cli_file', `\`${file}\` is not a JSON object`)
}
