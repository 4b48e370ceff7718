#!/usr/bin/env node
/**
 * `sekisho-verify`: checks ledgers, receipts and checkpoints with a public key only.
 *
 * Exit status: 0 good, 1 verification failed, 2 wrong usage or unreadable input.
 */
import { open } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import {
  askWitnesses,
  checkConsistency,
  fsck,
  type LedgerReader,
  type LedgerReport,
  openPack,
  type Policy,
  parseHead,
  parsePolicy,
  parseVerifierKey,
  type SavedCheckpoint,
  toBase64,
  urlReader,
  type VerifierKey,
  VerifyError,
  verifyCheckpoint,
  verifyLedger,
  verifyPack,
  verifyReceipt,
  verifyWitnessed,
  verifyWitnessedReceipt,
  type WitnessWord,
} from './index.ts'
import { directoryReader, readPackDirectory } from './node.ts'
import { printable, printableJson } from './printable.ts'
import { FILE_BYTES_MAX } from './reader.ts'

const USAGE = `sekisho-verify: checks a Sekisho ledger with public keys only

  sekisho-verify ledger DIR|URL --key VKEY [--saved CHECKPOINT_FILE]... [--statements-head N] [--pruned-below N]
      Rebuilds the tree from every entry, compares every tile, checks the signature, the published statements,
      their signatures, and that each saved checkpoint is a prefix of what is there now. Beside CHECKPOINT_FILE, a
      copy of statements/head saved as CHECKPOINT_FILE.statements-head is read too. Full bundles below N may be missing.
  sekisho-verify fsck DIR|URL --key VKEY [--saved CHECKPOINT_FILE]...
      Checks the files of any log of c2sp.org/tlog-tiles and names every defect, files that should not be there too.
  sekisho-verify receipt FILE --key VKEY | --policy FILE
      Checks one receipt offline: slots, leaf, inclusion proof, signed checkpoint; with --policy the witnesses' quorum.
  sekisho-verify consistency OLD NEW --dir DIR|URL --key VKEY
      Checks that checkpoint NEW continues checkpoint OLD, by the tiles in DIR.

  sekisho-verify pack FILE|DIR --key VKEY
      Checks an evidence pack offline: every leaf of its span, every shown slot, the statements, the order it answers.

  --key VKEY   the log's verifier key (name+hash+base64), or a file that holds it
  --policy FILE  a trust policy (c2sp.org/tlog-policy): its log keys, and its quorum of witnesses is asked for
  --witnesses  with ledger or fsck: asks the policy's witnesses what they saw, and holds it against the log
  --clock      cosignatures more than a day ahead of this machine's clock do not count (those of time 0 never do)
  --statements-head N  newest statement seen earlier: fails when the ledger shows less
  --json       one JSON object on standard output
  --help

Exit status: 0 good, 1 verification failed, 2 wrong usage or unreadable input.
Without --saved, an operator who holds the log key can show a shortened or rewritten ledger and it will verify:
keep every checkpoint you have seen.
`

/** Latest time a Date can hold. */
const TIME_S_MAX = 8_640_000_000_000

/** Largest pack read. */
const PACK_BYTES_MAX = 1024 * 1024 * 1024

class UsageError extends Error {}

/** More than one defect, for the command that names them all. */
class DefectsError extends Error {
  readonly defects: readonly VerifyError[]
  readonly more: number
  constructor(defects: readonly VerifyError[], more: number) {
    super(`${defects.length + more} defects`)
    this.defects = defects
    this.more = more
  }
}

interface Arguments {
  readonly positionals: readonly string[]
  /** Null where the policy names the log. */
  readonly key: VerifierKey | null
  readonly policy: Policy | null
  readonly askWitnesses: boolean
  /** Whether cosignatures may not be ahead of this machine's clock. */
  readonly clock: boolean
  readonly saved: readonly string[]
  readonly dir: string | undefined
  readonly head: string | undefined
  readonly pruned: string | undefined
}

/** What a command found: printed as `key: value` lines or as one JSON object. */
type Findings = Record<string, unknown>

const COMMANDS: Record<string, (args: Arguments) => Promise<Findings>> = {
  ledger: ledgerCommand,
  fsck: fsckCommand,
  receipt: receiptCommand,
  consistency: consistencyCommand,
  pack: packCommand,
}

