/** `run …` and `deconflict`: operations on the server, watched live. Spec: docs/spec/run.md. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { CREDENTIAL_OPTIONS, mintAdmin } from './admin-session.ts'
import { integerOption } from './arguments.ts'
import type { Arguments, CliContext, Command, OptionSpec } from './command.ts'
import { CliError, EXIT, usageError } from './error.ts'
import { type Address, adminAddress, callServer, memberOf, numberMember, textMember } from './server-call.ts'
import { eventsOf } from './server-events.ts'
import { columns, localTime, plain } from './show.ts'
import { readSigner } from './signer.ts'
import { mintToken } from './token-commands.ts'
import { readInput, ruleFiles } from './triage-command.ts'

const UPLOAD_TIMEOUT_MS = 120_000
const CALL_TIMEOUT_MS = 120_000
const ADMIN_TTL_S = 600

const ACTING: Readonly<Record<string, OptionSpec>> = {
  ...CREDENTIAL_OPTIONS,
  engagement: { value: 'ID', doc: 'engagement the run works in' },
  ttl: { value: 'SECONDS', doc: 'lifetime of the token that the run acts with; default 3600' },
}
const OUT = {
  out: { value: 'FOLDER', doc: 'write `findings.jsonl`, `layer.json` and `run.json` there when it is done' },
}
const WATCHING = { ...OUT, json: { doc: 'one event a line as JSON, for scripts' } }

export const runCommands: readonly Command[] = [
  {
    name: 'run start',
    summary: 'start alert and log triage as a governed run and watch it; prints its id',
    operands: ['LOG_FILE'],
    options: {
      ...ACTING,
      rules: { value: 'PATH', doc: 'a Sigma rule, or a folder of rules', required: true, multiple: true },
      assets: { value: 'FILE', doc: 'list of assets: hosts and how much they matter' },
      model: { value: 'ID', doc: 'model that plans; default rehearsal/1, which is no AI' },
      tool: { value: 'NAME', doc: 'a further tool of the institution that it may ask for', multiple: true },
      product: { value: 'NAME', doc: 'log source of records that do not name their own' },
      category: { value: 'NAME', doc: 'the same: category' },
      service: { value: 'NAME', doc: 'the same: service' },
      calls: { value: 'N', doc: 'tool calls at most; default 50' },
      tokens: { value: 'N', doc: 'tokens at most; default 500,000' },
      minutes: { value: 'N', doc: 'minutes at work at most; default 60' },
      detach: { doc: 'do not watch: print the id and leave' },
      ...WATCHING,
    },
    examples: [
      'sekisho run start vectors/sigma/events.jsonl --rules vectors/sigma/rules --key KEYS/mufg-analyst.json',
    ],
    notes:
      'The run goes on when you stop watching. Exits with 1 when it failed, was cancelled, or waits for somebody.',
    run: startRun,
  },
  {
    name: 'run list',
    summary: 'runs of the institution, newest first',
    operands: [],
    options: { ...CREDENTIAL_OPTIONS, json: { doc: 'one JSON object a line, for scripts' } },
    examples: ['sekisho run list --key KEYS/mufg-analyst.json'],
    run: listRuns,
  },
  {
    name: 'run show',
    summary: 'one run: its steps with decisions and receipts, its findings',
    operands: ['RUN_ID'],
    options: { ...CREDENTIAL_OPTIONS, ...WATCHING },
    examples: ['sekisho run show run_… --key KEYS/mufg-analyst.json --out findings'],
    async run(args, context) {
      const session = await open(args, context)
      const run = await session.get(`/v1/runs/${idOf(args)}`)
      if (args.flag('json')) context.out(JSON.stringify(run))
      else showRun(run, context)
      writeResult(run, args, context)
      return EXIT.ok
    },
  },
  {
    name: 'run watch',
    summary: 'steps of a run as they happen, until it is over',
    operands: ['RUN_ID'],
    options: { ...CREDENTIAL_OPTIONS, ...WATCHING },
    examples: ['sekisho run watch run_… --key KEYS/mufg-analyst.json'],
    run: async (args, context) => watch(idOf(args), await open(args, context), args, context),
  },
  control('pause', 'let the step under way end, then wait'),
  {
    name: 'run resume',
    summary: 'take up a run that is paused, waits, or was interrupted, and watch it',
    operands: ['RUN_ID'],
    options: {
      ...ACTING,
      repeat: { doc: 'a step whose outcome is not known is made anew: you found out that it did not happen' },
      skip: { doc: 'it is not: the model is told that the outcome is not known' },
      detach: { doc: 'do not watch' },
      ...WATCHING,
    },
    examples: ['sekisho run resume run_… --key KEYS/mufg-analyst.json'],
    notes: 'By whoever started it. A token for the run is minted with the key.',
    async run(args, context) {
      if (args.flag('repeat') && args.flag('skip')) throw usageError('say `--repeat` or `--skip`')
      const session = await open(args, context)
      const { token } = await mintToken(args, context, readSigner(args, context))
      const choice = args.flag('repeat') ? 'repeat' : args.flag('skip') ? 'skip' : null
      await session.post(`/v1/runs/${idOf(args)}/resume`, { token, choice })
      return args.flag('detach') ? EXIT.ok : watch(idOf(args), session, args, context)
    },
  },
  control('cancel', 'end a run; what is under way is stopped'),
  {
    name: 'deconflict',
    summary: '“is this ours?”: whether an action on the network was a tool call of the institution',
    operands: [],
    options: {
      ...CREDENTIAL_OPTIONS,
      receipt: { value: 'ID', doc: 'receipt id that the call carried: header `sekisho-receipt`, `rcpt-…`' },
      target: { value: 'NAME', doc: 'address, name or URL that was acted upon' },
      from: { value: 'TIME', doc: 'with `--target`: from when, e.g. 2026-11-22T09:00Z' },
      to: { value: 'TIME', doc: 'until when; default now' },
      json: { doc: 'one JSON object, for scripts' },
    },
    examples: [
      'sekisho deconflict --receipt rcpt-1234 --key KEYS/mufg-lead.json',
      'sekisho deconflict --target 192.0.2.7 --from 2026-11-22T09:00Z --key KEYS/mufg-lead.json',
    ],
    notes:
      'Exits with 0 when it is ours, with 1 when no such call was found or the call was never forwarded.',
    run: deconflict,
  },
]

function control(verb: 'pause' | 'cancel', summary: string): Command {
  return {
    name: `run ${verb}`,
    summary,
    operands: ['RUN_ID'],
    options: CREDENTIAL_OPTIONS,
    examples: [`sekisho run ${verb} run_… --key KEYS/mufg-analyst.json`],
    async run(args, context) {
      const run = await (await open(args, context)).post(`/v1/runs/${idOf(args)}/${verb}`, {})
      context.err(`${textMember(run, 'run')} is ${textMember(run, 'state')}`)
      return EXIT.ok
    },
  }
}

interface Session {
  readonly address: Address
  readonly token: string
  get(path: string): Promise<unknown>
  post(path: string, body: unknown): Promise<unknown>
}

async function open(args: Arguments, context: CliContext): Promise<Session> {
  const address = adminAddress(args, context)
  const { token } = await mintAdmin(args, context, readSigner(args, context), ADMIN_TTL_S)
  const timeoutMs = CALL_TIMEOUT_MS
  return {
    address,
    token,
    get: async (at) => (await callServer(context, 'GET', address, at, { token, timeoutMs })).json,
    post: async (at, body) =>
      (await callServer(context, 'POST', address, at, { token, body, timeoutMs })).json,
  }
}

function idOf(args: Arguments): string {
  const id = args.operand(0)
  if (!/^run_[0-9a-z]{1,64}$/.test(id)) throw usageError('a run is named `run_…`: see `sekisho run list`')
  return id
}

async function startRun(args: Arguments, context: CliContext): Promise<number> {
  const files = ruleFiles(args, context)
  const rules = Object.fromEntries(
    files.map((file) => [path.relative(context.cwd, file), readFileSync(file, 'utf8')]),
  )
  const log = readInput(args.operand(0), context)
  const assets = args.value('assets')
  const session = await open(args, context)
  const upload = (body: Buffer) => uploadInput(body, session, context)
  const inputs = {
    log: await upload(log),
    rules: await upload(Buffer.from(JSON.stringify({ files: rules }))),
    ...(assets === undefined ? {} : { assets: await upload(readInput(assets, context)) }),
  }
  const { token } = await mintToken(args, context, readSigner(args, context))
  const run = await session.post('/v1/runs', { operation: 'triage', inputs, token, ...settingsOf(args) })
  const id = textMember(run, 'run')
  context.out(id)
  return args.flag('detach') ? EXIT.ok : watch(id, session, args, context)
}

function settingsOf(args: Arguments): object {
  const given = (names: readonly string[]) =>
    Object.fromEntries(
      names.flatMap((name) => (args.value(name) === undefined ? [] : [[name, args.value(name)]])),
    )
  const numbers = ['calls', 'tokens', 'minutes'].flatMap((name) => {
    return args.value(name) === undefined ? [] : [[name, integerOption(args, name, 1, 1, 10_000_000)]]
  })
  return {
    ...given(['model', 'engagement']),
    options: { ...given(['product', 'category', 'service']), tools: args.values('tool') },
    budget: Object.fromEntries(numbers),
  }
}

async function uploadInput(body: Buffer, { address, token }: Session, context: CliContext): Promise<string> {
  const response = await context.fetch(`${address.url}/v1/run-inputs`, {
    method: 'POST',
    redirect: 'error',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
    body: new Uint8Array(body),
    signal: AbortSignal.timeout(UPLOAD_TIMEOUT_MS),
  })
  const answer: unknown = await response.json().catch(() => null)
  if (response.ok) return textMember(answer, 'sha256')
  throw new CliError(
    'cli_server_refused',
    String(memberOf(answer, 'detail') ?? `answered ${response.status}`),
  )
}

/** Until the run is over, or waits for a person. */
async function watch(id: string, session: Session, args: Arguments, context: CliContext): Promise<number> {
  const seen = new Map<number, string>()
  let last: unknown = null
  for await (const { event, data } of eventsOf(
    context,
    session.address,
    `/v1/runs/${id}/events`,
    session.token,
  )) {
    if (args.flag('json')) context.out(JSON.stringify({ event, ...(data as object) }))
    else if (event === 'step') sayStep(data, seen, context)
    else if (event === 'progress') sayProgress(data, context)
    if (event !== 'run') continue
    last = data
    const state = textMember(data, 'state')
    if (['held', 'ambiguous', 'paused'].includes(state)) break
  }
  const run = await session.get(`/v1/runs/${id}`)
  const state = textMember(run ?? last, 'state')
  sayEnd(run, context)
  writeResult(run, args, context)
  return state === 'done' ? EXIT.ok : EXIT.failed
}

