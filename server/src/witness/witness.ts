/**
 * A witness: cosigns a log's checkpoint when, and only when, it continues the last one it cosigned.
 *
 * Spec: c2sp.org/tlog-witness, "add-checkpoint"; the checks stand in the order of its text. Ours: docs/spec/witness.md §4.
 * INVARIANT: of one log, one request is decided at a time, and its record is durable before the answer exists.
 */
import {
  type Checkpoint,
  EMPTY_ROOT,
  equalBytes,
  formatNote,
  type Note,
  type NoteSignature,
  parseCheckpoint,
  type VerifierKey,
  VerifyError,
  verifyConsistency,
  verifyNote,
} from 'sekisho-verify'
import type { Clock, Logger } from '../base/index.ts'
import { type AddCheckpoint, parseAddCheckpoint } from './add-checkpoint.ts'
import type { Cosigner } from './cosigner.ts'
import { originHash, recordOf, type WitnessRecord, type WitnessState } from './witness-state.ts'

/** Requests of one log that wait for their turn; more are turned away. */
const WAITING_MAX = 64
/** A clock may step back this far without the witness falling silent. */
const CLOCK_BACK_S = 10

export interface WitnessAnswer {
  readonly status: number
  readonly type: string
  readonly body: string
}

export interface WitnessOptions {
  readonly cosigners: readonly Cosigner[]
  /** Keys trusted for each origin. */
  readonly logs: ReadonlyMap<string, readonly VerifierKey[]>
  readonly state: WitnessState
  readonly clock: Clock
  readonly log: Logger
}

/** One log as the witness knows it. */
interface Known {
  readonly origin: string
  readonly keys: readonly VerifierKey[]
  record: WitnessRecord | null
  turn: Promise<unknown>
  waiting: number
  /** A write failed: what the disk holds is unknown until a restart reads it. */
  broken: boolean
}

export class Witness {
  readonly #options: WitnessOptions
  readonly #logs = new Map<string, Known>()

  private constructor(options: WitnessOptions) {
    this.#options = options
  }

  /** @throws {WitnessError} `witness_state_corrupt` */
  static async open(options: WitnessOptions): Promise<Witness> {
    const witness = new Witness(options)
    for (const [origin, keys] of options.logs) {
      const record = await options.state.read(origin)
      const known = { origin, keys, record, turn: Promise.resolve(), waiting: 0, broken: false }
      witness.#logs.set(origin, known)
    }
    return witness
  }

  /** Decides one request. Never rejects. */
  async addCheckpoint(body: Uint8Array): Promise<WitnessAnswer> {
    const request = parseAddCheckpoint(body)
    if (typeof request === 'string') return words(400, request)
    let checkpoint: Checkpoint
    try {
      checkpoint = parseCheckpoint(request.checkpoint)
    } catch (error) {
      return words(400, `the checkpoint is malformed (${codeOf(error)})`)
    }
    const known = this.#logs.get(checkpoint.origin)
    if (known === undefined) return words(404, 'this log is not known here')
    const signed = await signedBy(request.checkpoint, known.keys)
    if (typeof signed === 'string') return words(403, signed)
    if (known.waiting >= WAITING_MAX) return words(503, 'too many requests of this log wait')
    known.waiting++
    const answer = known.turn.then(() => this.#decide(known, request, checkpoint, signed))
    known.turn = answer
    return answer.finally(() => known.waiting--)
  }

  /** The latest cosigned checkpoint of the log whose origin has this hash, or null. */
  latest(hash: string): string | null {
    const known = [...this.#logs.values()].find(({ origin }) => originHash(origin) === hash)
    return known?.record?.note ?? null
  }

  async #decide(
    known: Known,
    request: AddCheckpoint,
    checkpoint: Checkpoint,
    signed: Note,
  ): Promise<WitnessAnswer> {
    try {
      if (known.broken) return words(500, 'the record of this log could not be written: restart the witness')
      const { size: latest } = known.record ?? { size: 0 }
      if (request.oldSize > checkpoint.size) return words(400, 'the old size is larger than the checkpoint')
      if (request.oldSize !== latest) return { status: 409, type: 'text/x.tlog.size', body: `${latest}\n` }
      const wrong = inconsistent(request, checkpoint, known.record)
      if (wrong !== null) {
        // Signed by the log's key and inconsistent: this may be proof of a fork, so it is kept.
        const { origin } = known
        const note = Buffer.from(request.checkpoint).toString('utf8')
        this.#options.log.warn({ event: 'witness_inconsistent', origin, latest, note }, wrong)
        return words(422, wrong)
      }
      return await this.#cosign(known, checkpoint, signed)
    } catch (error) {
      this.#options.log.error({ event: 'witness_failed', err: error, origin: known.origin }, 'not cosigned')
      return words(500, 'the checkpoint could not be recorded')
    }
  }

  async #cosign(known: Known, checkpoint: Checkpoint, signed: Note): Promise<WitnessAnswer> {
    const timeS = this.#timeFor(known)
    if (timeS === null) return words(503, 'the clock of this witness stepped back')
    const own = this.#options.cosigners.map((cosigner) => cosigner.cosign(signed, checkpoint, timeS))
    const note = formatNote(signed.text, [...signed.signatures, ...own])
    try {
      await this.#options.state.write(known.origin, note)
    } catch (error) {
      known.broken = true
      throw error
    }
    known.record = recordOf(note, timeS)
    return words(200, linesOf(own), '')
  }

  /**
   * The time to sign with: never before one signed with earlier, because a cosignature says what was the largest tree at
   * its time. Null when the clock is further back than a correction would take it.
   */
  #timeFor({ record }: Known): number | null {
    const nowS = Math.floor(this.#options.clock.nowMs() / 1000)
    const lastS = record?.timeS ?? 0
    if (nowS < 1 || lastS - nowS > CLOCK_BACK_S) return null
    return Math.max(nowS, lastS)
  }
}

/** The note with the trusted signatures alone, or why it has none. */
async function signedBy(bytes: Uint8Array, keys: readonly VerifierKey[]): Promise<Note | string> {
  try {
    const { note, signedBy: signers } = await verifyNote(bytes, keys)
    const trusted: NoteSignature[] = []
    for (const { name, keyId } of signers) {
      const line = note.signatures.find((each) => each.name === name && each.keyId === keyId)
      if (line !== undefined) trusted.push(line)
    }
    return { text: note.text, signatures: trusted }
  } catch (error) {
    return `no good signature of a key trusted for this log (${codeOf(error)})`
  }
}

/** Why the checkpoint does not continue the record, or null when it does. */
function inconsistent(
  { oldSize, proof }: AddCheckpoint,
  { size, root }: Checkpoint,
  record: WitnessRecord | null,
): string | null {
  if (size === 0 && !equalBytes(root, EMPTY_ROOT))
    return 'a log without entries has the root of the empty tree'
  if (oldSize === 0) return proof.length === 0 ? null : 'from size 0 there is nothing to prove'
  if (record === null) return 'nothing of this log was cosigned before'
  try {
    verifyConsistency(proof, oldSize, size, record.root, root)
    return null
  } catch (error) {
    return `the proof does not lead from the checkpoint cosigned before (${codeOf(error)})`
  }
}

function linesOf(signatures: readonly NoteSignature[]): string {
  const note = formatNote('', signatures)
  return note.slice(note.indexOf('\u2014'))
}

function codeOf(error: unknown): string {
  if (error instanceof VerifyError) return error.code
  throw error
}

function words(status: number, body: string, end = '\n'): WitnessAnswer {
  return { status, type: 'text/plain; charset=utf-8', body: `${body}${end}` }
}
