/**
 * A checkpoint held against a policy: a listed log signed it, and enough witnesses cosigned it.
 *
 * Spec: c2sp.org/tlog-policy, c2sp.org/tlog-proof (steps 2 and 3); ours: docs/spec/witness.md §3.
 */
import { verifyEd25519 } from '#ed25519'
import { toBase64, utf8 } from './bytes.ts'
import { type Checkpoint, parseCheckpointText } from './checkpoint.ts'
import { type Cosignature, type CosignerKey, verifyCosignatures } from './cosignature.ts'
import { VerifyError } from './error.ts'
import { type Note, parseNote, type VerifierKey } from './note.ts'
import { isQuorum, type Policy } from './policy.ts'

/** What one witness of the policy has to do with a checkpoint. */
export interface WitnessWord {
  /** Its name in the policy. */
  readonly witness: string
  readonly name: string
  /**
   * Only `good` counts. `unchecked`: this runtime lacks the algorithm. `untimed`, `ahead`: the signature is good and its time is 0,
   * or more than a day ahead of the reader's clock.
   */
  readonly state: 'good' | 'unchecked' | 'untimed' | 'ahead' | 'absent'
  /** POSIX seconds, where it cosigned. */
  readonly timeS: number | null
}

/** How far a cosignature's time may be ahead of the reader's clock. */
export const COSIGNATURE_AHEAD_S = 86_400

export interface WitnessedCheckpoint {
  readonly checkpoint: Checkpoint
  /** The log key that signed. */
  readonly key: VerifierKey
  readonly words: readonly WitnessWord[]
}

/**
 * Checks a checkpoint against a policy.
 *
 * @param logKeys log keys accepted besides the policy's own `log` lines
 * @param nowS POSIX seconds by the reader's clock; without it no time is too far ahead
 * @throws {VerifyError} `note_key_absent` when no listed log signed for its own origin, `note_signature_invalid`,
 *   `quorum_not_reached`, those of `verifyCosignatures`, `parseNote` and `parseCheckpoint`
 */
export async function verifyWitnessed(
  bytes: Uint8Array,
  policy: Policy,
  logKeys: readonly VerifierKey[] = [],
  nowS = Number.POSITIVE_INFINITY,
): Promise<WitnessedCheckpoint> {
  const found = await readWitnessed(bytes, policy, logKeys, nowS)
  const good = found.words.filter(({ state }) => state === 'good').map(({ witness }) => witness)
  if (isQuorum(policy, new Set(good))) return found
  throw new VerifyError('quorum_not_reached', 'too few witnesses cosigned this checkpoint', {
    place: `checkpoint, size ${found.checkpoint.size}`,
    expected: `quorum ${policy.quorum}`,
    got: found.words.map(({ witness, state }) => `${witness} ${state}`).join(', ') || 'no witness is known',
  })
}

/** The same without asking for the quorum: what each witness said. */
export async function readWitnessed(
  bytes: Uint8Array,
  policy: Policy,
  logKeys: readonly VerifierKey[] = [],
  nowS = Number.POSITIVE_INFINITY,
): Promise<WitnessedCheckpoint> {
  const note = parseNote(bytes)
  const checkpoint = parseCheckpointText(note.text)
  const known = [...policy.logs.map((log) => log.key), ...logKeys]
  const key = await signerOf(note, checkpoint, known)
  const cosigned = await verifyCosignatures(
    note,
    checkpoint,
    policy.witnesses.map((witness) => witness.key),
  )
  const words = policy.witnesses.map((witness): WitnessWord => {
    const own = cosigned.find((cosignature) => cosignature.key === witness.key)
    const { name } = witness.key
    const state = own === undefined ? 'absent' : stateOf(own, nowS)
    return { witness: witness.name, name, state, timeS: own?.timeS ?? null }
  })
  return { checkpoint, key, words }
}

function stateOf({ state, timeS }: Cosignature, nowS: number): WitnessWord['state'] {
  if (state !== 'good') return state
  if (timeS === 0) return 'untimed'
  return timeS > nowS + COSIGNATURE_AHEAD_S ? 'ahead' : 'good'
}

/** The first listed log key of this origin whose signature is good. A bad one of a listed key spoils the note. */
async function signerOf(
  note: Note,
  checkpoint: Checkpoint,
  known: readonly (VerifierKey | CosignerKey)[],
): Promise<VerifierKey> {
  const keys = known.filter((key) => key.name === checkpoint.origin)
  const plain = keys.filter((key) => !isCosigner(key))
  let signer: VerifierKey | undefined
  const seen = new Set<VerifierKey>()
  for (const { name, keyId, signature } of note.signatures) {
    const key = plain.find((each) => each.name === name && each.keyId === keyId)
    if (key === undefined || seen.has(key)) continue // of two lines of one key the first counts
    seen.add(key)
    if (!(await verifyEd25519(key.publicKey, utf8(note.text), signature))) {
      throw new VerifyError('note_signature_invalid', `signature of \`${name}\` does not verify`, {
        place: `${name}+${keyId}`,
        got: toBase64(signature),
      })
    }
    signer ??= key
  }
  const cosigned = await verifyCosignatures(note, checkpoint, keys.filter(isCosigner))
  signer ??= cosigned.find(({ state }) => state === 'good')?.key
  if (signer !== undefined) return signer
  throw new VerifyError('note_key_absent', 'no listed log signed this checkpoint', {
    expected: known.map((key) => `${key.name}+${key.keyId}`).join(', ') || 'a `log` line or a key',
    got: note.signatures.map(({ name, keyId }) => `${name}+${keyId}`).join(', '),
  })
}

function isCosigner(key: VerifierKey | CosignerKey): key is CosignerKey {
  return 'algorithm' in key
}