async function ledgerCommand(args: Arguments): Promise<Findings> {
  const [place] = args.positionals
  if (place === undefined || args.positionals.length !== 1)
    throw new UsageError('`ledger` takes one directory or URL')
  const key = onlyKey(args)
  const reader = readerFor(place)
  const witnesses = await witnessesOf(args, reader, key)
  const saved = [...(await readSaved(args)), ...witnesses.saved]
  const savedHeads = await readHeads(args)
  const prunedBelow = entryNumber('--pruned-below', args.pruned ?? '0')
  const report = await verifyLedger(reader, { key, saved, savedHeads, programme: true, prunedBelow })
  return {
    ...witnesses.findings,
    origin: report.checkpoint.origin,
    size: report.checkpoint.size,
    root: toBase64(report.checkpoint.root),
    tiles: report.tiles,
    ...(prunedBelow === 0 ? {} : { entries_pruned: report.pruned }),
    older_partial_files: report.partials ?? 'unchecked: this source cannot be listed',
    statements: report.statements,
    statements_head: report.statementsHead,
    statements_seen: seen(report),
    statements_unchecked: 'whether the signers were entitled and enough, and what the statements do',
    saved_checkpoints: report.saved,
    saved_statement_heads: savedHeads.length,
  }
}

async function fsckCommand(args: Arguments): Promise<Findings> {
  const [place] = args.positionals
  if (place === undefined || args.positionals.length !== 1)
    throw new UsageError('`fsck` takes one directory or URL')
  const key = onlyKey(args)
  const reader = readerFor(place)
  const witnesses = await witnessesOf(args, reader, key)
  const saved = [...(await readSaved(args)), ...witnesses.saved]
  const report = await fsck(reader, { verify: (note) => verifyCheckpoint(note, key), saved })
  if (report.defects.length > 0) throw new DefectsError(report.defects, report.more)
  return {
    ...witnesses.findings,
    origin: report.checkpoint.origin,
    size: report.checkpoint.size,
    root: toBase64(report.checkpoint.root),
    tiles: report.tiles,
    bundles: report.bundles,
    files: report.files ?? 'unchecked: this source cannot be listed',
    saved_checkpoints: report.saved,
  }
}

function readSaved(args: Arguments): Promise<SavedCheckpoint[]> {
  return Promise.all(args.saved.map(async (file) => ({ place: file, note: await readInput(file) })))
}

/** The log's key: the one given, or the policy's when it lists one log. */
function onlyKey({ key, policy }: Arguments): VerifierKey {
  const [log, ...more] = policy?.logs ?? []
  if (key !== null) return key
  if (log !== undefined && more.length === 0 && !('algorithm' in log.key)) return log.key
  throw new UsageError('--key is missing, and --policy does not list exactly one log with an Ed25519 key')
}

/** What the policy's witnesses have to do with the log: its quorum, and what they show when they are asked. */
async function witnessesOf(
  { policy, askWitnesses: asks, clock }: Arguments,
  reader: LedgerReader,
  key: VerifierKey,
): Promise<{ saved: SavedCheckpoint[]; findings: Findings }> {
  if (policy === null) {
    if (asks) throw new UsageError('--witnesses needs --policy')
    return { saved: [], findings: {} }
  }
  const note = (await reader.read('witnessed-checkpoint')) ?? (await reader.read('checkpoint'))
  if (note === null)
    throw new VerifyError('checkpoint_missing', 'there is no checkpoint', { place: 'checkpoint' })
  const { checkpoint, words } = await verifyWitnessed(note, policy, [key], now(clock))
  const findings = { witnessed_size: checkpoint.size, witnesses: wordsOf(words) }
  if (!asks) return { saved: [], findings }
  const asked = await askWitnesses(policy, key.name, [key])
  const saved = asked.flatMap((each) => (each.saved === null ? [] : [each.saved]))
  if (saved.length === 0)
    throw new VerifyError(
      'read_failed',
      `no witness could be asked: ${asked.map(({ witness, why }) => `${witness}: ${why}`).join('; ')}`,
    )
  const answers = asked.map(({ witness, why }) => `${witness} ${why ?? 'shows a checkpoint'}`)
  return { saved, findings: { ...findings, witnesses_asked: answers } }
}

