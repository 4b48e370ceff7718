/** Signs checkpoints. Spec: c2sp.org/tlog-checkpoint, c2sp.org/signed-note. */
import { createPublicKey, type KeyObject, sign } from 'node:crypto'
import {
  formatCheckpoint,
  formatNote,
  formatVerifierKey,
  noteKeyId,
  utf8,
  type VerifierKey,
} from 'sekisho-verify'
import { LedgerError } from './error.ts'

export interface Signer {
  readonly key: VerifierKey
  /** The same as a vkey line. */
  readonly verifierKey: string
  /** A signed note for this size and root. */
  sign(size: number, root: Uint8Array): string
}

/** @throws {LedgerError} `ledger_origin_malformed` when the origin or key cannot sign checkpoints */
export function createSigner(origin: string, signingKey: KeyObject): Signer {
  if (!/^[^+\s\p{Cc}]+$/u.test(origin)) {
    throw new LedgerError(
      'ledger_origin_malformed',
      `origin \`${origin}\` must be without spaces and plus signs`,
    )
  }
  if (signingKey.type !== 'private' || signingKey.asymmetricKeyType !== 'ed25519') {
    throw new LedgerError('ledger_origin_malformed', 'the checkpoint key must be an Ed25519 private key')
  }
  const publicKey = createPublicKey(signingKey).export({ type: 'spki', format: 'der' }).subarray(-32)
  const key: VerifierKey = { name: origin, keyId: noteKeyId(origin, publicKey), publicKey }
  return {
    key,
    verifierKey: formatVerifierKey(origin, publicKey),
    sign(size, root) {
      const text = formatCheckpoint(origin, size, root)
      return formatNote(text, [
        { name: origin, keyId: key.keyId, signature: sign(null, utf8(text), signingKey) },
      ])
    },
  }
}
