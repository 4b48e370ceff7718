/** `proposal …` and `vote`: changing the agreement, from the draft to the day it takes effect. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { JsonObject } from 'sekisho-verify'
import { loadAgreement } from '../agreement/index.ts'
import { makeReports } from '../proof/index.ts'
import { CREDENTIAL_OPTIONS, openAdmin } from './admin-session.ts'
import type { Arguments, CliContext, Command, OptionSpec } from './command.ts'
import { CliError, EXIT, usageError } from './error.ts'
import { ADMIN_OPTION, memberOf, numberMember, textMember } from './server-call.ts'
import { columns, localTime, plain } from './show.ts'
import { KEYS_OPTION, readSigners } from './signer.ts'
import { submit } from './stop-commands.ts'

const SIGNED: Readonly<Record<string, OptionSpec>> = { ...KEYS_OPTION, ...ADMIN_OPTION }
const REASON: Readonly<Record<string, OptionSpec>> = {
  reason: { value: 'TEXT', doc: 'recorded, in clear', required: true },
}
const BY: Readonly<Record<string, OptionSpec>> = {
  by: { value: 'PARTY', doc: 'the party that signs', required: true },
}

export const proposalCommands: readonly Command[] = [
  {
    name: 'proposal draft',
    summary: 'propose a new version of the agreement: the whole document goes into the ledger',
    operands: ['FILE'],
    options: {
      id: { value: 'ID', doc: 'name of the proposal', required: true },
      'title-en': { value: 'TEXT', doc: 'title in English', required: true },
      'title-ja': { value: 'TEXT', doc: 'title in Japanese', required: true },
      sector: { value: 'ID', doc: 'sector concerned; none means all', multiple: true },
      ...REASON,
      ...SIGNED,
    },
    examples: [
      "sekisho proposal draft v2.md --id power --title-en 'Open electric power' --title-ja '電力分野の開放' --sector electric_power --reason 'ready' --key KEYS/jp.json",
    ],
    notes: 'See what it changes first: sekisho agreement diff OLD NEW, sekisho agreement prove NEW.',
    run: draft,
  },
  {
    name: 'proposal list',
    summary: 'list proposals with their state',
    operands: [],
    options: { json: { doc: 'print JSON' }, ...CREDENTIAL_OPTIONS },
    examples: ['sekisho proposal list --key FILE'],
    run: list,
  },
  {
    name: 'proposal show',
    summary: 'show one proposal: steps, ballot, counts',
    operands: ['ID'],
    options: CREDENTIAL_OPTIONS,
    examples: ['sekisho proposal show power --key FILE'],
    run: show,
  },
  {
    name: 'proposal open',
    summary: 'open the ballot: difference and proof are computed here and bound to every vote',
    operands: ['ID'],
    options: {
      override: {
        value: 'INVARIANT=REASON',
        doc: 'why a soft invariant may be broken',
        multiple: true,
      },
      ...SIGNED,
    },
    examples: ['sekisho proposal open power --key KEYS/jp.json --key KEYS/jp-2.json'],
    notes: 'The server computes both again and refuses others, and a version that breaks a hard invariant.',
    run: open,
  },
  {
    name: 'proposal adopt',
    summary: "the parties' own decision, over exactly what was voted on; the time-lock begins",
    operands: ['ID'],
    options: SIGNED,
    examples: ['sekisho proposal adopt power --key KEYS/us.json --key KEYS/us-2.json …'],
    notes: 'Takes the threshold of every party. New parties bring keys: use `statement sign` for those.',
    run: adopt,
  },
  ...step('discuss', 'begin the discussion'),
  ...step('close', 'count the votes when the ballot is over', 'ballot.close', 'proposal'),
  ...step('activate', 'put into force what was adopted, when the time-lock is over'),
  ...step('expire', 'state that a proposal has lapsed'),
  ...ending('withdraw', 'withdraw one’s own proposal', {}),
  ...ending('veto', 'veto during the time-lock', BY),
  ...ending('reject', 'refuse to adopt', BY),
  {
    name: 'vote',
    summary: 'cast the vote of a seat; it binds to what was put before the voters',
    operands: ['PROPOSAL', 'CHOICE'],
    options: {
      seat: { value: 'SEAT', doc: 'for instance finance.private.2', required: true },
      body: { value: 'ID', doc: 'the body; default: the only one that votes' },
      ...SIGNED,
    },
    examples: ['sekisho vote power for --seat finance.private.1 --key KEYS/seat-finance-private-1.json'],
    notes:
      'CHOICE is `for`, `against`, `abstain` or `recuse`: a declared conflict of interest, which counts nowhere.',
    run: vote,
  },
]

/** A step that needs nothing but the proposal. */
function step(verb: string, summary: string, type = `proposal.${verb}`, member = 'id'): Command[] {
  return [
    {
      name: `proposal ${verb}`,
      summary,
      operands: ['ID'],
      options: SIGNED,
      examples: [`sekisho proposal ${verb} power --key KEYS/jp.json`],
      run: (args, context) => put(args, context, { type, [member]: args.operand(0) }),
    },
  ]
}

