/** `rollout …` and `export …`: sectors stage by stage, attestations, and orders under export control. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { JsonObject } from 'sekisho-verify'
import { CREDENTIAL_OPTIONS, openAdmin } from './admin-session.ts'
import type { Arguments, CliContext, Command, OptionSpec } from './command.ts'
import { CliError, EXIT, usageError } from './error.ts'
import { ADMIN_OPTION, memberOf, textMember } from './server-call.ts'
import { columns, localTime } from './show.ts'
import { KEYS_OPTION } from './signer.ts'
import { submit } from './stop-commands.ts'

const SIGNED: Readonly<Record<string, OptionSpec>> = { ...KEYS_OPTION, ...ADMIN_OPTION }
const REASON: Readonly<Record<string, OptionSpec>> = {
  reason: { value: 'TEXT', doc: 'recorded, in clear', required: true },
}
const DAY_MS = 86_400_000

export const rolloutCommands: readonly Command[] = [
  {
    name: 'rollout',
    summary: 'the calendar: where each sector stands, where it may go, when, and what is missing',
    operands: [],
    options: { json: { doc: 'print JSON' }, ...CREDENTIAL_OPTIONS },
    examples: ['sekisho rollout --key FILE'],
    run: calendar,
  },
  signed(
    'rollout move',
    'move a sector to a stage: through its gate, or back at once',
    ['SECTOR', 'STAGE'],
    REASON,
    (args) => ({
      type: 'sector.stage',
      sector: args.operand(0),
      stage: args.operand(1),
      reason: args.required('reason'),
    }),
  ),
  signed(
    'rollout accept',
    "the sector's own acceptance of a stage, by its seats",
    ['SECTOR', 'STAGE'],
    {},
    (args) => ({
      type: 'sector.accept',
      sector: args.operand(0),
      stage: args.operand(1),
    }),
  ),
  signed('rollout pause', 'hold a sector where it is', ['SECTOR'], REASON, (args) => ({
    type: 'sector.pause',
    sector: args.operand(0),
    reason: args.required('reason'),
  })),
  signed('rollout resume', 'let a sector go on', ['SECTOR'], REASON, (args) => ({
    type: 'sector.resume',
    sector: args.operand(0),
    reason: args.required('reason'),
  })),
  signed(
    'rollout attest',
    "record an evaluation's result for a sector and a stage: the digest of its report is bound",
    ['SECTOR', 'STAGE'],
    {
      id: { value: 'ID', doc: 'name of the attestation', required: true },
      report: { value: 'FILE', doc: 'the report; its SHA-256 is recorded', required: true },
      days: { value: 'N', doc: 'how long it counts, at most 366', required: true },
      tier: { value: 'TIER', doc: 'restricted tier that it covers', multiple: true },
      failed: { doc: 'it did not pass' },
    },
    (args, context) => ({
      type: 'evaluation.attest',
      id: args.required('id'),
      sector: args.operand(0),
      stage: args.operand(1),
      tiers: [...args.values('tier')],
      evidence: digestOf(args.required('report'), context),
      passed: !args.flag('failed'),
      until_ms: context.nowMs() + daysOf(args) * DAY_MS,
    }),
  ),
  {
    name: 'export',
    summary: 'legal bases, orders, lists and obligations under export control',
    operands: [],
    options: CREDENTIAL_OPTIONS,
    examples: ['sekisho export --key FILE'],
    async run(args, context) {
      const { json } = await (await openAdmin(args, context)).get('/v1/export')
      context.out(JSON.stringify(json, null, 2))
      return EXIT.ok
    },
  },
  signed(
    'export order',
    'from a moment on, only those inside the named legal bases; one key of an authority',
    [],
    {
      id: { value: 'ID', doc: 'name of the order', required: true },
      by: { value: 'PARTY', doc: 'the authority', required: true },
      reference: { value: 'TEXT', doc: 'the legal basis of the order itself', required: true },
      tier: { value: 'TIER', doc: 'tier concerned', required: true, multiple: true },
      basis: { value: 'ID', doc: 'legal basis inside which use goes on; none: nobody', multiple: true },
      from: { value: 'TIME', doc: 'such as 2026-12-01T17:00:00+09:00; default now' },
      until: { value: 'TIME', doc: 'when it ends by itself; default: when it is lifted' },
      ...REASON,
    },
    (args, context) => ({
      type: 'export.order',
      id: args.required('id'),
      by: args.required('by'),
      reference: args.required('reference'),
      reason: args.required('reason'),
      tiers: [...args.values('tier')],
      bases: [...args.values('basis')],
      from_ms: timeOf(args.value('from')) ?? context.nowMs(),
      until_ms: timeOf(args.value('until')),
    }),
  ),
  signed('export lift', 'lift an order', ['ID'], REASON, (args) => ({
    type: 'export.lift',
    id: args.operand(0),
    reason: args.required('reason'),
  })),
  {
    name: 'register',
    summary: 'the capability register, as far as one is cleared',
    operands: [],
    options: CREDENTIAL_OPTIONS,
    examples: ['sekisho register --key FILE'],
    async run(args, context) {
      const { json } = await (await openAdmin(args, context)).get('/v1/register')
      context.out(JSON.stringify(json, null, 2))
      return EXIT.ok
    },
  },
]

/** A command that makes one statement, signs it with every key given, and submits it. */
function signed(
  name: string,
  summary: string,
  operands: readonly string[],
  options: Readonly<Record<string, OptionSpec>>,
  body: (args: Arguments, context: CliContext) => JsonObject & { readonly type: string },
): Command {
  return {
    name,
    summary,
    operands,
    options: { ...options, ...SIGNED },
    examples: [['sekisho', name, ...operands, ...wordsNeeded(options), '--key FILE'].join(' ')],
    async run(args, context) {
      const index = await submit(args, context, body(args, context))
      context.err(`recorded; ledger entry ${index}`)
      context.out(String(index))
      return EXIT.ok
    },
  }
}

