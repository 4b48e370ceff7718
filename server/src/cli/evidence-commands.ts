/** `disclose`, `ledger open|hold|release|destroy`: evidence ordered, kept, and destroyed by signed statements. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import {
  FIELD_NAMES,
  type JsonObject,
  parseCheckpoint,
  parseSignedStatement,
  type SignedStatement,
  toBase64,
} from 'sekisho-verify'
import { CREDENTIAL_OPTIONS, openAdmin } from './admin-session.ts'
import type { Arguments, CliContext, Command } from './command.ts'
import { CliError, EXIT, usageError } from './error.ts'
import { ADMIN_OPTION, adminAddress, callServer, memberOf, numberMember } from './server-call.ts'
import { columns, localTime } from './show.ts'
import { KEYS_OPTION, readSigners } from './signer.ts'
import { signWith, statementBody } from './statements.ts'

/** A pack of a large span is read, proved and hashed entry by entry. */
const DISCLOSE_TIMEOUT_MS = 10 * 60_000
const FIELDS = [
  'kind',
  'time',
  'institution',
  'agreement',
  'model',
  'decision',
  'request',
  'response',
  'refers',
]
const REASON = { reason: { value: 'TEXT', doc: 'recorded, in clear', required: true } } as const

export const evidenceCommands: readonly Command[] = [
  {
    name: 'disclose',
    summary: 'order an evidence pack: the order is recorded, the pack proves its whole span',
    operands: [],
    options: {
      ...KEYS_OPTION,
      profile: { value: 'ID', doc: 'profile of the agreement: `regulator`, `auditor`, `incident`' },
      institution: {
        value: 'ID',
        doc: 'whose entries; without it those of all, which only a party may order',
      },
      from: { value: 'INDEX', doc: 'first entry of the span' },
      to: { value: 'INDEX', doc: 'entry after the last' },
      entries: { value: 'LIST', doc: 'only these, e.g. `42,43`; without it all of the span' },
      fields: { value: 'LIST', doc: `slots to show; default ${FIELDS.join(',')}` },
      content: { doc: 'show content as well' },
      seed: { value: 'HEX', doc: 'draw a sample: 64 hex digits, named after the checkpoint was fixed' },
      count: { value: 'N', doc: 'entries of the sample' },
      checkpoint: { value: 'FILE', doc: 'the checkpoint you fixed before you named the seed' },
      'epoch-keys': {
        value: 'FILE',
        doc: 'epoch keys that `sekisho custody open` wrote: lent for this pack',
      },
      reason: { value: 'TEXT', doc: 'recorded, in clear' },
      order: {
        value: 'FILE',
        doc: 'an order signed already, instead of all of the above but `--epoch-keys`',
      },
      out: { value: 'FILE', doc: 'where the pack goes', required: true },
      ...ADMIN_OPTION,
    },
    examples: [
      "sekisho disclose --profile auditor --institution mufg --from 0 --to 100 --reason 'annual audit' --key KEYS/mufg-audit.json --out pack.tar",
      'sekisho-verify pack pack.tar --key VKEY',
    ],
    notes:
      'Every order is a signed statement that stands in the ledger, whether or not a pack comes of it. Each order gives one pack:\nwhoever loses it orders again. What a profile may show, and who may order it, stands in the agreement.',
    run: disclose,
  },
  {
    name: 'ledger open',
    summary: 'list intents that no outcome closes yet, those past their deadline first',
    operands: [],
    options: { json: { doc: 'one JSON object, for scripts' }, ...CREDENTIAL_OPTIONS },
    examples: ['sekisho ledger open --key KEYS/mufg-lead.json'],
    notes:
      'Exits with 1 when one is past its deadline of fifteen minutes. After a crash all are closed as ambiguous at the start.',
    run: listOpen,
  },
  {
    name: 'ledger hold',
    summary: 'place a legal hold: what it covers is not destroyed while it stands',
    operands: ['HOLD_ID'],
    options: {
      ...KEYS_OPTION,
      institution: { value: 'ID', doc: 'whose content; without it everybody’s, which only a party may hold' },
      from: { value: 'TIME', doc: 'covers what was recorded at this time and later; default all' },
      ...REASON,
      ...ADMIN_OPTION,
    },
    examples: [
      "sekisho ledger hold case-7 --institution mufg --reason 'investigation' --key KEYS/jp.json --key KEYS/jp-2.json",
    ],
    run: (args, context) =>
      submit(args, context, {
        type: 'content.hold',
        id: args.operand(0),
        institution: args.value('institution') ?? null,
        from_ms: args.value('from') === undefined ? 0 : timeOf(args.required('from')),
        reason: args.required('reason'),
      }),
  },
  {
    name: 'ledger release',
    summary: 'lift a legal hold; whoever placed it signs',
    operands: ['HOLD_ID'],
    options: { ...KEYS_OPTION, ...REASON, ...ADMIN_OPTION },
    examples: ["sekisho ledger release case-7 --reason 'closed' --key KEYS/jp.json --key KEYS/jp-2.json"],
    run: (args, context) =>
      submit(args, context, {
        type: 'content.release',
        id: args.operand(0),
        reason: args.required('reason'),
      }),
  },
  {
    name: 'ledger destroy',
    summary: 'destroy content whose retention has ended; two persons sign',
    operands: [],
    options: {
      ...KEYS_OPTION,
      institution: { value: 'ID', doc: 'whose content', required: true },
      before: {
        value: 'TIME',
        doc: 'recorded before this time, e.g. `2021-11-01T00:00:00Z`',
        required: true,
      },
      class: {
        value: 'CLASS',
        doc: '`intent` (requests), `outcome` (answers); both without it',
        multiple: true,
      },
      ...REASON,
      ...ADMIN_OPTION,
    },
    examples: [
      "sekisho ledger destroy --institution mufg --before 2021-11-01T00:00:00Z --reason 'retention over' --key KEYS/mufg-lead.json --key KEYS/mufg-audit.json",
    ],
    notes:
      'There is no way back. Refused before the retention of the agreement ends, under a legal hold, and without two distinct\npersons of the institution with a role the agreement names. Every proof stays valid; what is gone reads *unavailable*.',
    run: (args, context) =>
      submit(args, context, {
        type: 'content.destroy',
        institution: args.required('institution'),
        classes: args.values('class').length > 0 ? [...args.values('class')] : ['intent', 'outcome'],
        before_ms: timeOf(args.required('before')),
        reason: args.required('reason'),
      }),
  },
]