function sayStep(step: unknown, seen: Map<number, string>, context: CliContext): void {
  const number = numberMember(step, 'step')
  const end = textMember(step, 'end')
  if (seen.get(number) === end) return
  seen.set(number, end)
  const tool = memberOf(step, 'tool')
  const what =
    memberOf(step, 'kind') === 'ask'
      ? `asked ${memberOf(step, 'served') ?? 'the model'}`
      : plain(String(tool))
  const repeats = memberOf(step, 'repeats')
  const again = typeof repeats === 'number' ? `, anew for rcpt-${repeats}` : ''
  context.err(`${String(number).padStart(3)}  ${what}: ${end}${again}  ${textMember(step, 'receipt')}`)
}

function sayProgress(progress: unknown, context: CliContext): void {
  const [bytes, of] = [numberMember(progress, 'bytes'), numberMember(progress, 'of')]
  context.err(
    `     ${numberMember(progress, 'records')} records, ${Math.floor((bytes * 100) / Math.max(1, of))} %`,
  )
}

function sayEnd(run: unknown, context: CliContext): void {
  const reason = memberOf(run, 'reason')
  const waits = memberOf(run, 'waits_for')
  const decision = memberOf(waits, 'decision')
  context.err(
    `${textMember(run, 'run')} is ${textMember(run, 'state')}${typeof reason === 'string' ? ` (${reason})` : ''}`,
  )
  if (memberOf(run, 'state') === 'held' && typeof decision === 'string')
    context.err(
      `it waits for somebody else: sekisho approve ${decision} --key THEIR_KEY; it goes on by itself then`,
    )
  if (memberOf(run, 'state') === 'ambiguous')
    context.err(
      'what was sent may have happened: find out, then `sekisho run resume` with `--repeat` or `--skip`',
    )
  const used = memberOf(run, 'used')
  context.err(
    `calls: ${memberOf(used, 'proposed')} proposed, ${memberOf(used, 'denied')} denied, ${memberOf(used, 'held')} held, ${memberOf(used, 'executed')} executed; ${memberOf(used, 'tokens')} tokens`,
  )
  const result = memberOf(run, 'result')
  if (result === null || result === undefined) return
  context.err(
    `${memberOf(run, 'findings')} findings by ${memberOf(result, 'maker')}, ${memberOf(run, 'rejected')} rejected, of ${memberOf(result, 'detections')} detections`,
  )
}

