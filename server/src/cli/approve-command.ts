/** `approve`: shows what is held to somebody entitled to approve it, asks, and signs exactly that. */
import { parseDecisionId } from '../base/index.ts'
import { CREDENTIAL_OPTIONS, openAdmin } from './admin-session.ts'
import { integerOption } from './arguments.ts'
import type { Arguments, CliContext, Command } from './command.ts'
import { CliError, EXIT, usageError } from './error.ts'
import { holdLines, listOf, row } from './hold-words.ts'
import { adminAddress, callServer, memberOf, numberMember, textMember } from './server-call.ts'
import { localTime } from './show.ts'
import { readSigner } from './signer.ts'
import { signWith, statementBody } from './statements.ts'

const COUNT = 40
const MINUTES = 60

export const approveCommand: Command = {
  name: 'approve',
  summary: 'approve a held request, for so many requests of its session and so long',
  operands: ['DECISION_ID'],
  options: {
    ...CREDENTIAL_OPTIONS,
    count: { value: 'N', doc: `requests it covers; default ${COUNT}` },
    minutes: { value: 'N', doc: `how long it lasts; default ${MINUTES}` },
    'dry-run': { doc: 'only show what would be approved' },
    yes: { doc: 'do not ask on a terminal' },
  },
  examples: [
    'sekisho approve dec_… --key .sekisho/sample-keys/mufg-approver.json',
    'sekisho approve dec_… --dry-run --key FILE',
  ],
  notes:
    'What was asked, word for word: `sekisho hold show DECISION_ID`. The requester cannot approve. A count and a time beyond what the agreement allows are refused.',
  run: approve,
}

async function approve(args: Arguments, context: CliContext): Promise<number> {
  const id = args.operand(0)
  if (parseDecisionId(id) === null)
    throw usageError(
      `\`${id}\` is no decision id: it stands in the refusal, \`dec_\` and 26 letters and digits`,
    )
  const count = integerOption(args, 'count', COUNT, 1, 100_000)
  const untilMs = context.nowMs() + integerOption(args, 'minutes', MINUTES, 1, 525_600) * 60_000
  const signer = readSigner(args, context)
  const admin = adminAddress(args, context)
  const session = await openAdmin(args, context, signer)
  const { json: hold } = await session.get(`/v1/holds/${id}`)
  const engagement = memberOf(hold, 'engagement')
  const payload = {
    hold: textMember(hold, 'id'),
    actor: textMember(hold, 'actor'),
    institution: textMember(hold, 'institution'),
    engagement: typeof engagement === 'string' ? engagement : null,
    capability: textMember(hold, 'capability'),
    session: textMember(hold, 'session'),
    approvals: numberMember(hold, 'approvals_needed'),
    count,
    until_ms: untilMs,
  }
  for (const line of holdLines(hold)) context.err(line)
  context.err(row('covers', `${count} requests of this session, until ${localTime(untilMs)}`))
  if (args.flag('dry-run')) return EXIT.ok
  const ask = args.flag('yes') ? null : (context.ask ?? null)
  if (ask !== null && !/^y(es)?$/i.test((await ask('Approve this? [y/N] ')).trim())) {
    throw new CliError('cli_not_confirmed', 'not approved: nothing was signed')
  }
  const body = statementBody(signer.programme, context.nowMs(), { type: 'grant.approve', ...payload })
  const signed = signWith({ body, signatures: [] }, [signer.key])
  const submitted = await callServer(context, 'POST', admin, '/v1/statements', { body: signed })
  const missing = payload.approvals - listOf(hold, 'approvals_given').length - 1
  context.err(`approved; ledger entry ${numberMember(submitted.json, 'index')}. ${remaining(missing)}`)
  return EXIT.ok
}

function remaining(missing: number): string {
  if (missing <= 0) return 'The same request passes now.'
  return missing === 1 ? 'One more person has to approve.' : `${missing} more people have to approve.`
}
