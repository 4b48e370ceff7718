/** `agreement replay`: recorded decisions, of a file or of the running server, decided under two versions. It changes nothing. */
import { loadAgreement } from '../agreement/index.ts'
import { replayDecisions, replayText } from '../proof/index.ts'
import { type AdminSession, CREDENTIAL_OPTIONS, openAdmin } from './admin-session.ts'
import { COMMON, jsonOf, languageOf, readAgreement, readFileText } from './agreement-file.ts'
import { integerOption } from './arguments.ts'
import type { Arguments, CliContext, Command } from './command.ts'
import { CliError, EXIT } from './error.ts'
import { memberOf, numberMember, type ServerAnswer } from './server-call.ts'

/** In place of a file: the version that the running server decides by. */
const IN_FORCE = 'in-force'

type FactsRecord = Readonly<Record<string, unknown>>

export const replayCommand: Command = {
  name: 'agreement replay',
  summary: 'decide recorded decisions under two versions: which would have been taken otherwise',
  operands: ['OLD', 'NEW'],
  options: {
    ...COMMON,
    decisions: {
      value: 'FILE',
      doc: 'one JSON record a line: facts, or a decision with `facts`; without it, what the running server recorded',
    },
    last: { value: 'N', doc: 'only the last N; of a server 1000 unless said, at most 10000' },
    ...CREDENTIAL_OPTIONS,
  },
  examples: [
    'sekisho agreement replay in-force v2.md --last 10000 --key KEYS/jp.json',
    'sekisho agreement replay v1.md v2.md --decisions decisions.jsonl',
  ],
  notes:
    'OLD is a file, or `in-force` for the version the running server decides by. A server gives facts with their counts and\nnothing else: of one’s own institution, or of all to a party whose disclosure profile has facts. Facts that did not\nexist when a decision was recorded take their defaults (docs/spec/facts.md §6).',
  run: replay,
}

async function replay(args: Arguments, context: CliContext): Promise<number> {
  const language = languageOf(args)
  const last = integerOption(args, 'last', 0, 1, 999_999_999)
  const file = args.value('decisions')
  let session: Promise<AdminSession> | null = null
  // One credential for both calls; none where everything is a file.
  const get = async (path: string): Promise<ServerAnswer> => {
    session ??= openAdmin(args, context)
    return (await session).get(path)
  }
  const before =
    args.operand(0) === IN_FORCE
      ? loadAgreement((await get('/v1/agreement')).text, 'agreement in force')
      : readAgreement(args.operand(0), context)
  const after = readAgreement(args.operand(1), context)
  const records =
    file === undefined
      ? recordsOfServer(await get(`/v1/replay${last === 0 ? '' : `?last=${last}`}`), context)
      : recordsOfFile(file, last, context)
  const report = replayDecisions(before, after, records)
  if (args.flag('json')) context.out(JSON.stringify(report))
  else for (const line of replayText(report, language)) context.out(line)
  return EXIT.ok
}

function recordsOfFile(file: string, last: number, context: CliContext): FactsRecord[] {
  const lines = readFileText(file, context)
    .split('\n')
    .filter((line) => line.trim() !== '')
  return (last === 0 ? lines : lines.slice(-last)).map((line, at) => recordOf(jsonOf(line), `line ${at + 1}`))
}

/** Each record as often as it was recorded. @throws {CliError} `cli_answer_malformed`, `cli_file` */
function recordsOfServer({ json }: ServerAnswer, context: CliContext): FactsRecord[] {
  const counted = memberOf(json, 'records')
  const unreadable = numberMember(json, 'unreadable')
  context.err(`${numberMember(json, 'decisions')} decisions of the running server`)
  if (unreadable > 0) context.err(`${unreadable} more are no longer readable`)
  return (Array.isArray(counted) ? counted : []).flatMap((each: unknown, at) =>
    Array.from({ length: numberMember(each, 'count') }, () => recordOf(each, `record ${at + 1}`)),
  )
}

function recordOf(value: unknown, place: string): FactsRecord {
  const facts = memberOf(value, 'facts') ?? value
  if (typeof facts === 'object' && facts !== null) return facts as FactsRecord
  throw new CliError('cli_file', `${place} is no record of facts`)
}
