/** `hold list` and `hold show`: what waits for an approval, and the very request that was held. */
import { parseDecisionId } from '../base/index.ts'
import { type AdminSession, CREDENTIAL_OPTIONS, openAdmin } from './admin-session.ts'
import type { Arguments, CliContext, Command } from './command.ts'
import { EXIT, usageError } from './error.ts'
import { holdLines, listOf } from './hold-words.ts'
import { memberOf, numberMember, textMember } from './server-call.ts'
import { columns, localTime, plainLines } from './show.ts'

export const holdCommands: readonly Command[] = [
  {
    name: 'hold list',
    summary: 'list the holds that you may approve, or that are of your own requests',
    operands: [],
    options: { json: { doc: 'one JSON object a line, for scripts' }, ...CREDENTIAL_OPTIONS },
    examples: ['sekisho hold list --key .sekisho/sample-keys/mufg-approver.json'],
    async run(args, context) {
      const { json } = await (await openAdmin(args, context)).get('/v1/holds')
      const holds = listOf(json, 'holds')
      if (args.flag('json')) for (const line of holds) context.out(JSON.stringify(line))
      else if (holds.length === 0) context.err('no hold waits for you')
      else context.out(columns([['hold', 'by', 'read as', 'engagement', 'until'], ...holds.map(holdRow)]))
      return EXIT.ok
    },
  },
  {
    name: 'hold show',
    summary: 'show what is held and the exact request, word for word; the reading is recorded',
    operands: ['DECISION_ID'],
    options: {
      raw: { doc: 'print the bytes of the request and nothing else' },
      ...CREDENTIAL_OPTIONS,
    },
    examples: ['sekisho hold show dec_… --key .sekisho/sample-keys/mufg-approver.json'],
    notes:
      'For those who may approve it, and for whoever asked. The request is decrypted from the ledger; each reading leaves a line\nin the log of the server with who read it.',
    run: show,
  },
]

function holdRow(hold: unknown): string[] {
  const engagement = memberOf(hold, 'engagement')
  return [
    textMember(hold, 'id'),
    textMember(hold, 'actor'),
    textMember(hold, 'capability'),
    typeof engagement === 'string' ? engagement : '–',
    localTime(numberMember(hold, 'until_ms')),
  ]
}

async function show(args: Arguments, context: CliContext): Promise<number> {
  const id = args.operand(0)
  if (parseDecisionId(id) === null) throw usageError(`\`${id}\` is no decision id`)
  const session = await openAdmin(args, context)
  if (!args.flag('raw')) {
    const { json: hold } = await session.get(`/v1/holds/${id}`)
    for (const line of holdLines(hold)) context.err(line)
    context.err('')
  }
  context.out(await readContent(session, id, args.flag('raw')))
  return EXIT.ok
}

/** HOSTILE: a request is words of others; unless raw bytes are asked for, nothing in it steers the terminal. */
async function readContent(session: AdminSession, id: string, raw: boolean): Promise<string> {
  const { json } = await session.get(`/v1/holds/${id}/content`)
  const content = memberOf(json, 'content')
  const utf8 = memberOf(content, 'utf8')
  if (typeof utf8 !== 'string') return textMember(content, 'base64')
  return raw ? utf8 : plainLines(indented(utf8))
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