function now(clock: boolean): number {
  return clock ? Date.now() / 1000 : Number.POSITIVE_INFINITY
}

function wordsOf(words: readonly WitnessWord[]): string[] {
  return words.map(({ witness, state, timeS }) => {
    if (state === 'unchecked') return `${witness} not checked: this runtime lacks ML-DSA-44`
    if (state === 'untimed') return `${witness} does not count: its time is 0`
    const ahead = state === 'ahead' ? 'does not count: its time is ahead of this clock' : state
    if (timeS !== null && timeS > TIME_S_MAX) return `${witness} ${ahead}, ${timeS}`
    return timeS === null
      ? `${witness} ${state}`
      : `${witness} ${ahead}, ${new Date(timeS * 1000).toISOString()}`
  })
}

function seen({ statements, statementsHead, entries, pruned }: LedgerReport): string {
  if (statementsHead === null) return 'none: the ledger is empty'
  return (
    `${statements}, all there are among ${entries} entries, the newest entry ${statementsHead}, every signature good` +
    (pruned === 0 ? '' : '; of pruned bundles only those on the chain were seen')
  )
}

function entryNumber(option: string, text: string): number {
  if (/^(0|[1-9][0-9]{0,14})$/.test(text)) return Number(text)
  throw new UsageError(`${option} takes an entry number`)
}

async function readHeads({ head, saved }: Arguments) {
  const heads: { place: string; index: number }[] = []
  if (head !== undefined) {
    heads.push({ place: '--statements-head', index: entryNumber('--statements-head', head) })
  }
  for (const file of saved.map((name) => `${name}.statements-head`)) {
    const bytes = await readOptional(file)
    if (bytes !== null)
      heads.push({ place: file, index: parseHead(Buffer.from(bytes).toString('utf8'), file) })
  }
  return heads
}

async function receiptCommand(args: Arguments): Promise<Findings> {
  const [file] = args.positionals
  if (file === undefined || args.positionals.length !== 1) throw new UsageError('`receipt` takes one file')
  const bytes = await readInput(file)
  const { key, policy, clock } = args
  const witnessed =
    policy === null
      ? null
      : await verifyWitnessedReceipt(bytes, policy, key === null ? [] : [key], now(clock))
  const receipt = witnessed ?? (await verifyReceipt(bytes, onlyKey(args)))
  return {
    witnesses: witnessed === null ? 'not checked: give --policy' : wordsOf(witnessed.words),
    origin: receipt.checkpoint.origin,
    size: receipt.checkpoint.size,
    index: receipt.index,
    disclosed: receipt.disclosed,
    withheld: receipt.withheld,
    ...(receipt.statement === undefined
      ? {}
      : {
          statement: receipt.statement,
          statement_signatures:
            'not checked: `ledger` and `pack` follow the keys that statements before it introduced',
        }),
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
  const { old, young } = await checkConsistency(readerFor(args.dir), before, after, onlyKey(args))
  return { origin: young.origin, old_size: old.size, new_size: young.size }
}

async function packCommand(args: Arguments): Promise<Findings> {
  const [place] = args.positionals
  if (place === undefined || args.positionals.length !== 1)
    throw new UsageError('`pack` takes one file or directory')
  const files = (await readPackDirectory(place)) ?? openPack(await readInput(place, PACK_BYTES_MAX))
  const { checkpoint, manifest, order, counts, statements, contents, wrappedKeys, asked } = await verifyPack(
    files,
    onlyKey(args),
  )
  return {
    origin: checkpoint.origin,
    size: checkpoint.size,
    span: `entries ${manifest.span.from} to ${manifest.span.to - 1}, every leaf of them`,
    order: `entry ${manifest.order}, profile ${order.profile}`,
    institution: order.institution ?? 'any',
    answered: `${asked.entries} entries ${asked.by}, ${asked.shown} shown`,
    entries: counts,
    fields_ordered: manifest.fields.shown.length + manifest.fields.withheld.length,
    fields_shown: manifest.fields.shown,
    fields_withheld: manifest.fields.withheld,
    sample: manifest.sample ?? 'none',
    contents,
    statements,
    agreements: manifest.agreements,
    wrapped_keys: wrappedKeys,
    unchecked:
      'why an entry or a field is kept back, and whether the profile of the agreement says so; whose destroyed entries were; the readable pages; whether the signers were entitled to order',
  }
}

function readerFor(place: string) {
  return /^https?:\/\//.test(place) ? urlReader(place) : directoryReader(place)
}

async function readInput(file: string, bytesMax = FILE_BYTES_MAX): Promise<Uint8Array> {
  const bytes = await readOptional(file, bytesMax)
  if (bytes === null) throw new UsageError(`cannot read \`${file}\`: it is not there`)
  return bytes
}

/** A file or pipe that the caller named, up to a bound: a device never ends. Null when there is none. */
async function readOptional(file: string, bytesMax = FILE_BYTES_MAX): Promise<Uint8Array | null> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    // The stream closes the handle.
    const handle = await open(file)
    for await (const chunk of handle.createReadStream({ end: bytesMax })) {
      chunks.push(chunk as Buffer) // no encoding is set
      length += (chunk as Buffer).length
    }
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code // fs rejects with errno exceptions
    if (code === 'ENOENT') return null
    throw new UsageError(`cannot read \`${file}\` (${code})`, { cause })
  }
  if (length > bytesMax) throw new UsageError(`\`${file}\` is over ${bytesMax} bytes`)
  return Buffer.concat(chunks)
}

