/**
 * The body of an `add-checkpoint` request, written and read.
 *
 * Spec: c2sp.org/tlog-witness, "add-checkpoint": an old size line, at most 63 proof lines, an empty line, a checkpoint.
 * HOSTILE: a witness reads it from anybody; only what `formatAddCheckpoint` would write is read.
 */
import { fromBase64, fromUtf8, type Hash, toBase64, utf8, VerifyError } from 'sekisho-verify'

const PROOF_LINES_MAX = 63

export interface AddCheckpoint {
  readonly oldSize: number
  readonly proof: readonly Hash[]
  /** Signed note, verbatim. */
  readonly checkpoint: Uint8Array
}

export function formatAddCheckpoint({ oldSize, proof, checkpoint }: AddCheckpoint): string {
  return `${[`old ${oldSize}`, ...proof.map(toBase64)].join('\n')}\n\n${fromUtf8(checkpoint)}`
}

/** What stands in the body, or why it is none. */
export function parseAddCheckpoint(body: Uint8Array): AddCheckpoint | string {
  let text: string
  try {
    text = fromUtf8(body)
  } catch {
    return 'the body is not UTF-8'
  }
  const split = text.indexOf('\n\n')
  if (split < 0) return 'the body has no empty line before the checkpoint'
  const [sizeLine = '', ...lines] = text.slice(0, split).split('\n')
  const oldSize = Number(/^old (0|[1-9][0-9]{0,15})$/.exec(sizeLine)?.[1] ?? Number.NaN)
  if (!Number.isSafeInteger(oldSize)) return 'the first line is not `old N`'
  if (lines.length > PROOF_LINES_MAX) return `${lines.length} proof lines are over ${PROOF_LINES_MAX}`
  const proof: Hash[] = []
  for (const [i, line] of lines.entries()) {
    const hash = readHash(line)
    if (hash === null) return `proof line ${i + 1} is not one hash in base64`
    proof.push(hash)
  }
  return { oldSize, proof, checkpoint: utf8(text.slice(split + 2)) }
}

function readHash(line: string): Hash | null {
  try {
    const bytes = fromBase64(line)
    return bytes.length === 32 ? bytes : null
  } catch (error) {
    if (error instanceof VerifyError) return null
    throw error
  }
}