function showRun(run: unknown, context: CliContext): void {
  const steps = memberOf(run, 'list')
  const rows = (Array.isArray(steps) ? steps : []).map((step: unknown) => [
    String(numberMember(step, 'step')),
    localTime(numberMember(step, 'at_ms')),
    memberOf(step, 'kind') === 'ask' ? 'ask' : plain(String(memberOf(step, 'tool'))),
    textMember(step, 'end'),
    String(memberOf(step, 'decision') ?? '–'),
    textMember(step, 'receipt'),
  ])
  context.out(columns([['step', 'time', 'what', 'end', 'decision', 'receipt'], ...rows]))
  sayEnd(run, context)
}

function writeResult(run: unknown, args: Arguments, context: CliContext): void {
  const out = args.value('out')
  const result = memberOf(run, 'result')
  if (out === undefined || typeof result !== 'object' || result === null) return
  const folder = path.resolve(context.cwd, out)
  const findings = memberOf(result, 'findings')
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    path.join(folder, 'findings.jsonl'),
    (Array.isArray(findings) ? findings : []).map((one) => `${JSON.stringify(one)}\n`).join(''),
  )
  writeFileSync(path.join(folder, 'layer.json'), `${JSON.stringify(memberOf(result, 'layer'), null, 2)}\n`)
  writeFileSync(path.join(folder, 'run.json'), `${JSON.stringify(run, null, 2)}\n`)
  context.err(`findings.jsonl, layer.json and run.json are in ${folder}`)
}

