/**
 * Checkpoints: a log's signed size and root.
 *
 * Spec: c2sp.org/tlog-checkpoint; ours: docs/spec/ledger.md §4. The key's name must be the origin.
 */
import { fromBase64, toBase64 } from './bytes.ts'
import { VerifyError } from './error.ts'
import { type Hash, SIZE_MAX } from './merkle.ts'
import { parseNote, type VerifierKey, verifyNote } from './note.ts'

export interface Checkpoint {
  readonly origin: string
  /** Number of entries. */
  readonly size: number
  readonly root: Hash
  /** Lines after the root; this ledger writes none. */
  readonly extensions: readonly string[]
}

/** The note text of a checkpoint, without signatures. */
export function formatCheckpoint(origin: string, size: number, root: Hash): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`
}

/**
 * Reads a checkpoint without checking signatures.
 *
 * @throws {VerifyError} `checkpoint_malformed`, `checkpoint_size`, `checkpoint_root`, and those of `parseNote`
 */
export function parseCheckpoint(note: Uint8Array): Checkpoint {
  return parseCheckpointText(parseNote(note).text)
}

/**
 * Reads a checkpoint and checks that `key` signed it for its own origin.
 *
 * @throws {VerifyError} `checkpoint_origin`, those of `parseCheckpoint` and `verifyNote`
 */
export async function verifyCheckpoint(note: Uint8Array, key: VerifierKey): Promise<Checkpoint> {
  const verified = await verifyNote(note, [key])
  const checkpoint = parseCheckpointText(verified.note.text)
  if (checkpoint.origin !== key.name) {
    throw new VerifyError('checkpoint_origin', 'the checkpoint is of another log', {
      place: 'line 1',
      expected: key.name,
      got: checkpoint.origin,
    })
  }
  return checkpoint
}

/** Reads the text of a note as a checkpoint. */
export function parseCheckpointText(text: string): Checkpoint {
  const [origin, sizeText, rootText, ...extensions] = text.slice(0, -1).split('\n')
  if (!origin || sizeText === undefined || rootText === undefined || extensions.includes('')) {
    throw new VerifyError('checkpoint_malformed', 'a checkpoint is origin, size and root, one a line')
  }
  const size = Number(sizeText)
  if (!/^(0|[1-9][0-9]{0,15})$/.test(sizeText) || size > SIZE_MAX) {
    throw new VerifyError('checkpoint_size', 'the size is not a decimal number without leading zeroes', {
      place: 'line 2',
      got: sizeText.slice(0, 40),
    })
  }
  return { origin, size, root: parseRoot(rootText), extensions }
}

function parseRoot(text: string): Hash {
  let root: Uint8Array
  try {
    root = fromBase64(text)
  } catch (cause) {
    throw new VerifyError('checkpoint_root', 'the root is not base64', {
      place: 'line 3',
      got: text.slice(0, 80),
      cause,
    })
  }
  if (root.length !== 32) {
    throw new VerifyError('checkpoint_root', 'the root is not 32 bytes', {
      place: 'line 3',
      expected: '32',
      got: String(root.length),
    })
  }
  return root
}
