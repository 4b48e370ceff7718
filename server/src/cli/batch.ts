/** Batch commands: JSON lines `{"id","text"}` in, one JSON line out for each, without a server. */
import { createReadStream } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Arguments, CliContext, OptionSpec } from './command.ts'
import { CliError, EXIT } from './error.ts'

/** Longest text of a line, in characters. */
const TEXT_CHARS_MAX = 16_777_216

export const BATCH_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  jsonl: { value: 'FILE', doc: 'lines of `{"id":…,"text":…}`; `-` reads standard input', required: true },
}

/** What a text is answered with, beside its id. */
export type BatchAnswer = (text: string) => Readonly<Record<string, unknown>>

/** Exit code 1 when a line could not be read: it is answered with its error, and the others are read. */
export async function runBatch(args: Arguments, context: CliContext, answer: BatchAnswer): Promise<number> {
  const name = args.value('jsonl') ?? '-'
  const input: NodeJS.ReadableStream =
    name === '-' ? process.stdin : createReadStream(path.resolve(context.cwd, name))
  const opened = new Promise<never>((_, reject) =>
    input.once('error', (error: Error) =>
      reject(new CliError('cli_file', `cannot read \`${name}\`: ${error.message}`, { cause: error })),
    ),
  )
  return Promise.race([answerLines(input, context.out, answer), opened])
}

async function answerLines(
  input: NodeJS.ReadableStream,
  out: (text: string) => void,
  answer: BatchAnswer,
): Promise<number> {
  let failed = false
  let number = 0
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number++
    if (line.trim() === '') continue
    const answered = answerLine(number === 1 ? line.replace(/^\ufeff/, '') : line, number, answer)
    failed ||= 'error' in answered
    out(JSON.stringify(answered))
  }
  return failed ? EXIT.failed : EXIT.ok
}

/** What one line is answered with. */
export function answerLine(
  line: string,
  number: number,
  answer: BatchAnswer,
): Readonly<Record<string, unknown>> {
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
  return { id, ...answer(item.text) }
}
