/** `leakage`: secrets and personal data in a batch of texts, without a server. Spec: docs/spec/leakage.md §6. */
import { createReadStream } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { leakageSpans } from '../boundary/index.ts'
import type { Command } from './command.ts'
import { CliError, EXIT } from './error.ts'

/** Longest text of a line, in characters. */
const TEXT_CHARS_MAX = 16_777_216

export const leakageCommand: Command = {
  name: 'leakage',
  summary: 'find secrets and personal data in texts: JSON lines in, JSON lines out',
  operands: [],
  options: {
    jsonl: { value: 'FILE', doc: 'lines of `{"id":…,"text":…}`; `-` reads standard input', required: true },
  },
  examples: ['sekisho leakage --jsonl texts.jsonl', 'cat texts.jsonl | sekisho leakage --jsonl -'],
  notes:
    'Prints `{"id":…,"spans":[{"type","start","end"}]}` a line, in UTF-16 code units of the text. A line that cannot be read\nis answered `{"id":…,"error":{"code","line"}}` and makes the exit code 1. Nothing is sent anywhere.',
  async run(args, context) {
    const name = args.value('jsonl') ?? '-'
    const input: NodeJS.ReadableStream =
      name === '-' ? process.stdin : createReadStream(path.resolve(context.cwd, name))
    const opened = new Promise<never>((_, reject) =>
      input.once('error', (error: Error) =>
        reject(new CliError('cli_file', `cannot read \`${name}\`: ${error.message}`, { cause: error })),
      ),
    )
    return Promise.race([answerLines(input, context.out), opened])
  },
}

async function answerLines(input: NodeJS.ReadableStream, out: (text: string) => void): Promise<number> {
  let failed = false
  let number = 0
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number++
    if (line.trim() === '') continue
    const answer = answerOf(line, number)
    failed ||= 'error' in answer
    out(JSON.stringify(answer))
  }
  return failed ? EXIT.failed : EXIT.ok
}

/** What one line is answered with. */
export function answerOf(line: string, number: number): Readonly<Record<string, unknown>> {
  let item: unknown
  try {
    item = JSON.parse(line)
  } catch {
    return { id: null, error: { code: 'line_not_json', line: number } }
  }
  if (typeof item !== 'object' || item === null || Array.isArray(item))
    return { id: null, error: { code: 'line_not_an_object', line: number } }
  const id = 'id' in item && (typeof item.id === 'string' || typeof item.id === 'number') ? item.id : null
  if (!('text' in item) || typeof item.text !== 'string')
    return { id, error: { code: 'line_text_missing', line: number } }
  if (item.text.length > TEXT_CHARS_MAX) return { id, error: { code: 'line_text_too_long', line: number } }
  return { id, spans: leakageSpans(item.text) }
}
