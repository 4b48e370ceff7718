/** The custody room's error. Codes are API: add, never rename. */

export type CustodyErrorCode =
  /** An envelope does not open with this key, or was changed. */
  | 'custody_envelope_invalid'
  /** What came out is not the key that was wrapped. */
  | 'custody_key_mismatch'
  /** No envelope of the wrapped key is for this holder. */
  | 'custody_not_for_holder'
  /** Fewer custodians than the threshold gave their shares. */
  | 'custody_shares_missing'
  | 'custody_share_malformed'
  | 'custody_key_file_malformed'
  /** The file of epoch keys is damaged. */
  | 'custody_ring_malformed'
  /** An epoch key is neither here nor wrapped. */
  | 'custody_key_unknown'
  /** The key to wrap to is no X25519 public key. */
  | 'custody_recipient_invalid'

export class CustodyError extends Error {
  override readonly name = 'CustodyError'
  readonly code: CustodyErrorCode
  constructor(code: CustodyErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
