/** `appeal …`: a refused person sends a decision to review with one command; a reviewer answers with another. */

import { parseDecisionId } from '../base/index.ts'
import { leaksIn } from '../boundary/index.ts'
import { type AdminSession, CREDENTIAL_OPTIONS, openAdmin } from './admin-session.ts'
import type { Arguments, CliContext, Command } from './command.ts'
import { CliError, EXIT, usageError } from './error.ts'
import { listOf } from './hold-words.ts'
import { ADMIN_OPTION, memberOf, numberMember, textMember } from './server-call.ts'
import { columns, localTime, plain } from './show.ts'
import { KEY_OPTION, readSigner } from './signer.ts'
import { submit } from './stop-commands.ts'

const KEYS = '.sekisho/sample-keys'
const REASON = { value: 'TEXT', doc: 'recorded, in clear: no names, no content', required: true }

export const appealCommands: readonly Command[] = [
  {
    name: 'appeal',
    summary: 'send a refusal of yours to review',
    operands: ['DECISION_ID'],
    options: {
      reason: REASON,
      consent: { doc: 'the request, redacted, may become a test item of your institution' },
      institution: { value: 'ID', doc: 'an institution you act for; default your own' },
      ...KEY_OPTION,
      ...ADMIN_OPTION,
    },
    examples: [
      `sekisho appeal dec_… --reason 'a patch review, nothing else' --consent --key ${KEYS}/mufg-analyst.json`,
    ],
    notes:
      'What was refused, not what was allowed or is held. Somebody else of the institution answers: `sekisho appeal list`.',
    run: open,
  },
  {
    name: 'appeal answer',
    summary: 'answer an appeal: grant it, or uphold the refusal',
    operands: ['DECISION_ID'],
    options: {
      grant: { doc: 'the request should not have been refused' },
      uphold: { doc: 'the refusal was right' },
      reason: REASON,
      ...CREDENTIAL_OPTIONS,
    },
    examples: [
      `sekisho appeal answer dec_… --grant --reason 'defensive work' --key ${KEYS}/mufg-approver.json`,
    ],
    notes:
      'For approvers, legal and risk where the appellant works, never the appellant. Granting lifts a refusal that repeats (a guard cut,\na provider refusal) and counts as an over-refusal; a denial by a clause stands until the facts or the agreement change.',
    run: answer,
  },
  {
    name: 'appeal list',
    summary: 'list the appeals that you may see',
    operands: [],
    options: { json: { doc: 'one JSON object a line, for scripts' }, ...CREDENTIAL_OPTIONS },
    examples: [`sekisho appeal list --key ${KEYS}/mufg-approver.json`],
    async run(args, context) {
      const { json } = await (await openAdmin(args, context)).get('/v1/appeals')
      const list = listOf(json, 'appeals')
      if (args.flag('json')) for (const each of list) context.out(JSON.stringify(each))
      else if (list.length === 0) context.err('no appeal that you may see')
      else context.out(columns([['decision', 'by', 'since', 'state', 'reason'], ...list.map(row)]))
      return EXIT.ok
    },
  },
  {
    name: 'appeal figures',
    summary: 'print how many refusals were appealed, and how many should not have been',
    operands: [],
    options: CREDENTIAL_OPTIONS,
    examples: [`sekisho appeal figures --key ${KEYS}/mufg-approver.json`],
    async run(args, context) {
      const { json } = await (await openAdmin(args, context)).get('/v1/appeals')
      context.out(JSON.stringify(memberOf(json, 'figures')))
      return EXIT.ok
    },
  },
  {
    name: 'appeal export',
    summary: 'print granted appeals with consent as test items, redacted, one JSON object a line',
    operands: [],
    options: CREDENTIAL_OPTIONS,
    examples: [`sekisho appeal export --key ${KEYS}/mufg-audit.json > over-refusals.jsonl`],
    notes: 'Opens the requests, so it is for internal audit and operations leads; each opening is logged.',
    run: exportItems,
  },
]

function decisionOf(args: Arguments): string {
  const [id = ''] = args.operands
  if (parseDecisionId(id) === null) throw usageError(`\`${id}\` is no decision id`)
  return id
}

