/** `ledger …` and `receipt …`: looking at evidence. Proving it is `sekisho-verify`'s work. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { CREDENTIAL_OPTIONS, openAdmin } from './admin-session.ts'
import type { Arguments, CliContext, Command } from './command.ts'
import { CliError, EXIT, usageError } from './error.ts'
import { callServer, memberOf, textMember } from './server-call.ts'
import { readSigner } from './signer.ts'
import { mintToken } from './token-commands.ts'

export const ledgerCommands: readonly Command[] = [
  {
    name: 'ledger info',
    summary: 'print origin, size and verifier key, and how to verify it all offline',
    operands: [],
    options: CREDENTIAL_OPTIONS,
    examples: ['sekisho ledger info --key FILE'],
    async run(args, context) {
      const { json } = await (await openAdmin(args, context)).get('/v1/programme')
      const ledger = memberOf(json, 'ledger')
      const pages = textMember(memberOf(json, 'addresses'), 'console')
      context.out(`origin        ${textMember(ledger, 'origin')}`)
      context.out(`entries       ${String(memberOf(ledger, 'size'))}`)
      context.out(`verifier key  ${textMember(ledger, 'verifier_key')}`)
      context.out(
        `verify with   sekisho-verify ledger ${pages}/ledger/ --key '${textMember(ledger, 'verifier_key')}'`,
      )
      return EXIT.ok
    },
  },
  {
    name: 'ledger show',
    summary: 'print one entry of your institution in clear, content included',
    operands: ['INDEX'],
    options: CREDENTIAL_OPTIONS,
    examples: ['sekisho ledger show 42 --key .sekisho/sample-keys/mufg-lead.json'],
    notes: 'For internal audit and operations leads of the institution. Every opening is logged.',
    async run(args, context) {
      const index = args.operand(0)
      if (!/^\d{1,15}$/.test(index)) throw usageError('`INDEX` is a number: the one in `rcpt-42`')
      const { json } = await (await openAdmin(args, context)).get(`/v1/entries/${index}`)
      context.out(JSON.stringify(json, null, 2))
      return EXIT.ok
    },
  },
  {
    name: 'receipt get',
    summary: 'fetch the receipt of an exchange of your institution',
    operands: ['RECEIPT_ID'],
    options: {
      ...CREDENTIAL_OPTIONS,
      token: { value: 'TOKEN', doc: 'a model token to ask with; one is minted otherwise' },
      out: { value: 'FILE', doc: 'write it there' },
    },
    examples: [
      'sekisho receipt get rcpt-42 --key FILE --out rcpt-42.tlog-proof',
      'sekisho-verify receipt rcpt-42.tlog-proof --key VKEY',
    ],
    run: getReceipt,
  },
]

async function getReceipt(args: Arguments, context: CliContext): Promise<number> {
  const id = args.operand(0)
  if (!/^rcpt-\d{1,15}$/.test(id))
    throw usageError('`RECEIPT_ID` stands in the header `x-sekisho-receipt`: `rcpt-42`')
  const given = args.value('token')
  const signer = given === undefined ? readSigner(args, context) : undefined
  const token = signer === undefined ? given : (await mintToken(args, context, signer)).token
  const { json } = await (await openAdmin(args, context, signer)).get('/v1/programme')
  const gateway = textMember(memberOf(json, 'addresses'), 'gateway')
  const from = { url: gateway, from: 'the admin listener' }
  const { text } = await callServer(
    context,
    'GET',
    from,
    `/v1/receipts/${id}`,
    token === undefined ? {} : { token },
  )
  const file = args.value('out')
  if (file === undefined) {
    context.out(text.trimEnd())
    return EXIT.ok
  }
  try {
    writeFileSync(path.resolve(context.cwd, file), text)
  } catch (cause) {
    throw new CliError(
      'cli_file',
      `cannot write \`${file}\`: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    )
  }
  context.err(
    `written: ${file}. Check it with: sekisho-verify receipt ${file} --key '${textMember(memberOf(json, 'ledger'), 'verifier_key')}'`,
  )
  return EXIT.ok
}
