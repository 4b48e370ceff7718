/** `read`: side, capability and targets of a batch of texts, without a server. Spec: docs/spec/boundary.md §8. */
import { READER_VERSION, readBatchItem } from '../boundary/index.ts'
import { BATCH_OPTIONS, runBatch } from './batch.ts'
import type { Command } from './command.ts'

export const readCommand: Command = {
  name: 'read',
  summary: 'read what texts ask for: JSON lines in, JSON lines out',
  operands: [],
  options: BATCH_OPTIONS,
  examples: ['sekisho read --jsonl texts.jsonl', 'cat texts.jsonl | sekisho read --jsonl -'],
  notes:
    'A text may be a request, a transcript (`User: …`, `Assistant: …`, or JSON messages) or the JSON of a tool call. Prints\n`{"id","capability","side","confidence","uncertain","targets","spans","reader"}` a line. A line that cannot be read\nis answered `{"id":…,"error":{"code","line"}}` and makes the exit code 1. Nothing is sent anywhere.',
  run: (args, context) => runBatch(args, context, readingOf),
}

function readingOf(text: string): Readonly<Record<string, unknown>> {
  const { capability, side, confidencePermille, uncertain, targets, spans } = readBatchItem(text)
  return {
    capability,
    side,
    confidence: confidencePermille / 1000,
    uncertain,
    targets: targets.map(({ kind, value, raw }) => ({ kind, value, raw })),
    spans: spans.map(({ start, end, label }) => ({ start, end, label })),
    reader: READER_VERSION,
  }
}
