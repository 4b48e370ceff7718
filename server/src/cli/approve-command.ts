/** `approve`: looks at what is held, and signs exactly that. */
import { integerOption } from './arguments.ts'
import type { Command } from './command.ts'
import { EXIT } from './error.ts'
import { ADMIN_OPTION, adminUrl, callServer, memberOf, numberMember, textMember } from './server-call.ts'
import { KEY_OPTION, readSigner } from './signer.ts'
import { signWith, statementBody } from './statements.ts'

const COUNT = 40
const MINUTES = 60

export const approveCommand: Command = {
  name: 'approve',
  summary: 'approve a held request, for so many requests of its session and so long',
  operands: ['DECISION_ID'],
  options: {
    ...KEY_OPTION,
    count: { value: 'N', doc: `requests it covers; default ${COUNT}` },
    minutes: { value: 'N', doc: `how long it lasts; default ${MINUTES}` },
    'dry-run': { doc: 'only show what would be approved' },
    ...ADMIN_OPTION,
  },
  examples: [
    'sekisho approve dec_… --key .sekisho/sample-keys/mufg-approver.json',
    'sekisho approve dec_… --dry-run --key FILE',
  ],
  notes: 'The requester cannot approve. A count and a time beyond what the agreement allows are refused.',
  async run(args, context) {
    const signer = readSigner(args, context)
    const admin = adminUrl(args, context)
    const id = args.operands[0]!
    const { json: hold } = await callServer(context, 'GET', `${admin}/v1/holds/${encodeURIComponent(id)}`)
    const engagement = memberOf(hold, 'engagement')
    const count = integerOption(args, 'count', COUNT, 1, 100_000)
    const untilMs = context.nowMs() + integerOption(args, 'minutes', MINUTES, 1, 525_600) * 60_000
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
    for (const [name, value] of Object.entries(payload)) {
      context.err(`${name.padEnd(12)} ${name === 'until_ms' ? new Date(untilMs).toISOString() : value}`)
    }
    if (args.flag('dry-run')) return EXIT.ok
    const body = statementBody(signer.programme, context.nowMs(), {
      type: 'grant.approve',
      ...payload,
    })
    const submitted = await callServer(context, 'POST', `${admin}/v1/statements`, {
      body: signWith({ body, signatures: [] }, [signer.key]),
    })
    context.err(
      `approved; ledger entry ${numberMember(submitted.json, 'index')}. ${remaining(payload.approvals)}`,
    )
    return EXIT.ok
  },
}

const remaining = (approvals: number): string =>
  approvals === 1
    ? 'The same request passes now.'
    : `It takes ${approvals} approvals, each by another person.`
