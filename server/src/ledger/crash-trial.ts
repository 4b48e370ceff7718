/**
 * Kills a writing process without warning and counts what that cost: acknowledged entries lost, checkpoints broken.
 *
 * Both counts must be zero. Used by the tests and by the crash bench.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseVerifierKey, type SavedCheckpoint, VerifyError, verifyLedger } from 'sekisho-verify'
import { directoryReader } from 'sekisho-verify/node'
import { READY } from './crash-child.ts'
import { openTest } from './fixture.ts'
import type { Ledger } from './ledger.ts'

const CHECKPOINT_POLL_MS = 5
/** Trials between two verifications of everything; the last trial always ends with one. */
const VERIFY_EVERY = 25
const CHILD = fileURLToPath(new URL('./crash-child.ts', import.meta.url))

export interface CrashOptions {
  /** Ledger directory, used by all trials one after the other. */
  readonly dir: string
  readonly trials: number
  readonly writers?: number
  /** How long trial `n` writes before it is killed. */
  readonly killAfterMs: (trial: number) => number
  readonly onTrial?: (trial: number, soFar: CrashResult) => void
}

export interface CrashResult {
  /** Entries acknowledged to their writers before the kills. */
  readonly acknowledged: number
  /** Entries the ledger holds now. */
  readonly size: number
  /** Acknowledged entries that are gone or read differently. */
  readonly lost: number
  /** Checkpoints seen in public that the ledger does not continue. */
  readonly forks: number
}

/** Runs trials of start, write, kill -9, restart and check. */
export async function runCrashTrials(options: CrashOptions): Promise<CrashResult> {
  const checkpoints = new Map<string, SavedCheckpoint>()
  let result: CrashResult = { acknowledged: 0, size: 0, lost: 0, forks: 0 }
  for (let trial = 0; trial < options.trials; trial++) {
    const seen = await writeAndKill(options, trial, checkpoints)
    const ledger = await openTest(options.dir)
    const lost = await countLost(ledger, seen)
    const size = ledger.size()
    await ledger.close()
    // A fork stays exposed by the checkpoints kept, so the whole ledger need not be verified after every kill.
    const due = trial % VERIFY_EVERY === VERIFY_EVERY - 1 || trial === options.trials - 1
    const forks = due ? await countForks(ledger, [...checkpoints.values()]) : 0
    result = {
      acknowledged: result.acknowledged + seen.size,
      size,
      lost: result.lost + lost,
      forks: result.forks + forks,
    }
    options.onTrial?.(trial, result)
  }
  return result
}

/** What one child had acknowledged when it was killed: digests of content by index. */
async function writeAndKill(
  options: CrashOptions,
  trial: number,
  checkpoints: Map<string, SavedCheckpoint>,
): Promise<Map<number, string>> {
  const args = ['--conditions=sekisho-source', CHILD, options.dir, String(options.writers ?? 16)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const poll = setInterval(() => saveCheckpoint(options.dir, checkpoints), CHECKPOINT_POLL_MS)
  try {
    await untilReady(child, () => output.includes(READY))
    await new Promise((resolve) => setTimeout(resolve, options.killAfterMs(trial)))
  } finally {
    const ended = new Promise((resolve) => child.once('close', resolve))
    child.kill('SIGKILL')
    await ended
    clearInterval(poll)
  }
  saveCheckpoint(options.dir, checkpoints)
  // The last line may be cut; an acknowledgement that was not received was not given.
  const lines = output.slice(0, output.lastIndexOf('\n')).split('\n')
  const pairs = lines.map((line) => /^(\d+) ([0-9a-f]{64})$/.exec(line)).filter((match) => match !== null)
  return new Map(pairs.map((match) => [Number(match[1]), match[2] ?? '']))
}

async function untilReady(child: ChildProcess, ready: () => boolean): Promise<void> {
  while (!ready()) {
    if (child.exitCode !== null)
      throw new Error(`the writing process ended by itself with status ${child.exitCode}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

/** Keeps the public checkpoint as a stranger would. */
function saveCheckpoint(dir: string, checkpoints: Map<string, SavedCheckpoint>): void {
  try {
    const note = readFileSync(join(dir, 'public', 'checkpoint'))
    const text = note.toString('utf8')
    if (!checkpoints.has(text)) checkpoints.set(text, { place: `checkpoint ${checkpoints.size}`, note })
  } catch {
    // not there yet
  }
}

async function countLost(ledger: Ledger, acknowledged: ReadonlyMap<number, string>): Promise<number> {
  let lost = 0
  for (const [index, digest] of acknowledged) {
    const entry = index < ledger.size() ? await ledger.read(index) : null
    const content =
      entry?.class === 'exchange' && entry.content !== 'unavailable' ? entry.content : Buffer.alloc(0)
    if (createHash('sha256').update(content).digest('hex') !== digest) lost++
  }
  return lost
}

async function countForks(ledger: Ledger, saved: readonly SavedCheckpoint[]): Promise<number> {
  try {
    await verifyLedger(directoryReader(ledger.publicDir), {
      key: parseVerifierKey(ledger.verifierKey),
      saved,
    })
    return 0
  } catch (error) {
    if (error instanceof VerifyError && /^checkpoint_(fork|saved_ahead)$/.test(error.code)) return 1
    throw error
  }
}