async function readPolicy(file: string | undefined): Promise<Policy | null> {
  if (file === undefined) return null
  const bytes = await readInput(file)
  try {
    return parsePolicy(bytes)
  } catch (cause) {
    if (!(cause instanceof VerifyError)) throw cause
    throw new UsageError(`--policy: ${file}, ${cause.place ?? 'whole'}: ${cause.message} (${cause.code})`, {
      cause,
    })
  }
}

async function parseKey(text: string | undefined): Promise<VerifierKey | null> {
  if (text === undefined) return null
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
    console.log(printableJson({ ok: true, command, ...findings }))
    return
  }
  console.log(`${command}: good`)
  for (const [name, value] of Object.entries(findings)) {
    console.log(`  ${name}: ${typeof value === 'object' ? printableJson(value) : printable(String(value))}`)
  }
}

function explainAll({ defects, more }: DefectsError, json: boolean): void {
  if (json) {
    const all = defects.map(({ code, message, place, expected, got }) => ({
      code,
      message,
      place,
      expected,
      got,
    }))
    console.log(printableJson({ ok: false, defects: all, more }))
    return
  }
  for (const defect of defects) explain(defect, false)
  console.error(`${defects.length + more} defects${more > 0 ? `, the last ${more} of them not shown` : ''}`)
}

function explain(error: VerifyError, json: boolean): void {
  const { code, message, place, expected, got } = error
  if (json) {
    console.log(printableJson({ ok: false, code, message, place, expected, got }))
    return
  }
  console.error(`FAILED ${code}: ${printable(message)}`)
  for (const [name, value] of Object.entries({ place, expected, got })) {
    if (value !== undefined) console.error(`  ${name}: ${printable(value)}`)
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
        policy: { type: 'string' },
        witnesses: { type: 'boolean' },
        clock: { type: 'boolean' },
        'statements-head': { type: 'string' },
        'pruned-below': { type: 'string' },
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
    const policy = await readPolicy(values.policy)
    if (key === null && policy === null) throw new UsageError('--key is missing')
    const { dir, saved = [], witnesses: asks = false } = values
    const args = {
      positionals: rest,
      key,
      policy,
      askWitnesses: asks,
      clock: values.clock === true,
      saved,
      dir,
    }
    print(
      command,
      await run({ ...args, head: values['statements-head'], pruned: values['pruned-below'] }),
      json,
    )
    return 0
  } catch (error) {
    if (error instanceof DefectsError) {
      explainAll(error, json)
      return 1
    }
    if (error instanceof VerifyError) {
      explain(error, json)
      return error.code === 'read_failed' ? 2 : 1
    }
    console.error(`sekisho-verify: ${printable((error as Error).message)}\nTry sekisho-verify --help.`) // only Errors are thrown
    return 2
  }
}

process.exitCode = await main(process.argv.slice(2))
