/** `triage`: logs against detection rules, without a server and without a model. Spec: docs/spec/triage.md. */
import { globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { VERSION } from '../base/index.ts'
import { compileRules, parseRule, SigmaError, type SigmaRule } from '../sigma/index.ts'
import {
  attackLayer,
  type Case,
  findingOf,
  NO_ASSETS,
  parseAssets,
  type Triage,
  triage,
} from '../triage/index.ts'
import type { Arguments, CliContext, Command } from './command.ts'
import { CliError, EXIT } from './error.ts'
import { columns } from './show.ts'

const CASES_SHOWN_MAX = 50
const MAKER = 'rules only (no AI)'

export const triageCommand: Command = {
  name: 'triage',
  summary: 'match a log file against Sigma rules: cases, verdicts, cited records',
  operands: ['LOG_FILE'],
  options: {
    rules: { value: 'PATH', doc: 'a rule, or a folder of rules', required: true, multiple: true },
    assets: { value: 'FILE', doc: 'list of assets: hosts and how much they matter' },
    product: { value: 'NAME', doc: 'log source of records that do not name their own' },
    category: { value: 'NAME', doc: 'the same: category' },
    service: { value: 'NAME', doc: 'the same: service' },
    out: { value: 'FOLDER', doc: 'write `findings.jsonl` (OCSF) and `layer.json` (ATT&CK Navigator) there' },
    json: { doc: 'print one case a line as JSON, for scripts' },
  },
  examples: [
    'sekisho triage vectors/sigma/events.jsonl --rules vectors/sigma/rules',
    'sekisho triage auth.log --rules rules/linux --assets assets.yaml --out findings',
  ],
  notes: 'Rules that cannot be matched are named and left out. Exits with 0 whatever it finds.',
  async run(args, context) {
    const [file = ''] = args.operands
    const rules = readRules(args, context)
    const input = readInput(file, context)
    const assetsFile = args.value('assets')
    const startedMs = performance.now()
    const result = triage(input, {
      rules: compileRules(rules),
      assets:
        assetsFile === undefined ? NO_ASSETS : parseAssets(readInput(assetsFile, context).toString('utf8')),
      given: {
        product: args.value('product') ?? null,
        category: args.value('category') ?? null,
        service: args.value('service') ?? null,
      },
      nowMs: context.nowMs(),
      onProgress: (records, bytes) => {
        if (records % 100_000 === 0)
          context.err(`${records} records, ${Math.floor((bytes * 100) / input.length)} %`)
      },
    })
    writeFindings(result, args, context)
    if (args.flag('json')) for (const one of result.cases) context.out(JSON.stringify(lineOf(one)))
    else show(result, Math.round(performance.now() - startedMs), context)
    return EXIT.ok
  },
}

/** Files of rules that `--rules` names, folders looked into. */
export function ruleFiles(args: Arguments, context: CliContext): readonly string[] {
  return args.values('rules').flatMap((given) => {
    const at = path.resolve(context.cwd, given)
    if (!(statSync(at, { throwIfNoEntry: false }) ?? failed(given)).isDirectory()) return [at]
    return globSync('**/*.{yml,yaml}', { cwd: at })
      .sort()
      .map((name) => path.join(at, name))
  })
}

function readRules(args: Arguments, context: CliContext): SigmaRule[] {
  const rules: SigmaRule[] = []
  for (const file of ruleFiles(args, context)) {
    try {
      rules.push(parseRule(readFileSync(file, 'utf8'), path.relative(context.cwd, file)))
    } catch (error) {
      if (!(error instanceof SigmaError)) throw error
      context.err(`left out: ${error.message} (${error.code})`)
    }
  }
  if (rules.length === 0)
    throw new CliError('cli_file', 'there is no rule that can be matched under `--rules`')
  return rules
}

export function readInput(file: string, context: CliContext): Buffer {
  try {
    return readFileSync(path.resolve(context.cwd, file))
  } catch (cause) {
    throw new CliError('cli_file', `cannot read \`${file}\`: ${(cause as Error).message}`, { cause })
  }
}

function failed(file: string): never {
  throw new CliError('cli_file', `there is no \`${file}\``)
}

function writeFindings(result: Triage, args: Arguments, context: CliContext): void {
  const out = args.value('out')
  if (out === undefined) return
  const folder = path.resolve(context.cwd, out)
  mkdirSync(folder, { recursive: true })
  const about = { nowMs: context.nowMs(), maker: MAKER, productVersion: VERSION }
  const findings = result.cases.map((one, i) => `${JSON.stringify(findingOf(one, i, result, about))}\n`)
  writeFileSync(path.join(folder, 'findings.jsonl'), findings.join(''))
  writeFileSync(
    path.join(folder, 'layer.json'),
    `${JSON.stringify(attackLayer(result, 'Sekisho triage'), null, 2)}\n`,
  )
  context.err(`${findings.length} findings in ${path.join(folder, 'findings.jsonl')}`)
}

function show(result: Triage, elapsedMs: number, context: CliContext): void {
  const { input, unread, clocks, cases } = result
  const rows = cases
    .slice(0, CASES_SHOWN_MAX)
    .map((one) => [
      one.verdict,
      one.level,
      one.host ?? '–',
      one.asset === null ? '–' : `${one.asset.id} (${one.asset.criticality})`,
      one.firstMs === null ? '–' : new Date(one.firstMs).toISOString(),
      String(one.detections.length),
      one.techniques.slice(0, 4).join(' '),
      one.detections[0]?.rule.title ?? '',
    ])
  if (rows.length > 0)
    context.out(
      columns([['verdict', 'level', 'host', 'asset', 'from', 'hits', 'techniques', 'first rule'], ...rows]),
    )
  if (cases.length > rows.length) context.err(`and ${cases.length - rows.length} cases more`)
  context.err(
    `${input.records} records, ${result.rules} rules, ${result.detections} detections in ${cases.length} cases, ${elapsedMs} ms; input sha256 ${input.sha256}`,
  )
  if (unread.count > 0)
    context.err(
      `${unread.count} lines not read or damaged, first: line ${unread.first[0]?.line} (${unread.first[0]?.defect})`,
    )
  if (clocks.missing + clocks.ahead > 0)
    context.err(`clocks: ${clocks.missing} records without a time, ${clocks.ahead} in the future`)
  if (result.detectionsDropped > 0)
    context.err(`${result.detectionsDropped} detections beyond the limit were counted and not kept`)
}

function lineOf(one: Case) {
  const { host, asset, firstMs, lastMs, level, techniques, verdict, because } = one
  const detections = one.detections.map(({ rule, event }) => ({
    rule: rule.id,
    title: rule.title,
    level: rule.level,
    event,
  }))
  return {
    verdict,
    because,
    level,
    host,
    asset: asset?.id ?? null,
    first_ms: firstMs,
    last_ms: lastMs,
    techniques,
    detections,
  }
}
