/** `agreement …`: what a document decides and what an amendment changes. They read files and change nothing. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { factIsOneOf, type Language } from '../agreement/index.ts'
import { createDecider, type Decision, unpackFacts } from '../authorization/index.ts'
import {
  allowedNear,
  compareAgreements,
  decideScenarios,
  differenceText,
  parseFacts,
  parseScenarios,
  proofText,
  proveAgreement,
  requestInWords,
  writeSmt,
} from '../proof/index.ts'
import { COMMON, jsonOf, languageOf, read, readAgreement, readFileText, write } from './agreement-file.ts'
import { fillTemplate } from './agreement-new.ts'
import { replayCommand } from './agreement-replay.ts'
import type { Arguments, CliContext, Command } from './command.ts'
import { CliError, EXIT } from './error.ts'
import { memberOf } from './server-call.ts'

export const agreementCommands: readonly Command[] = [
  {
    name: 'agreement prove',
    summary: 'prove the invariants of an agreement over every record of facts, or show what breaks them',
    operands: ['FILE'],
    options: { ...COMMON, smt: { value: 'FILE', doc: 'write the same queries as SMT-LIB 2 for z3 or cvc5' } },
    examples: [
      'sekisho agreement prove agreements/us-japan-2026/agreement.md',
      'sekisho agreement prove FILE --json > proof.json',
      'sekisho agreement prove FILE --smt q.smt2 && z3 q.smt2',
    ],
    notes:
      'Ends with 1 when a hard invariant is broken: such a version cannot be put to a vote. What is proved and\nwhat is not: docs/spec/proof.md.',
    run: prove,
  },
  {
    name: 'agreement diff',
    summary: 'show exactly which decisions two versions of an agreement take otherwise',
    operands: ['OLD', 'NEW'],
    options: COMMON,
    examples: ['sekisho agreement diff v1.md v2.md', 'sekisho agreement diff v1.md v2.md --lang ja'],
    notes: 'Records of facts are possibilities, not traffic.',
    run: diff,
  },
  replayCommand,
  {
    name: 'agreement scenarios',
    summary: 'decide named scenarios under a version, or under two',
    operands: ['FILE', 'SCENARIOS'],
    options: { ...COMMON, against: { value: 'OLD', doc: 'another version: what differs is marked' } },
    examples: [
      'sekisho agreement scenarios agreements/us-japan-2026/agreement.md agreements/us-japan-2026/scenarios.json',
    ],
    notes: 'Without `--against` it ends with 1 when an answer is not what the scenario expects.',
    run: scenarios,
  },
  {
    name: 'agreement new',
    summary: 'write an agreement for another partner from the template: it loads, and waits for signatures',
    operands: ['OUT'],
    options: {
      from: { value: 'FILE', doc: 'the template; default agreements/template/agreement.md' },
      id: { value: 'ID', doc: 'id of the agreement, for instance us-uk-2026', required: true },
      party: { value: 'ID', doc: "id of the partner's authority, for instance uk", required: true },
      jurisdiction: { value: 'XX', doc: 'two capital letters', required: true },
      'name-en': { value: 'TEXT', doc: 'name of the authority in English', required: true },
      'name-ja': { value: 'TEXT', doc: 'name of the authority in Japanese', required: true },
    },
    examples: [
      "sekisho agreement new us-uk.md --id us-uk-2026 --party uk --jurisdiction GB --name-en 'Authority of the United Kingdom' --name-ja '英国当局'",
    ],
    run: create,
  },
  {
    name: 'agreement explain',
    summary: 'decide one record of facts under an agreement and say why, and what would have to be different',
    operands: ['FILE'],
    options: {
      ...COMMON,
      facts: {
        value: 'JSON|DECISION',
        doc: 'facts as JSON, a packed key, a recorded decision with `facts`, or a file with one of them',
        required: true,
      },
    },
    examples: [
      `sekisho agreement explain FILE --facts '{"side":"offensive"}'`,
      'sekisho agreement explain FILE --facts decision.json --lang ja',
    ],
    notes: 'Facts that are left out of JSON are those of an ordinary request.',
    run: explain,
  },
]

async function prove(args: Arguments, context: CliContext): Promise<number> {
  const language = languageOf(args)
  const agreement = readAgreement(args.operand(0), context)
  const proof = proveAgreement(agreement)
  const smt = args.value('smt')
  if (smt !== undefined) write(smt, writeSmt(agreement), context)
  if (args.flag('json')) context.out(proof.report)
  else context.out(proofText(proof, language).join('\n'))
  if (proof.brokenHard.length === 0) return EXIT.ok
  context.err(`broken: ${proof.brokenHard.join(', ')}. This version cannot be put to a vote.`)
  return EXIT.failed
}

async function diff(args: Arguments, context: CliContext): Promise<number> {
  const language = languageOf(args)
  const [before, after] = args.operands.map((file) => readAgreement(file, context))
  // Both operands are required: `readArguments` saw to it.
  const difference = compareAgreements(before!, after!)
  if (args.flag('json')) context.out(difference.report)
  else context.out(differenceText(difference, language).join('\n'))
  return EXIT.ok
}

async function scenarios(args: Arguments, context: CliContext): Promise<number> {
  const language = languageOf(args)
  const agreement = readAgreement(args.operand(0), context)
  const named = parseScenarios(jsonOf(readFileText(args.operand(1), context)))
  const results = decideScenarios(agreement, named)
  const against = args.value('against')
  const old = against === undefined ? null : decideScenarios(readAgreement(against, context), named)
  if (args.flag('json')) context.out(JSON.stringify({ results, against: old }))
  for (const [at, { scenario, verdict, clauses }] of results.entries()) {
    if (args.flag('json')) break
    const before = old?.[at]?.verdict
    const word = (one: keyof typeof VERDICTS): string => VERDICTS[one][language]
    const change = before === undefined || before === verdict ? '' : `  (${word(before)} → ${word(verdict)})`
    const expected = { en: 'expected', ja: '想定は' }[language]
    const other = old === null && verdict !== scenario.expect ? `  ${expected} ${word(scenario.expect)}` : ''
    context.out(
      `${word(verdict).padEnd(language === 'en' ? 5 : 2)}  ${scenario.title[language]}  [${clauses.join(' ')}]${change}${other}`,
    )
  }
  const wrong = results.some(({ scenario, verdict }) => verdict !== scenario.expect)
  return old === null && wrong ? EXIT.failed : EXIT.ok
}

async function create(args: Arguments, context: CliContext): Promise<number> {
  const template = args.value('from') ?? path.join(context.root, 'agreements/template/agreement.md')
  const { text, agreement } = fillTemplate(readFileText(template, context), {
    id: args.required('id'),
    party: args.required('party'),
    jurisdiction: args.required('jurisdiction'),
    nameEn: args.required('name-en'),
    nameJa: args.required('name-ja'),
  })
  const out = args.operand(0)
  // A text that people worked on is not replaced by the template.
  if (existsSync(path.resolve(context.cwd, out)))
    throw new CliError('cli_file', `\`${out}\` is there already: name another file`)
  write(out, text, context)
  const broken = proveAgreement(agreement).brokenHard
  if (broken.length > 0) {
    context.err(`broken: ${broken.join(', ')}`)
    return EXIT.failed
  }
  context.err(
    'next: read what is marked as an assumption, then found a programme with it: docs/operating/founding.md',
  )
  context.out(agreement.digest)
  return EXIT.ok
}

async function explain(args: Arguments, context: CliContext): Promise<number> {
  const language = languageOf(args)
  const agreement = readAgreement(args.operand(0), context)
  const facts = parseFacts(readFacts(args.required('facts'), context))
  const decision = createDecider(agreement).decide(facts)
  const near = decision.verdict === 'allow' ? [] : allowedNear(agreement, facts)
  if (args.flag('json')) {
    context.out(
      JSON.stringify({
        facts,
        decision,
        allowed_with: Object.fromEntries(near.map((each) => [each.fact, each.to])),
      }),
    )
    return EXIT.ok
  }
  context.out(`${VERDICTS[decision.verdict][language]}: ${requestInWords(facts, language)}`)
  for (const line of reasonLines(decision, language)) context.out(line)
  if (near.length > 0) {
    const wanted = near.map(({ fact, to }) => factIsOneOf(fact, [to], language))
    context.out(`  ${NEEDS[language]}: ${wanted.join(language === 'en' ? '; ' : '、')}`)
  }
  return EXIT.ok
}

const VERDICTS = {
  allow: { en: 'allow', ja: '許可' },
  hold: { en: 'hold', ja: '保留' },
  deny: { en: 'deny', ja: '拒否' },
} as const
const NEEDS = { en: 'it would be allowed with', ja: '許可されるための条件' } as const

function reasonLines({ clauses, nearest, because }: Decision, language: Language): string[] {
  const shown = clauses.length > 0 ? clauses : nearest === null ? [] : [nearest.clause]
  const found = because.map(({ fact, got }) => factIsOneOf(fact, [got], language)).join('; ')
  return [
    ...shown.map(
      ({ clause, title, advice }) =>
        `  ${clause} ${title[language]}${advice === null ? '' : `: ${advice[language]}`}`,
    ),
    ...(found === '' ? [] : [`  ${found}`]),
  ]
}

/** JSON on the command line, a packed key, or a file with JSON. @throws {CliError} `cli_file`, {AuthorizationError} */
function readFacts(given: string, context: CliContext): unknown {
  if (/^[0-9a-z]{20,}$/.test(given)) return unpackFacts(given)
  const text = given.trimStart().startsWith('{') ? given : read(given, context).toString()
  try {
    const value: unknown = JSON.parse(text)
    return memberOf(value, 'facts') ?? value
  } catch (cause) {
    throw new CliError('cli_file', '`--facts` is neither JSON nor a file with JSON', { cause })
  }
}
