/** The disclosure room's error. Codes are API: add, never rename. */

export type DisclosureErrorCode =
  /** What was submitted is no order. */
  | 'disclosure_not_an_order'
  /** The checkpoint an order names is none of this ledger. */
  | 'disclosure_checkpoint_unknown'
  /** Too much for one pack. */
  | 'disclosure_too_large'

export class DisclosureError extends Error {
  override readonly name = 'DisclosureError'
  readonly code: DisclosureErrorCode
  constructor(code: DisclosureErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
