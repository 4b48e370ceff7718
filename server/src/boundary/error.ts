/** What can keep the boundary room from reading at all; everything else is a value. */

export type BoundaryErrorCode = 'boundary_canary_short' | 'boundary_canary_long' | 'boundary_weights_damaged'

/** The reader could not be built. The process must not start without it. */
export class BoundaryError extends Error {
  override readonly name = 'BoundaryError'
  readonly code: BoundaryErrorCode
  constructor(code: BoundaryErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
