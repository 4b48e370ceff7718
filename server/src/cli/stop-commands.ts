/** `stop` and `resume`: anyone entitled stops alone and at once, resuming takes those whom the agreement names together. */
import type { JsonObject } from 'sekisho-verify'
import type { Arguments, CliContext, Command } from './command.ts'
import { EXIT, usageError } from './error.ts'
import { ADMIN_OPTION, adminUrl, callServer, memberOf, numberMember } from './server-call.ts'
import { KEYS_OPTION, readSigners } from './signer.ts'
import { signWith, statementBody } from './statements.ts'

const SCOPES = ['person', 'engagement', 'institution', 'sector', 'model', 'jurisdiction', 'all']

export const stopCommands: readonly Command[] = [
  {
    name: 'stop',
    summary: 'stop a scope at once: when this returns, nothing more is accepted there',
    operands: [],
    options: {
      ...KEYS_OPTION,
      scope: { value: 'KIND', doc: SCOPES.join(', '), required: true },
      id: { value: 'ID', doc: 'what of that kind; for every scope but `all`' },
      reason: { value: 'TEXT', doc: 'recorded, in clear', required: true },
      ...ADMIN_OPTION,
    },
    notes: 'One party alone stops; a party whose threshold is two signs with two keys.',
    examples: [
      "sekisho stop --scope model --id rehearsal/1 --reason 'withdrawn' --key .sekisho/sample-keys/provider.json --key .sekisho/sample-keys/provider-2.json",
      "sekisho stop --scope all --reason 'drill' --key FILE",
    ],
    run: stop,
  },
  {
    name: 'stop list',
    summary: 'list the stops in force, with the numbers that `resume` takes',
    operands: [],
    options: ADMIN_OPTION,
    examples: ['sekisho stop list'],
    async run(args, context) {
      const { json } = await callServer(context, 'GET', `${adminUrl(args, context)}/v1/stops`)
      const stops = memberOf(json, 'stops')
      for (const line of Array.isArray(stops) ? stops : []) context.out(JSON.stringify(line))
      return EXIT.ok
    },
  },
  {
    name: 'resume',
    summary: 'lift a stop, signed by everyone whom the agreement asks',
    operands: ['STOP_NUMBER'],
    options: {
      ...KEYS_OPTION,
      reason: { value: 'TEXT', doc: 'recorded, in clear', required: true },
      ...ADMIN_OPTION,
    },
    examples: ["sekisho resume 41 --reason 'fixed' --key PROVIDER.json --key AUTHORITY-JP.json"],
    notes: 'Signers in different places: `statement sign` passes the same statement from one to the next.',
    run: resume,
  },
]

async function stop(args: Arguments, context: CliContext): Promise<number> {
  // Both options are required: `readArguments` saw to it.
  const kind = args.value('scope')!
  const id = args.value('id')
  if (!SCOPES.includes(kind)) throw usageError(`\`--scope\` is one of ${SCOPES.join(', ')}`)
  if ((kind === 'all') !== (id === undefined)) {
    throw usageError(
      kind === 'all' ? '`--scope all` takes no `--id`' : `\`--scope ${kind}\` needs an \`--id\``,
    )
  }
  const scope = id === undefined ? { kind } : { kind, id }
  const index = await submit(args, context, { type: 'stop.issue', scope, reason: args.value('reason')! })
  context.err(`stopped; number ${index}. To lift it: sekisho resume ${index}`)
  context.out(String(index))
  return EXIT.ok
}

async function resume(args: Arguments, context: CliContext): Promise<number> {
  const number = args.operands[0]!
  if (!/^\d{1,15}$/.test(number)) throw usageError('`STOP_NUMBER` is a number from `sekisho stop list`')
  const index = await submit(args, context, {
    type: 'stop.resume',
    stop: Number(number),
    reason: args.value('reason')!,
  })
  context.err(`resumed; ledger entry ${index}`)
  return EXIT.ok
}

/** Signs with every key given and submits; returns the ledger index. */
async function submit(
  args: Arguments,
  context: CliContext,
  given: JsonObject & { readonly type: string },
): Promise<number> {
  const signers = readSigners(args, context)
  const body = statementBody(signers[0].programme, context.nowMs(), given)
  const keys = signers.map((signer) => signer.key)
  const { json } = await callServer(context, 'POST', `${adminUrl(args, context)}/v1/statements`, {
    body: signWith({ body, signatures: [] }, keys),
  })
  return numberMember(json, 'index')
}