async function submit(
  args: Arguments,
  context: CliContext,
  payload: JsonObject & { readonly type: string },
): Promise<number> {
  const body = sign(args, context, payload)
  const { json } = await callServer(context, 'POST', adminAddress(args, context), '/v1/statements', { body })
  context.err(`recorded as entry ${numberMember(json, 'index')}`)
  return EXIT.ok
}

function sign(
  args: Arguments,
  context: CliContext,
  payload: JsonObject & { readonly type: string },
): SignedStatement {
  const signers = readSigners(args, context)
  const body = statementBody(signers[0].programme, context.nowMs(), payload)
  return signWith(
    { body, signatures: [] },
    signers.map(({ key }) => key),
  )
}

async function disclose(args: Arguments, context: CliContext): Promise<number> {
  const file = args.value('order')
  const order =
    file === undefined
      ? sign(args, context, orderOf(args, context))
      : parseSignedStatement(readJson(file, context))
  const keysFile = args.value('epoch-keys')
  const lent = keysFile === undefined ? {} : { epoch_keys: memberOf(readJson(keysFile, context), 'keys') }
  const { bytes } = await callServer(context, 'POST', adminAddress(args, context), '/v1/disclosures', {
    body: { order, ...lent },
    timeoutMs: DISCLOSE_TIMEOUT_MS,
  })
  const out = args.required('out')
  writeFileSync(path.resolve(context.cwd, out), bytes, { mode: 0o600 })
  context.err(`written: ${out}, ${bytes.length} bytes. Check it with: sekisho-verify pack ${out} --key VKEY`)
  return EXIT.ok
}

function orderOf(args: Arguments, context: CliContext): JsonObject & { readonly type: string } {
  const needed = (name: string): string => {
    const value = args.value(name)
    if (value === undefined) throw usageError(`\`--${name}\` is missing`)
    return value
  }
  const given = (args.value('fields') ?? FIELDS.join(',')).split(',')
  const stranger = given.find((name) => !FIELD_NAMES.some((known) => known === name))
  if (stranger !== undefined) throw usageError(`a record has no slot \`${stranger}\``)
  const entries = args
    .value('entries')
    ?.split(',')
    .map((text) => numberOf('entries', text))
  return {
    type: 'disclosure.order',
    profile: needed('profile'),
    institution: args.value('institution') ?? null,
    from: numberOf('from', needed('from')),
    to: numberOf('to', needed('to')),
    entries: entries?.sort((a, b) => a - b) ?? null,
    // The order of the record: an order has one encoding.
    fields: FIELD_NAMES.filter((name) => given.includes(name)),
    content: args.flag('content'),
    sample: sampleOf(args, context),
    reason: needed('reason'),
  }
}

function sampleOf(args: Arguments, context: CliContext): JsonObject | null {
  const [seed, count, file] = [args.value('seed'), args.value('count'), args.value('checkpoint')]
  if (seed === undefined && count === undefined && file === undefined) return null
  if (seed === undefined || count === undefined || file === undefined)
    throw usageError('a sample takes `--seed`, `--count` and `--checkpoint`')
  const { size, root } = parseCheckpoint(read(file, context))
  return { seed, count: numberOf('count', count), size, root: toBase64(root) }
}

async function listOpen(args: Arguments, context: CliContext): Promise<number> {
  const { json } = await (await openAdmin(args, context)).get('/v1/ledger/open')
  const open = memberOf(json, 'open')
  const list: readonly unknown[] = Array.isArray(open) ? open : []
  const overdue = numberMember(json, 'overdue')
  if (args.flag('json')) context.out(JSON.stringify(json))
  else if (list.length === 0) context.err('no intent is open')
  else {
    const rows = list.map((each) => [
      String(numberMember(each, 'index')),
      localTime(numberMember(each, 'time_ms')),
      memberOf(each, 'overdue') === true ? 'past its deadline' : 'under way',
    ])
    context.out(columns([['entry', 'recorded', 'state'], ...rows.sort((a, b) => (a[2]! < b[2]! ? -1 : 1))])) // three columns a row
  }
  return overdue === 0 ? EXIT.ok : EXIT.failed
}

function numberOf(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw usageError(`\`--${name}\` takes numbers of entries`)
}

function timeOf(text: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isSafeInteger(ms) && ms >= 0) return ms
  throw usageError(`\`${text}\` is no time: write it like \`2021-11-01T00:00:00Z\``)
}

function readJson(file: string, context: CliContext): JsonObject {
  try {
    return JSON.parse(read(file, context).toString('utf8')) as JsonObject // members are checked where they are read
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new CliError('cli_file', `\`${file}\` is not JSON`, { cause })
  }
}

function read(file: string, context: CliContext): Buffer {
  try {
    return readFileSync(path.resolve(context.cwd, file))
  } catch (cause) {
    throw new CliError(
      'cli_file',
      `cannot read \`${file}\`: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    )
  }
}