async function listRuns(args: Arguments, context: CliContext): Promise<number> {
  const answer = await (await open(args, context)).get('/v1/runs')
  const runs = memberOf(answer, 'runs')
  const list: readonly unknown[] = Array.isArray(runs) ? runs : []
  if (args.flag('json')) for (const run of list) context.out(JSON.stringify(run))
  else if (list.length === 0) context.err('no runs')
  else {
    const rows = list.map((run) => [
      textMember(run, 'run'),
      memberOf(run, 'state') === 'ready' && memberOf(run, 'driven') !== true
        ? 'interrupted'
        : textMember(run, 'state'),
      textMember(run, 'operation'),
      textMember(run, 'model'),
      textMember(run, 'actor'),
      localTime(numberMember(run, 'started_ms')),
      String(numberMember(run, 'steps')),
      String(memberOf(run, 'findings') ?? '–'),
    ])
    context.out(
      columns([['run', 'state', 'operation', 'model', 'by', 'started', 'steps', 'findings'], ...rows]),
    )
  }
  return EXIT.ok
}

async function deconflict(args: Arguments, context: CliContext): Promise<number> {
  const query = new URLSearchParams()
  const receipt = args.value('receipt')
  const target = args.value('target')
  if ((receipt === undefined) === (target === undefined))
    throw usageError('say `--receipt`, or `--target` with `--from`')
  if (receipt !== undefined) query.set('receipt', receipt)
  else {
    query.set('target', target ?? '')
    query.set('from', String(timeOf(args.value('from'), '--from')))
    query.set(
      'to',
      String(args.value('to') === undefined ? context.nowMs() : timeOf(args.value('to'), '--to')),
    )
  }
  const found = await (await open(args, context)).get(`/v1/deconflict?${query}`)
  const ours = textMember(found, 'ours')
  const actions = memberOf(found, 'actions')
  if (args.flag('json')) context.out(JSON.stringify(found))
  else {
    const rows = (Array.isArray(actions) ? actions : []).map((one: unknown) => [
      textMember(one, 'receipt'),
      localTime(numberMember(one, 'time_ms')),
      textMember(one, 'tool'),
      textMember(one, 'verdict'),
      textMember(one, 'actor'),
      String(memberOf(one, 'engagement') ?? '–'),
      String(memberOf(one, 'run') ?? '–'),
    ])
    if (rows.length > 0)
      context.out(columns([['receipt', 'time', 'tool', 'verdict', 'by', 'engagement', 'run'], ...rows]))
    context.err(OURS[ours] ?? ours)
    if (memberOf(found, 'cut') === true) context.err('the search ended at its limit: narrow the time')
  }
  return ours === 'yes' ? EXIT.ok : EXIT.failed
}

const OURS: Readonly<Record<string, string>> = {
  yes: 'ours: a governed tool call of the institution',
  stopped: 'asked for here, and never forwarded: what you see is not from that call',
  no: 'no such tool call of the institution was found; what clients run by themselves does not pass here',
}

function timeOf(text: string | undefined, name: string): number {
  const time = Date.parse(text ?? '')
  if (Number.isNaN(time)) throw usageError(`\`${name}\` is a time such as 2026-11-22T09:00Z`)
  return time
}
