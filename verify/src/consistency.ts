/** Checking that one signed checkpoint continues another, by the published tiles. Spec: RFC 6962 §2.1.2. */
import { equalBytes, toBase64 } from './bytes.ts'
import { type Checkpoint, verifyCheckpoint } from './checkpoint.ts'
import { VerifyError } from './error.ts'
import type { VerifierKey } from './note.ts'
import { verifyConsistency } from './proof.ts'
import { proveConsistency, rootFrom } from './prove.ts'
import type { LedgerReader } from './reader.ts'
import { nodesOf } from './tiles-reader.ts'

/**
 * @throws {VerifyError} `checkpoint_saved_ahead` when `newNote` is the smaller one, `checkpoint_fork` when it does
 *   not continue the old one, `proof_root_mismatch` when the tiles are not those of `newNote`, and those of
 *   `verifyCheckpoint` and the reader
 */
export async function checkConsistency(
  reader: LedgerReader,
  oldNote: Uint8Array,
  newNote: Uint8Array,
  key: VerifierKey,
): Promise<{ old: Checkpoint; young: Checkpoint }> {
  const old = await verifyCheckpoint(oldNote, key)
  const young = await verifyCheckpoint(newNote, key)
  if (old.size > young.size) {
    throw new VerifyError('checkpoint_saved_ahead', 'the newer checkpoint has fewer entries', {
      expected: `at least ${old.size} entries`,
      got: `${young.size} entries`,
    })
  }
  if (old.size === 0) return { old, young } // every tree continues the empty one
  const nodes = nodesOf(reader, young.size)
  const proof = await proveConsistency(old.size, young.size, nodes)
  // First that the tiles are those of the new tree, then that the old tree is the one they begin with.
  const begins = await rootFrom(old.size, nodes)
  verifyConsistency(proof, old.size, young.size, begins, young.root)
  if (!equalBytes(begins, old.root)) {
    throw new VerifyError('checkpoint_fork', 'the new checkpoint does not continue the old one', {
      place: `size ${old.size}`,
      expected: toBase64(old.root),
      got: toBase64(begins),
    })
  }
  return { old, young }
}
