/**
 * What can be wrong with a request's bytes, one code per distinct defect.
 *
 * Spec: docs/spec/wire.md §2. Codes are API: add, never rename.
 */
import type { Problem } from './request.ts'

export type WireErrorCode =
  | 'wire_body_too_large'
  | 'wire_body_empty'
  | 'wire_utf8_invalid'
  | 'wire_json_invalid'
  | 'wire_json_trailing'
  | 'wire_json_duplicate_key'
  | 'wire_json_too_deep'
  | 'wire_not_object'
  | 'wire_field_missing'
  | 'wire_field_type'
  | 'wire_field_refused'
  | 'wire_item_unknown'
  | 'wire_item_refused'
  | 'wire_items_too_many'
  | 'wire_sse_line_too_large'
  | 'wire_sse_event_too_large'

/** A request body (or a vendor's event stream) that this build will not read. */
export class WireError extends Error {
  override readonly name = 'WireError'
  readonly code: WireErrorCode
  /** JSON pointer of the offending place, when there is one. */
  readonly path: string | null
  constructor(code: WireErrorCode, message: string, path: string | null = null) {
    super(message)
    this.code = code
    this.path = path
  }
}

/** HTTP status and OpenAI `code` per defect: total, so a new code cannot be forgotten. */
export const WIRE_ANSWERS: Record<WireErrorCode, { readonly status: number; readonly wireCode: string }> = {
  wire_body_too_large: { status: 413, wireCode: 'invalid_prompt' },
  wire_body_empty: { status: 400, wireCode: 'invalid_prompt' },
  wire_utf8_invalid: { status: 400, wireCode: 'invalid_prompt' },
  wire_json_invalid: { status: 400, wireCode: 'invalid_prompt' },
  wire_json_trailing: { status: 400, wireCode: 'invalid_prompt' },
  wire_json_duplicate_key: { status: 400, wireCode: 'invalid_prompt' },
  wire_json_too_deep: { status: 400, wireCode: 'invalid_prompt' },
  wire_not_object: { status: 400, wireCode: 'invalid_prompt' },
  wire_field_missing: { status: 400, wireCode: 'invalid_prompt' },
  wire_field_type: { status: 400, wireCode: 'invalid_prompt' },
  wire_field_refused: { status: 400, wireCode: 'invalid_prompt' },
  wire_item_unknown: { status: 400, wireCode: 'invalid_prompt' },
  wire_item_refused: { status: 400, wireCode: 'invalid_prompt' },
  wire_items_too_many: { status: 413, wireCode: 'invalid_prompt' },
  wire_sse_line_too_large: { status: 502, wireCode: 'invalid_prompt' },
  wire_sse_event_too_large: { status: 502, wireCode: 'invalid_prompt' },
}

/** The answer a client gets for a `WireError`. */
export function problemOfWireError(error: WireError): Problem {
  const { status, wireCode } = WIRE_ANSWERS[error.code]
  const extension = error.path === null ? {} : { extension: { path: error.path } }
  return { status, code: error.code, wireCode, message: error.message, ...extension }
}
