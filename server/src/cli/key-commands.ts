/** `key …`: keys are made here; their public half is what a statement enrols. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { generateKeyPair, type KeyHolder, readKeyFile, writeKeyFile } from '../identity/index.ts'
import type { Arguments, CliContext, Command } from './command.ts'
import { CliError, EXIT, usageError } from './error.ts'

const KINDS: readonly KeyHolder['kind'][] = ['actor', 'institution', 'integrator', 'party']
const ID = /^[a-z0-9][a-z0-9._-]{0,63}$/

export const keyCommands: readonly Command[] = [
  {
    name: 'key new',
    summary: 'make an Ed25519 key in a new file; prints the public half as statements take it',
    operands: [],
    options: {
      out: { value: 'FILE', doc: 'a file that is not there yet', required: true },
      id: { value: 'ID', doc: 'who will hold it, as enrolled', required: true },
      kind: { value: 'KIND', doc: `${KINDS.join(', ')}; default actor` },
      programme: { value: 'ID', doc: 'programme it is for; default us-japan-2026' },
    },
    examples: [
      'sekisho key new --out tanaka.json --id mufg-tanaka',
      'sekisho key new --out jp.json --id jp --kind party --programme my-programme',
    ],
    notes:
      'The file is readable by its owner only, and is never overwritten. Only what is printed is to be handed on.\nHow it is enrolled: docs/operating/founding.md.',
    run: newKey,
  },
  {
    name: 'key show',
    summary: 'print the public half of a key file',
    operands: ['FILE'],
    options: {},
    examples: ['sekisho key show tanaka.json'],
    async run(args, context) {
      const file = path.resolve(context.cwd, args.operand(0))
      if (!existsSync(file)) throw new CliError('cli_key_file', `there is no \`${args.operands[0]}\``)
      const { programme, holder, key } = readKeyFile(file)
      context.err(`${holder.kind} ${holder.id} of ${programme}; key id ${key.id}`)
      context.out(JSON.stringify({ public: key.public, assurance: 'key' }))
      return EXIT.ok
    },
  },
]

async function newKey(args: Arguments, context: CliContext): Promise<number> {
  // Both are required: `readArguments` saw to it.
  const out = args.required('out')
  const id = args.required('id')
  const given = args.value('kind') ?? 'actor'
  const kind = KINDS.find((each) => each === given)
  if (kind === undefined) throw usageError(`\`--kind\` is one of ${KINDS.join(', ')}`)
  if (!ID.test(id)) throw usageError('`--id` holds a-z, 0-9, `.`, `_`, `-`, at most 64')
  const key = generateKeyPair()
  try {
    const programme = args.value('programme') ?? 'us-japan-2026'
    writeKeyFile(path.resolve(context.cwd, out), { programme, holder: { kind, id }, key })
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause
    const why =
      cause.code === 'EEXIST' ? 'it is there already, and a key is never overwritten' : cause.message
    throw new CliError('cli_key_file', `cannot write \`${out}\`: ${why}`, { cause })
  }
  context.err(`written: ${out} (private: keep it); key id ${key.id}`)
  context.out(JSON.stringify({ public: key.public, assurance: 'key' }))
  return EXIT.ok
}
