/** `witness`: cosigning the checkpoints of other people's logs. */
import path from 'node:path'
import { loadWitnessConfig } from '../config/index.ts'
import type { Command } from './command.ts'
import { usageError } from './error.ts'

export const witnessCommand: Command = {
  name: 'witness',
  summary: 'run a witness, which cosigns checkpoints of logs that never go back (c2sp.org/tlog-witness)',
  operands: [],
  options: {
    config: { value: 'FILE', doc: 'its configuration file: name, listen, dataDir, logs', required: true },
  },
  examples: ['sekisho witness --config /etc/sekisho/witness.yaml'],
  notes:
    'Makes its keys on the first start and prints them; they go into the policies of those who trust it. Run it on ' +
    'another machine, by other people, than the logs it watches. docs/operating/witness.md',
  async run(args, context) {
    // The option is required: readArguments saw to it.
    const file = path.resolve(context.cwd, args.value('config') ?? '')
    const config = loadWitnessConfig(file, { root: context.cwd, env: context.env })
    if (context.witness === undefined) throw usageError('a witness is run from a shell')
    return context.witness(config)
  },
}
