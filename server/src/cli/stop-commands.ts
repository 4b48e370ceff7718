/** `stop` and `resume`: anyone entitled stops alone and at once, resuming takes those whom the agreement names together. */
import type { JsonObject } from 'sekisho-verify'
import { type AdminSession, CREDENTIAL_OPTIONS, openAdmin } from './admin-session.ts'
import type { Arguments, CliContext, Command } from './command.ts'
import { CliError, EXIT, usageError } from './error.ts'
import { ADMIN_OPTION, adminAddress, callServer, memberOf, numberMember, textMember } from './server-call.ts'
import { columns, localTime, plain } from './show.ts'
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
    notes:
      'One key of one entitled party is enough; the agreement lists which parties stop what. An institution, or its operations\nlead, stops its own persons, engagements and itself. Lifting a stop takes more: see `sekisho resume --help`.',
    examples: [
      "sekisho stop --scope model --id rehearsal/1 --reason 'withdrawn' --key .sekisho/sample-keys/provider.json",
      "sekisho stop --scope institution --id mufg --reason 'drill' --key .sekisho/sample-keys/mufg-lead.json",
      "sekisho stop --scope all --reason 'drill' --key .sekisho/sample-keys/jp.json",
    ],
    run: stop,
  },
  {
    name: 'stop list',
    summary: 'list the stops in force, with the numbers that `resume` takes',
    operands: [],
    options: { json: { doc: 'one JSON object a line, for scripts' }, ...CREDENTIAL_OPTIONS },
    examples: ['sekisho stop list --key FILE', 'sekisho stop list --json --key FILE'],
    notes:
      'Parties and their people see every stop; others those that are wider than one institution, and their own.',
    async run(args, context) {
      const { json } = await (await openAdmin(args, context)).get('/v1/stops')
      const stops = memberOf(json, 'stops')
      const list: readonly unknown[] = Array.isArray(stops) ? stops : []
      if (args.flag('json')) for (const line of list) context.out(JSON.stringify(line))
      else if (list.length === 0) context.err('no stop is in force')
      else context.out(columns([['number', 'scope', 'by', 'since', 'reason'], ...list.map(stopRow)]))
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
    examples: [
      "sekisho resume 41 --reason 'fixed' --key KEYS/provider.json --key KEYS/provider-2.json --key KEYS/jp.json --key KEYS/jp-2.json",
    ],
    notes:
      'Each party signs with as many keys as its threshold (two in the sample), and whoever stopped is among them. A refusal says\nhow many of whose keys have signed. Signers in different places: `statement sign` passes the same statement from one to the next.',
    run: resume,
  },
]

function stopRow(stop: unknown): string[] {
  const scope = memberOf(stop, 'scope')
  const id = memberOf(scope, 'id')
  const kind = textMember(scope, 'kind')
  const atMs = memberOf(stop, 'at_ms')
  return [
    String(numberMember(stop, 'index')),
    typeof id === 'string' ? `${kind} ${id}` : kind,
    textMember(stop, 'by'),
    typeof atMs === 'number' ? localTime(atMs) : '–',
    plain(textMember(stop, 'reason')),
  ]
}

async function stop(args: Arguments, context: CliContext): Promise<number> {
  const kind = args.required('scope')
  const id = args.value('id')
  if (!SCOPES.includes(kind)) throw usageError(`\`--scope\` is one of ${SCOPES.join(', ')}`)
  if ((kind === 'all') !== (id === undefined)) {
    throw usageError(
      kind === 'all' ? '`--scope all` takes no `--id`' : `\`--scope ${kind}\` needs an \`--id\``,
    )
  }
  const scope = id === undefined ? { kind } : { kind, id }
  const index = await submit(args, context, { type: 'stop.issue', scope, reason: args.required('reason') })
  context.err(`stopped; number ${index}. To lift it: sekisho resume ${index} --reason … --key …`)
  context.out(String(index))
  return EXIT.ok
}

async function resume(args: Arguments, context: CliContext): Promise<number> {
  const number = args.operand(0)
  if (!/^\d{1,15}$/.test(number)) throw usageError('`STOP_NUMBER` is a number from `sekisho stop list`')
  const index = await submit(args, context, {
    type: 'stop.resume',
    stop: Number(number),
    reason: args.required('reason'),
  })
  context.err(`resumed; ledger entry ${index}`)
  return EXIT.ok
}

/** Signs with every key given and submits; returns the ledger index. */
export async function submit(
  args: Arguments,
  context: CliContext,
  given: JsonObject & { readonly type: string },
): Promise<number> {
  const signers = readSigners(args, context)
  const body = statementBody(signers[0].programme, context.nowMs(), given)
  const keys = signers.map((signer) => signer.key)
  const admin = adminAddress(args, context)
  const signed = signWith({ body, signatures: [] }, keys)
  try {
    const { json } = await callServer(context, 'POST', admin, '/v1/statements', { body: signed })
    return numberMember(json, 'index')
  } catch (error) {
    if (!(error instanceof CliError) || error.serverCode !== 'statement_threshold_not_met') throw error
    const session = await openAdmin(args, context, signers[0])
    const counts = await countByParty(session, new Set(keys.map((key) => key.id)))
    throw counts === '' ? error : new CliError(error.code, `${counts}; ${error.message}`, { cause: error })
  }
}

/** `provider 1 of 2 keys`, for each party of which a key signed: the server names only those that are complete. */
async function countByParty(session: AdminSession, signed: ReadonlySet<string>): Promise<string> {
  const { json } = await session.get('/v1/programme')
  const parties = memberOf(json, 'parties')
  const counts = (Array.isArray(parties) ? parties : []).map((party: unknown) => {
    const keys = memberOf(party, 'keys')
    const count = (Array.isArray(keys) ? keys : []).filter((key) => signed.has(key)).length
    return `${textMember(party, 'id')} ${count} of ${numberMember(party, 'threshold')} keys`
  })
  return counts.join(', ')
}
