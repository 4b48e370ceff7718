/**
 * One checkpoint handed to one witness, and its cosignature back.
 *
 * Spec: c2sp.org/tlog-witness. HOSTILE: what a witness answers counts only as far as its own key signed it, or ours did:
 * a size in a 409 is a claim; a checkpoint that it shows, signed by the log's key, is proof.
 */
import { createHash } from 'node:crypto'
import {
  type Checkpoint,
  type CosignerKey,
  type Hash,
  type NoteSignature,
  parseCheckpoint,
  parseNote,
  utf8,
  type VerifierKey,
  VerifyError,
  verifyCheckpoint,
  verifyCosignatures,
} from 'sekisho-verify'
import { formatAddCheckpoint } from './add-checkpoint.ts'

const ANSWER_BYTES_MAX = 64 * 1024
const NOTE_BYTES_MAX = 256 * 1024
/** A cosignature may be this much ahead of our clock. */
const AHEAD_MAX_S = 300

export interface WitnessAddress {
  /** Name in the policy. */
  readonly name: string
  readonly key: CosignerKey
  /** Submission prefix, and monitoring prefix too. */
  readonly url: string
}

export type WitnessFault =
  | 'unreachable'
  | 'timeout'
  | 'status'
  | 'answer_malformed'
  | 'cosignature_absent'
  | 'cosignature_invalid'
  | 'cosignature_time'
  /** It does not find that our checkpoint continues what it saw. */
  | 'inconsistent'
  /** It says it saw more entries than we submitted. */
  | 'ahead'

export type Submitted =
  | { readonly ok: true; readonly signature: NoteSignature; readonly timeS: number }
  | { readonly ok: false; readonly fault: WitnessFault; readonly message: string; readonly size?: number }

export interface Submission {
  readonly witness: WitnessAddress
  readonly note: string
  /** Size that the witness cosigned last, as far as we know. */
  readonly knownSize: number
  /** Consistency proof from a smaller size. */
  readonly prove: (oldSize: number) => Promise<Hash[]>
  readonly fetch: typeof fetch
  readonly timeoutMs: number
  readonly nowMs: () => number
}

/** Submits once, and once more when the witness says that it knows another size. Never rejects. */
export async function submitCheckpoint(submission: Submission): Promise<Submitted> {
  const signal = AbortSignal.timeout(submission.timeoutMs)
  try {
    const first = await post(submission, submission.knownSize, signal)
    const said = first.status === 409 ? sizeIn(first.body) : null
    if (said === null) return await read(submission, first)
    const { size } = parseCheckpoint(utf8(submission.note))
    if (said > size) return ahead(said, size)
    if (said === submission.knownSize)
      return fault('answer_malformed', 'it refuses the size it says it knows')
    const second = await post(submission, said, signal)
    const again = second.status === 409 ? sizeIn(second.body) : null
    if (again !== null) return again > size ? ahead(again, size) : fault('status', 'its size changed twice')
    return await read(submission, second)
  } catch (error) {
    if (error instanceof VerifyError) return fault('answer_malformed', error.message)
    if (signal.aborted) return fault('timeout', `no answer in ${submission.timeoutMs} ms`)
    return fault('unreachable', reasonOf(error))
  }
}

/**
 * The latest checkpoint a witness shows of our log, when our own key signed it; null when it shows none that counts.
 * Never rejects.
 */
export async function witnessedBefore(
  witness: Pick<WitnessAddress, 'url'>,
  key: VerifierKey,
  means: Pick<Submission, 'fetch' | 'timeoutMs'>,
): Promise<Checkpoint | null> {
  const hash = createHash('sha256').update(key.name).digest('hex')
  try {
    const response = await means.fetch(`${prefixOf(witness.url)}${hash}/checkpoint`, {
      redirect: 'error',
      signal: AbortSignal.timeout(means.timeoutMs),
    })
    if (response.status !== 200) return null
    return await verifyCheckpoint(await readLimited(response, NOTE_BYTES_MAX), key)
  } catch {
    return null
  }
}

interface Answered {
  readonly status: number
  readonly body: string
}

async function post(
  { witness, note, prove, fetch }: Submission,
  oldSize: number,
  signal: AbortSignal,
): Promise<Answered> {
  const { size } = parseCheckpoint(utf8(note))
  const proof = oldSize === 0 || oldSize >= size ? [] : await prove(oldSize)
  const response = await fetch(`${prefixOf(witness.url)}add-checkpoint`, {
    method: 'POST',
    redirect: 'error',
    signal,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: formatAddCheckpoint({ oldSize, proof, checkpoint: utf8(note) }),
  })
  return {
    status: response.status,
    body: Buffer.from(await readLimited(response, ANSWER_BYTES_MAX)).toString('utf8'),
  }
}

async function read({ witness, note, nowMs }: Submission, answered: Answered): Promise<Submitted> {
  if (answered.status === 422) return fault('inconsistent', firstLine(answered.body))
  if (answered.status !== 200)
    return fault('status', `status ${answered.status}: ${firstLine(answered.body)}`)
  // As the specification suggests: put below the text, its lines make a note that is checked like any other.
  const joined = utf8(`${note.slice(0, note.indexOf('\n\n') + 2)}${answered.body}`)
  const parsed = parseNote(joined)
  try {
    const [found] = await verifyCosignatures(parsed, parseCheckpoint(joined), [witness.key])
    const signature = parsed.signatures.find(
      ({ name, keyId }) => name === witness.key.name && keyId === witness.key.keyId,
    )
    if (found === undefined || signature === undefined)
      return fault('cosignature_absent', 'no cosignature of the key that the policy names')
    if (found.state === 'unchecked') return fault('cosignature_absent', 'this runtime cannot check its kind')
    if (found.timeS < 1 || found.timeS * 1000 > nowMs() + AHEAD_MAX_S * 1000)
      return fault('cosignature_time', `its time ${found.timeS} is none, or is to come`)
    return { ok: true, signature, timeS: found.timeS }
  } catch (error) {
    if (error instanceof VerifyError) return fault('cosignature_invalid', error.message)
    throw error
  }
}

async function readLimited(response: Response, bytesMax: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  const stream = response.body?.getReader()
  for (;;) {
    const step = await stream?.read()
    if (step?.value === undefined) return Buffer.concat(chunks)
    length += step.value.length
    if (length > bytesMax) {
      await stream?.cancel()
      throw new VerifyError('read_too_large', `an answer over ${bytesMax} bytes`)
    }
    chunks.push(step.value)
  }
}

function sizeIn(body: string): number | null {
  const size = Number(/^(0|[1-9][0-9]{0,15})\n$/.exec(body)?.[1] ?? Number.NaN)
  return Number.isSafeInteger(size) ? size : null
}

function ahead(said: number, size: number): Submitted {
  return {
    ok: false,
    fault: 'ahead',
    message: `it says it cosigned ${said} entries, we submitted ${size}`,
    size: said,
  }
}

function fault(kind: WitnessFault, message: string): Submitted {
  return { ok: false, fault: kind, message }
}

function firstLine(body: string): string {
  return body.split('\n')[0]?.slice(0, 200) ?? ''
}

function prefixOf(url: string): string {
  return url.endsWith('/') ? url : `${url}/`
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error ? cause.message : String(cause)
}
