/** `stop` and `resume`: anyone entitled stops alone and at once, resuming takes those whom the agreement names together. */
import type { Arguments, CliContext, Command } from './command.ts'
import { EXIT, usageError } from './error.ts'
import { programmeId } from './programme-id.ts'
import { ADMIN_OPTION, adminUrl, callServer, memberOf, numberMember } from './server-call.ts'
import { KEY_OPTION, KEYS_OPTION, readSigner, readSigners } from './signer.ts'
import { signStatement, statementBody } from './statements.ts'

const SCOPES = ['person', 'engagement', 'institution', 'sector', 'model', 'jurisdiction', 'all']

export const stopCommands: readonly Command[] = [
  {
    name: 'stop',
    summary: 'stop a scope at once: when this returns, nothing more is accepted there',
    operands: [],
    options: {
      ...KEY_OPTION,
      scope: { value: 'KIND', doc: SCOPES.join(', '), required: true },
      id: { value: 'ID', doc: 'what of that kind; for every scope but `all`' },
      reason: { value: 'TEXT', doc: 'recorded, in clear', required: true },
      ...ADMIN_OPTION,
    },
    examples: [
      "sekisho stop --scope model --id rehearsal/1 --reason 'withdrawn' --key .sekisho/sample-keys/provider.json",
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
  const kind = args.value('scope')!
  const id = args.value('id')
  if (!SCOPES.includes(kind)) throw usageError(`\`--scope\` is one of ${SCOPES.join(', ')}`)
  if ((kind === 'all') !== (id === undefined)) {
    throw usageError(
      kind === 'all' ? '`--scope all` takes no `--id`' : `\`--scope ${kind}\` needs an \`--id\``,
    )
  }
  const signer = readSigner(args, context)
  const scope = id === undefined ? { kind } : { kind, id }
  const body = statementBody(await programmeId(args, context, signer), context.nowMs(), {
    type: 'stop.issue',
    scope,
    reason: args.value('reason')!,
  })
  const { json } = await callServer(context, 'POST', `${adminUrl(args, context)}/v1/statements`, {
    body: signStatement({ body }, [signer.key]),
  })
  context.err(
    `stopped; number ${numberMember(json, 'index')}. To lift it: sekisho resume ${numberMember(json, 'index')}`,
  )
  context.out(String(numberMember(json, 'index')))
  return EXIT.ok
}

async function resume(args: Arguments, context: CliContext): Promise<number> {
  const number = args.operands[0]!
  if (!/^\d{1,15}$/.test(number)) throw usageError('`STOP_NUMBER` is a number from `sekisho stop list`')
  const signers = readSigners(args, context)
  const body = statementBody(await programmeId(args, context, signers[0]!), context.nowMs(), {
    type: 'stop.resume',
    stop: Number(number),
    reason: args.value('reason')!,
  })
  const { json } = await callServer(context, 'POST', `${adminUrl(args, context)}/v1/statements`, {
    body: signStatement(
      { body },
      signers.map((signer) => signer.key),
    ),
  })
  context.err(`resumed; ledger entry ${numberMember(json, 'index')}`)
  return EXIT.ok
}