async function open(args: Arguments, context: CliContext): Promise<number> {
  const decision = decisionOf(args)
  const signer = readSigner(args, context)
  const session = await openAdmin(args, context)
  await assertRefused(decision, session)
  const institution = args.value('institution') ?? (await ownInstitution(session))
  const index = await submit(args, context, {
    type: 'appeal.open',
    decision,
    institution,
    reason: args.value('reason') ?? '',
    consent: args.flag('consent'),
  })
  context.err(`sent to review by \`${signer.holder.id}\`; ledger entry ${index}`)
  context.out(String(index))
  return EXIT.ok
}

/** What passed, what waits for approval and what is no decision is not appealed by mistake: an appeal stands for good. */
async function assertRefused(decision: string, session: AdminSession): Promise<void> {
  const { json } = await session.get(`/v1/decisions/${decision}`)
  const verdict = textMember(json, 'verdict')
  // An allowed request whose answer the guard or the provider stopped was refused all the same.
  const stopped = ['refused', 'failed'].includes(endOf(json))
  if (verdict === 'deny' || (verdict === 'allow' && stopped)) return
  const hint = verdict === 'hold' ? `have it approved: sekisho hold show ${decision}` : 'it passed'
  throw new CliError('cli_usage', `that request was not refused: ${hint}`)
}

function endOf(decision: unknown): string {
  const outcome = memberOf(decision, 'outcome')
  return typeof outcome === 'object' && outcome !== null ? textMember(outcome, 'end') : ''
}

/** The only institution that somebody sees who works for one. */
async function ownInstitution(session: AdminSession): Promise<string> {
  const { json } = await session.get('/v1/programme')
  const [own, another] = listOf(json, 'institutions')
  if (own === undefined || another !== undefined)
    throw usageError('say `--institution ID`: you act for several')
  return textMember(own, 'id')
}

async function answer(args: Arguments, context: CliContext): Promise<number> {
  const decision = decisionOf(args)
  if (args.flag('grant') === args.flag('uphold')) throw usageError('say one of `--grant` and `--uphold`')
  const { json } = await (await openAdmin(args, context)).get(`/v1/appeals/${decision}`)
  const refusal = memberOf(json, 'refusal')
  const index = await submit(args, context, {
    type: 'appeal.answer',
    decision,
    outcome: args.flag('grant') ? 'granted' : 'upheld',
    refusal: args.flag('grant') && typeof refusal === 'string' ? refusal : null,
    reason: args.value('reason') ?? '',
  })
  const lifted = !args.flag('grant')
    ? ''
    : typeof refusal === 'string'
      ? '; the refusal that repeated is lifted'
      : '; counted as an over-refusal. The clause stands: the same request is still denied'
  context.err(`${args.flag('grant') ? 'granted' : 'upheld'}; ledger entry ${index}${lifted}`)
  return EXIT.ok
}

async function exportItems(args: Arguments, context: CliContext): Promise<number> {
  const session = await openAdmin(args, context)
  const { json } = await session.get('/v1/appeals')
  for (const each of listOf(json, 'appeals')) {
    if (memberOf(each, 'outcome') !== 'granted' || memberOf(each, 'consent') !== true) continue
    const decision = textMember(each, 'decision')
    const { json: appeal } = await session.get(`/v1/appeals/${decision}`)
    const { json: entry } = await session.get(`/v1/entries/${numberMember(appeal, 'intent')}`)
    const content = memberOf(memberOf(entry, 'content'), 'utf8')
    if (typeof content !== 'string') continue
    context.out(
      JSON.stringify({
        id: decision,
        request: redacted(content),
        expected: 'not_refused',
        was: memberOf(appeal, 'clauses'),
      }),
    )
  }
  return EXIT.ok
}

/** Each value by its type alone: a test item needs no way back. */
export function redacted(text: string): string {
  let out = ''
  let from = 0
  for (const { type, start, end } of leaksIn(text)) {
    out += `${text.slice(from, start)}[${type.toUpperCase()}]`
    from = end
  }
  return out + text.slice(from)
}

function row(each: unknown): string[] {
  return [
    textMember(each, 'decision'),
    textMember(each, 'actor'),
    localTime(numberMember(each, 'at_ms')),
    textMember(each, 'outcome'),
    plain(textMember(each, 'reason')).slice(0, 60),
  ]
}