function ending(verb: string, summary: string, more: Readonly<Record<string, OptionSpec>>): Command[] {
  return [
    {
      name: `proposal ${verb}`,
      summary,
      operands: ['ID'],
      options: { ...more, ...REASON, ...SIGNED },
      examples: [
        `sekisho proposal ${verb} power ${more.by?.required === true ? '--by jp ' : ''}--reason '…' --key KEYS/jp.json`,
      ],
      run: (args, context) => {
        const by = args.value('by')
        const body = { type: `proposal.${verb}`, id: args.operand(0), reason: args.required('reason') }
        return put(args, context, by === undefined ? body : { ...body, by })
      },
    },
  ]
}

async function put(
  args: Arguments,
  context: CliContext,
  body: JsonObject & { readonly type: string },
): Promise<number> {
  const index = await submit(args, context, body)
  context.err(`${body.type}: ledger entry ${index}`)
  context.out(String(index))
  return EXIT.ok
}

async function draft(args: Arguments, context: CliContext): Promise<number> {
  const file = path.resolve(context.cwd, args.operand(0))
  let document: string
  try {
    document = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new CliError('cli_file', `cannot read \`${args.operands[0]}\``, { cause })
  }
  loadAgreement(document, file)
  const [signer] = readSigners(args, context)
  const inForce = loadAgreement(
    (await (await openAdmin(args, context, signer)).get('/v1/agreement')).text,
    'agreement in force',
  )
  return put(args, context, {
    type: 'proposal.draft',
    id: args.required('id'),
    title: { en: args.required('title-en'), ja: args.required('title-ja') },
    base: { version: inForce.version, digest: inForce.digest },
    document,
    sectors: [...args.values('sector')],
    reason: args.required('reason'),
  })
}

async function list(args: Arguments, context: CliContext): Promise<number> {
  const { json } = await (await openAdmin(args, context)).get('/v1/proposals')
  const proposals = memberOf(json, 'proposals')
  const rows: readonly unknown[] = Array.isArray(proposals) ? proposals : []
  if (args.flag('json')) context.out(JSON.stringify(rows))
  else if (rows.length === 0) context.err('nothing has been proposed')
  else {
    const row = (each: unknown): string[] => [
      textMember(each, 'id'),
      textMember(each, 'state'),
      textMember(each, 'author'),
      localTime(numberMember(each, 'draftedAtMs')),
      plain(textMember(memberOf(each, 'title'), 'en')),
    ]
    context.out(columns([['id', 'state', 'by', 'drafted', 'title'], ...rows.map(row)]))
  }
  return EXIT.ok
}

async function show(args: Arguments, context: CliContext): Promise<number> {
  const { json } = await (await openAdmin(args, context)).get(`/v1/proposals/${args.operands[0]}`)
  context.out(JSON.stringify(json, null, 2))
  return EXIT.ok
}

async function open(args: Arguments, context: CliContext): Promise<number> {
  const id = args.operand(0)
  const [signer] = readSigners(args, context)
  const session = await openAdmin(args, context, signer)
  const { json } = await session.get(`/v1/proposals/${id}`)
  const overrides = args.values('override').map(overrideOf)
  if (textMember(json, 'kind') === 'ruling') {
    const ruling = { document: textMember(json, 'document'), difference: null, proof: null }
    return put(args, context, { type: 'ballot.open', proposal: id, ...ruling, overrides })
  }
  const document = (await session.get(`/v1/proposals/${id}/document`)).text
  const reports = makeReports((await session.get('/v1/agreement')).text, document)
  context.err(`difference ${reports.difference}\nproof      ${reports.proof}`)
  return put(args, context, {
    type: 'ballot.open',
    proposal: id,
    document: reports.document,
    difference: reports.difference,
    proof: reports.proof,
    overrides,
  })
}

async function adopt(args: Arguments, context: CliContext): Promise<number> {
  const id = args.operand(0)
  const { subject } = await ballotOf(args, context, id)
  return put(args, context, { type: 'proposal.adopt', id, subject, parties: [] })
}

async function vote(args: Arguments, context: CliContext): Promise<number> {
  const [proposal, choice] = args.operands
  const { subject, bodies } = await ballotOf(args, context, proposal!)
  const body = args.value('body') ?? (bodies.length === 1 ? bodies[0] : undefined)
  if (body === undefined) throw usageError(`say which body votes: --body ${bodies.join(' or ')}`)
  const seat = args.required('seat')
  return put(args, context, {
    type: 'ballot.cast',
    proposal: proposal!,
    body,
    seat,
    subject,
    choice: choice!,
  })
}

async function ballotOf(
  args: Arguments,
  context: CliContext,
  id: string,
): Promise<{ readonly subject: string; readonly bodies: readonly string[] }> {
  const [signer] = readSigners(args, context)
  const { json } = await (await openAdmin(args, context, signer)).get(`/v1/proposals/${id}`)
  const ballot = memberOf(json, 'ballot')
  const bodies = memberOf(ballot, 'bodies')
  return {
    subject: textMember(ballot, 'subject'),
    bodies: (Array.isArray(bodies) ? bodies : []).map((body: unknown) => textMember(body, 'body')),
  }
}

function overrideOf(text: string): { readonly invariant: string; readonly reason: string } {
  const [invariant, ...words] = text.split('=')
  if (invariant === undefined || words.length === 0) throw usageError('`--override` is INVARIANT=REASON')
  return { invariant, reason: words.join('=') }
}
