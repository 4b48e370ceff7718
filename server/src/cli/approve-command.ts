/** `approve`: shows what is held to somebody entitled to approve it, asks, and signs exactly that. */
import { parseDecisionId } from '../base/index.ts'
import { integerOption } from './arguments.ts'
import type { Arguments, CliContext, Command } from './command.ts'
import { CliError, EXIT, usageError } from './error.ts'
import { ADMIN_OPTION, adminAddress, callServer, memberOf, numberMember, textMember } from './server-call.ts'
import { localTime, plain } from './show.ts'
import { KEY_OPTION, readSigner } from './signer.ts'
import { signWith, statementBody } from './statements.ts'
import { mintToken } from './token-commands.ts'

const COUNT = 40
const MINUTES = 60
/** The token that looks the hold up lives just long enough for that. */
const LOOK_UP_TTL_S = 60

export const approveCommand: Command = {
  name: 'approve',
  summary: 'approve a held request, for so many requests of its session and so long',
  operands: ['DECISION_ID'],
  options: {
    ...KEY_OPTION,
    count: { value: 'N', doc: `requests it covers; default ${COUNT}` },
    minutes: { value: 'N', doc: `how long it lasts; default ${MINUTES}` },
    institution: { value: 'ID', doc: 'an institution to act for; integrator staff must say' },
    'dry-run': { doc: 'only show what would be approved' },
    yes: { doc: 'do not ask on a terminal' },
    ...ADMIN_OPTION,
  },
  examples: [
    'sekisho approve dec_… --key .sekisho/sample-keys/mufg-approver.json',
    'sekisho approve dec_… --dry-run --key FILE',
  ],
  notes: 'The requester cannot approve. A count and a time beyond what the agreement allows are refused.',
  run: approve,
}

async function approve(args: Arguments, context: CliContext): Promise<number> {
  const id = args.operands[0]!
  if (parseDecisionId(id) === null)
    throw usageError(
      `\`${id}\` is no decision id: it stands in the refusal, \`dec_\` and 26 letters and digits`,
    )
  const count = integerOption(args, 'count', COUNT, 1, 100_000)
  const untilMs = context.nowMs() + integerOption(args, 'minutes', MINUTES, 1, 525_600) * 60_000
  const signer = readSigner(args, context)
  const admin = adminAddress(args, context)
  const { token } = await mintToken(args, context, signer, LOOK_UP_TTL_S)
  const { json: hold } = await callServer(context, 'GET', admin, `/v1/holds/${id}`, { token })
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
  for (const [name, value] of describe(hold, payload)) context.err(`${name.padEnd(11)} ${plain(value)}`)
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

interface Approval {
  readonly actor: string
  readonly institution: string
  readonly engagement: string | null
  readonly capability: string
  readonly session: string
  readonly approvals: number
  readonly count: number
  readonly until_ms: number
}

/** HOSTILE: targets are words of the request; they are printed without what steers a terminal. */
function describe(hold: unknown, payload: Approval): readonly (readonly [string, string])[] {
  const side = memberOf(hold, 'side')
  const purpose = memberOf(hold, 'engagement_purpose')
  const atMs = memberOf(hold, 'at_ms')
  const clauses = listOf(hold, 'clauses').map(
    (each) => `${textMember(each, 'clause')} ${textMember(memberOf(each, 'title'), 'en')}`,
  )
  const because = listOf(hold, 'because').map(
    (each) => `${textMember(each, 'fact')} is ${textMember(each, 'got')}`,
  )
  const given = listOf(hold, 'approvals_given').map(String)
  return [
    [
      'requested',
      `${payload.actor} of ${payload.institution}${typeof atMs === 'number' ? `, ${localTime(atMs)}` : ''}`,
    ],
    ['read as', `${payload.capability}${typeof side === 'string' ? ` (${side})` : ''}`],
    ['engagement', engagementWords(payload.engagement, purpose)],
    ['targets', targetWords(memberOf(hold, 'targets'))],
    ['clause', clauses.length === 0 ? 'see the page of the decision' : clauses.join('; ')],
    ['because', because.length === 0 ? '–' : because.join(', ')],
    ['session', payload.session],
    ['approvals', `${payload.approvals} needed${given.length === 0 ? '' : `; given by ${given.join(', ')}`}`],
    ['covers', `${payload.count} requests of this session, until ${localTime(payload.until_ms)}`],
  ]
}

function engagementWords(id: string | null, purpose: unknown): string {
  if (id === null) return 'none'
  return typeof purpose === 'string' ? `${id}: ${purpose}` : id
}

function targetWords(targets: unknown): string {
  const named = listOf(targets, 'named').map(
    (each) => `${textMember(each, 'value')} (${textMember(each, 'kind')})`,
  )
  const count = memberOf(targets, 'count')
  const more = typeof count === 'number' ? count - named.length : 0
  if (named.length === 0) return more > 0 ? `${more}, not recorded by name` : 'none named'
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function listOf(json: unknown, name: string): readonly unknown[] {
  const value = memberOf(json, name)
  return Array.isArray(value) ? value : []
}

function remaining(missing: number): string {
  if (missing <= 0) return 'The same request passes now.'
  return missing === 1 ? 'One more person has to approve.' : `${missing} more people have to approve.`
}
