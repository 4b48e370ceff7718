/** The one error class of the identity room. Codes are API: add, never rename. */

/** Codes are API: add, never rename. */
export type IdentityErrorCode = 'programme_key_file_malformed' | 'identity_seed_malformed'

/** A key or a key file cannot be used. */
export class IdentityError extends Error {
  override readonly name = 'IdentityError'
  readonly code: IdentityErrorCode
  constructor(code: IdentityErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
