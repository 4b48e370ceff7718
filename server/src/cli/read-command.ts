/** `read`: side, capability and targets of a batch of texts, without a server. Spec: docs/spec/boundary.md §8. */
import { createReadStream } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { READER_VERSION, readBatchItem } from '../boundary/index.ts'
import type { Command } from './command.ts'
import { CliError, EXIT } from './error.ts'

/** Longest text of a line, in characters. */
const TEXT_CHARS_MAX = 16_777_216

export const readCommand: Command = {
  name: 'read',
  summary: 'read what texts ask for: JSON lines in, JSON lines out',
  operands: [],
  options: {
    jsonl: { value: 'FILE', doc: 'lines of `{"id":…,"text":…}`; `-` reads standard input', required: true },
  },
  examples: ['sekisho read --jsonl texts.jsonl', 'cat texts.jsonl | sekisho read --jsonl -'],
  notes:
    'A text may be a request, a transcript (`User: …`, `Assistant: …`, or JSON messages) or the JSON of a tool call. Prints\n`{"id","capability","side","confidence","uncertain","targets","spans","reader"}` a line. A line that cannot be read\nis answered `{"id":…,"error":{"code","line"}}` and makes the exit code 1. Nothing is sent anywhere.',
  async run(args, context) {
    const name = args.value('jsonl') ?? '-'
    const input: NodeJS.ReadableStream =
      name === '-' ? process.stdin : createReadStream(path.resolve(context.cwd, name))
    const opened = new Promise<never>((_, reject) =>
      input.once('error', (error: Error) =>
        reject(new CliError('cli_file', `cannot read \`${name}\`: ${error.message}`, { cause: error })),
      ),
    )
    return Promise.race([readLines(input, context.out), opened])
  },
}

async function readLines(input: NodeJS.ReadableStream, out: (text: string) => void): Promise<number> {
  let failed = false
  let number = 0
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number++
    if (line.trim() === '') continue
    const answer = readingOf(number === 1 ? line.replace(/^\ufeff/, '') : line, number)
    failed ||= 'error' in answer
    out(JSON.stringify(answer))
  }
  return failed ? EXIT.failed : EXIT.ok
}

/** What one line is answered with. */
export function readingOf(line: string, number: number): Readonly<Record<string, unknown>> {
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
  const { capability, side, confidencePermille, uncertain, targets, spans } = readBatchItem(item.text)
  return {
    id,
    capability,
    side,
    confidence: confidencePermille / 1000,
    uncertain,
    targets: targets.map(({ kind, value, raw }) => ({ kind, value, raw })),
    spans: spans.map(({ start, end, label }) => ({ start, end, label })),
    reader: READER_VERSION,
  }
}
