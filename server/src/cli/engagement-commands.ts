/** `engagement …`: scope documents written, approved and narrowed; each change is a statement signed here. */
import { type AdminSession, CREDENTIAL_OPTIONS, openAdmin } from './admin-session.ts'
import type { Arguments, CliContext, Command } from './command.ts'
import { ENGAGEMENT_TEMPLATE, readEngagementFile } from './engagement-file.ts'
import { CliError, EXIT } from './error.ts'
import { listOf } from './hold-words.ts'
import { ADMIN_OPTION, memberOf, numberMember, textMember } from './server-call.ts'
import { columns, localTime, plain } from './show.ts'
import { KEYS_OPTION } from './signer.ts'
import { submit } from './stop-commands.ts'

const SIGNING = { ...KEYS_OPTION, ...ADMIN_OPTION }
const REASON = { reason: { value: 'TEXT', doc: 'recorded, in clear', required: true } }
const KEYS = '.sekisho/sample-keys'

export const engagementCommands: readonly Command[] = [
  {
    name: 'engagement template',
    summary: 'print a scope document to fill in',
    operands: [],
    options: {},
    examples: ['sekisho engagement template > portal.yaml'],
    async run(_args, context) {
      context.out(ENGAGEMENT_TEMPLATE.trimEnd())
      return EXIT.ok
    },
  },
  {
    name: 'engagement new',
    summary: 'draft an engagement from a scope document; its author signs',
    operands: ['FILE'],
    options: SIGNING,
    examples: [`sekisho engagement new portal.yaml --key ${KEYS}/hoshizora-lead.json`],
    notes:
      'Then two others approve it, one of them of legal or risk where it is offensive. See docs/spec/engagement.md.',
    run: (args, context) => draft(args, context, 'engagement.draft'),
  },
  {
    name: 'engagement amend',
    summary: 'change an engagement: a draft anew, to be approved anew',
    operands: ['FILE'],
    options: SIGNING,
    examples: [`sekisho engagement amend portal.yaml --key ${KEYS}/hoshizora-lead.json`],
    run: (args, context) => draft(args, context, 'engagement.amend'),
  },
  {
    name: 'engagement list',
    summary: 'list the engagements that you may see',
    operands: [],
    options: { json: { doc: 'one JSON object a line, for scripts' }, ...CREDENTIAL_OPTIONS },
    examples: [`sekisho engagement list --key ${KEYS}/hoshizora-lead.json`],
    async run(args, context) {
      const { json } = await (await openAdmin(args, context)).get('/v1/engagements')
      const list = listOf(json, 'engagements')
      if (args.flag('json')) for (const each of list) context.out(JSON.stringify(each))
      else if (list.length === 0) context.err('no engagement that you may see')
      else context.out(columns([['id', 'state', 'approved by', 'until', 'purpose'], ...list.map(row)]))
      return EXIT.ok
    },
  },
  {
    name: 'engagement show',
    summary: 'show one engagement, whole',
    operands: ['ID'],
    options: CREDENTIAL_OPTIONS,
    examples: [`sekisho engagement show eng-hoshizora-portal --key ${KEYS}/hoshizora-lead.json`],
    async run(args, context) {
      const json = await engagement(await openAdmin(args, context), args.operand(0)) // required operand
      context.out(JSON.stringify(json, null, 2))
      return EXIT.ok
    },
  },
  {
    name: 'engagement approve',
    summary: 'approve the draft that stands, as you see it now',
    operands: ['ID'],
    options: {
      draft: { value: 'SHA256', doc: 'the digest you were shown; refused when another draft stands' },
      ...SIGNING,
    },
    examples: [`sekisho engagement approve eng-example-portal --key ${KEYS}/hoshizora-approver.json`],
    run: approve,
  },
  ...(['suspend', 'close'] as const).map(
    (event): Command => ({
      name: `engagement ${event}`,
      summary:
        event === 'suspend'
          ? 'suspend an engagement at once; it is then approved anew'
          : 'close an engagement for good',
      operands: ['ID'],
      options: { ...REASON, ...SIGNING },
      examples: [
        `sekisho engagement ${event} eng-example-portal --reason 'drill' --key ${KEYS}/hoshizora-approver.json`,
      ],
      async run(args, context) {
        const [id = ''] = args.operands
        const index = await submit(args, context, {
          type: `engagement.${event}`,
          id,
          reason: args.value('reason') ?? '',
        })
        context.err(`${id}: ${event === 'suspend' ? 'suspended' : 'closed'}; ledger entry ${index}`)
        return EXIT.ok
      },
    }),
  ),
]

async function draft(args: Arguments, context: CliContext, type: string): Promise<number> {
  const payload = readEngagementFile(args.operands[0] ?? '', context.cwd)
  const index = await submit(args, context, { ...payload, type })
  context.err(
    `drafted; ledger entry ${index}. Others approve it: sekisho engagement approve ${String(payload.id)}`,
  )
  context.out(String(payload.id))
  return EXIT.ok
}

async function approve(args: Arguments, context: CliContext): Promise<number> {
  const [id = ''] = args.operands
  const json = await engagement(await openAdmin(args, context), id)
  const stands = textMember(json, 'draft')
  const wanted = args.value('draft')
  if (wanted !== undefined && wanted !== stands)
    throw new CliError(
      'cli_server_refused',
      `another draft stands (${stands}): look at it first with \`engagement show\``,
    )
  const index = await submit(args, context, { type: 'engagement.approve', id, draft: stands })
  const after = await engagement(await openAdmin(args, context), id)
  context.err(
    `approved ${stands.slice(0, 12)}…; ledger entry ${index}; ${id} is ${standing(textMember(after, 'state'))}`,
  )
  return EXIT.ok
}

function standing(state: string): string {
  return state === 'draft'
    ? 'still a draft: more must approve, one of them of legal or risk where it is offensive'
    : state
}

async function engagement(session: AdminSession, id: string): Promise<unknown> {
  return (await session.get(`/v1/engagements/${encodeURIComponent(id)}`)).json
}

function row(each: unknown): string[] {
  const approvers = memberOf(each, 'approved_by')
  return [
    textMember(each, 'id'),
    textMember(each, 'state'),
    Array.isArray(approvers) && approvers.length > 0 ? approvers.join(', ') : '–',
    localTime(numberMember(each, 'until_ms')),
    plain(textMember(each, 'purpose')).slice(0, 60),
  ]
}