/** `--reason TEXT` and its like: an example that leaves one out would be refused. */
function wordsNeeded(options: Readonly<Record<string, OptionSpec>>): readonly string[] {
  return Object.entries(options)
    .filter(([, { required }]) => required === true)
    .map(([option, { value }]) => `--${option} ${value ?? ''}`.trimEnd())
}

async function calendar(args: Arguments, context: CliContext): Promise<number> {
  const { json } = await (await openAdmin(args, context)).get('/v1/rollout')
  const sectors = memberOf(json, 'sectors')
  const lines: readonly unknown[] = Array.isArray(sectors) ? sectors : []
  if (args.flag('json')) {
    context.out(JSON.stringify(lines))
    return EXIT.ok
  }
  const words = (value: unknown): string =>
    Array.isArray(value) && value.length > 0 ? value.join(', ') : '–'
  const rows = lines.map((line) => {
    const earliestMs = memberOf(line, 'earliestMs')
    const next = memberOf(line, 'next')
    return [
      textMember(line, 'sector'),
      textMember(line, 'stage'),
      textMember(line, 'state'),
      typeof next === 'string' ? next : '–',
      typeof earliestMs === 'number' ? localTime(earliestMs) : '–',
      words(memberOf(line, 'missing')),
      words(memberOf(line, 'approvers')),
    ]
  })
  context.out(columns([['sector', 'stage', 'rollout', 'next', 'earliest', 'missing', 'approvers'], ...rows]))
  return EXIT.ok
}

function digestOf(file: string, context: CliContext): string {
  try {
    return createHash('sha256')
      .update(readFileSync(path.resolve(context.cwd, file)))
      .digest('hex')
  } catch (cause) {
    throw new CliError('cli_file', `cannot read \`${file}\``, { cause })
  }
}

function daysOf(args: Arguments): number {
  const days = Number(args.value('days'))
  if (Number.isInteger(days) && days > 0) return days
  throw usageError('`--days` is a whole number above zero')
}

function timeOf(text: string | undefined): number | null {
  if (text === undefined) return null
  const ms = Date.parse(text)
  if (Number.isFinite(ms)) return ms
  throw usageError(`\`${text}\` is no time: 2026-12-01T17:00:00+09:00 is one`)
}
