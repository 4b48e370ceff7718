/** `leakage`: secrets and personal data in a batch of texts, without a server. Spec: docs/spec/leakage.md §6. */
import { leakageSpans } from '../boundary/index.ts'
import { BATCH_OPTIONS, runBatch } from './batch.ts'
import type { Command } from './command.ts'

export const leakageCommand: Command = {
  name: 'leakage',
  summary: 'find secrets and personal data in texts: JSON lines in, JSON lines out',
  operands: [],
  options: BATCH_OPTIONS,
  examples: ['sekisho leakage --jsonl texts.jsonl', 'cat texts.jsonl | sekisho leakage --jsonl -'],
  notes:
    'Prints `{"id":…,"spans":[{"type","start","end"}]}` a line, in UTF-16 code units of the text. A line that cannot be read\nis answered `{"id":…,"error":{"code","line"}}` and makes the exit code 1. Nothing is sent anywhere.',
  run: (args, context) => runBatch(args, context, (text) => ({ spans: leakageSpans(text) })),
}
