#!/usr/bin/env node
/**
 * `sekisho-verify`: checks ledgers, receipts and checkpoints with a public key only.
 *
 * Exit status: 0 good, 1 verification failed, 2 wrong usage or unreadable input.
 */
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import {
  checkConsistency,
  parseVerifierKey,
  toBase64,
  urlReader,
  type VerifierKey,
  VerifyError,
  verifyLedger,
  verifyReceipt,
} from './index.ts'
import { directoryReader } from './node.ts'

const USAGE = `sekisho-verify: checks a Sekisho ledger with public keys only

  sekisho-verify ledger DIR|URL --key VKEY [--saved CHECKPOINT_FILE]...
      Rebuilds the tree from every entry, compares every tile, checks the signature, the published statements,
      and that each saved checkpoint is a prefix of what is there now.
  sekisho-verify receipt FILE --key VKEY
      Checks one receipt offline: slots, leaf, inclusion proof, signed checkpoint.
  sekisho-verify consistency OLD NEW --dir DIR|URL --key VKEY
      Checks that checkpoint NEW continues checkpoint OLD, by the tiles in DIR.

  --key VKEY   the log's verifier key (name+hash+base64), or a file that holds it
  --json       one JSON object on standard output
  --help

Exit status: 0 good, 1 verification failed, 2 wrong usage or unreadable input.
Without --saved, an operator who holds the log key can show a shortened or rewritten ledger and it will verify:
keep every checkpoint you have seen.
`

class UsageError extends Error {}

interface Arguments {
  readonly positionals: readonly string[]
  readonly key: VerifierKey
  readonly saved: readonly string[]
  readonly dir: string | undefined
}

/** What a command found: printed as `key: value` lines or as one JSON object. */
type Findings = Record<string, unknown>

const COMMANDS: Record<string, (args: Arguments) => Promise<Findings>> = {
  ledger: ledgerCommand,
  receipt: receiptCommand,
  consistency: consistencyCommand,
}

async function ledgerCommand(args: Arguments): Promise<Findings> {
  const [place] = args.positionals
  if (place === undefined || args.positionals.length !== 1)
    throw new UsageError('`ledger` takes one directory or URL')
  const saved = await Promise.all(
    args.saved.map(async (file) => ({ place: file, note: await readInput(file) })),
  )
  const report = await verifyLedger(readerFor(place), { key: args.key, saved })
  return {
    origin: report.checkpoint.origin,
    size: report.checkpoint.size,
    root: toBase64(report.checkpoint.root),
    tiles: report.tiles,
    statements: report.statements,
    saved_checkpoints: report.saved,
  }
}

async function receiptCommand(args: Arguments): Promise<Findings> {
  const [file] = args.positionals
  if (file === undefined || args.positionals.length !== 1) throw new UsageError('`receipt` takes one file')
  const receipt = await verifyReceipt(await readInput(file), args.key)
  return {
    origin: receipt.checkpoint.origin,
    size: receipt.checkpoint.size,
    index: receipt.index,
    disclosed: receipt.disclosed,
    withheld: receipt.withheld,
    ...(receipt.statement === undefined ? {} : { statement: receipt.statement }),
  }
}

async function consistencyCommand(args: Arguments): Promise<Findings> {
  const [oldFile, newFile] = args.positionals
  if (
    oldFile === undefined ||
    newFile === undefined ||
    args.positionals.length !== 2 ||
    args.dir === undefined
  ) {
    throw new UsageError('`consistency` takes two checkpoint files and --dir')
  }
  const [before, after] = [await readInput(oldFile), await readInput(newFile)]
  const { old, young } = await checkConsistency(readerFor(args.dir), before, after, args.key)
  return { origin: young.origin, old_size: old.size, new_size: young.size }
}

function readerFor(place: string) {
  return /^https?:\/\//.test(place) ? urlReader(place) : directoryReader(place)
}

async function readInput(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (cause) {
    throw new UsageError(`cannot read \`${file}\``, { cause })
  }
}

async function parseKey(text: string | undefined): Promise<VerifierKey> {
  if (text === undefined) throw new UsageError('--key is missing')
  const inline = text.includes('+')
    ? text
    : Buffer.from(await readInput(text))
        .toString('utf8')
        .trim()
  try {
    return parseVerifierKey(inline)
  } catch (cause) {
    throw new UsageError(`--key: ${(cause as Error).message}`, { cause }) // parsers throw Errors
  }
}

function print(command: string, findings: Findings, json: boolean): void {
  if (json) {
    console.log(JSON.stringify({ ok: true, command, ...findings }))
    return
  }
  console.log(`${command}: good`)
  for (const [name, value] of Object.entries(findings)) {
    console.log(`  ${name}: ${typeof value === 'object' ? JSON.stringify(value) : value}`)
  }
}

function explain(error: VerifyError, json: boolean): void {
  const { code, message, place, expected, got } = error
  if (json) {
    console.log(JSON.stringify({ ok: false, code, message, place, expected, got }))
    return
  }
  console.error(`FAILED ${code}: ${message}`)
  for (const [name, value] of Object.entries({ place, expected, got })) {
    if (value !== undefined) console.error(`  ${name}: ${value}`)
  }
}

async function main(argv: string[]): Promise<number> {
  const json = argv.includes('--json')
  try {
    const { values, positionals } = parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        key: { type: 'string' },
        saved: { type: 'string', multiple: true },
        dir: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    })
    const [command, ...rest] = positionals
    if (values.help === true || command === undefined) {
      console.log(USAGE)
      return values.help === true ? 0 : 2
    }
    const run = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined
    if (run === undefined) throw new UsageError(`no command \`${command}\``)
    const key = await parseKey(values.key)
    print(command, await run({ positionals: rest, key, saved: values.saved ?? [], dir: values.dir }), json)
    return 0
  } catch (error) {
    if (error instanceof VerifyError) {
      explain(error, json)
      return error.code === 'read_failed' ? 2 : 1
    }
    console.error(`sekisho-verify: ${(error as Error).message}\nTry sekisho-verify --help.`) // only Errors are thrown
    return 2
  }
}

process.exitCode = await main(process.argv.slice(2))
