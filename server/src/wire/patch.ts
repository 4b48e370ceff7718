/** Setting and removing top-level members by splicing bytes (under construction). */
import type { JsonValue, WireRequest } from './request.ts'

/** Sets (`JsonValue`) or removes (`undefined`) top-level members; every other byte stays as received. */
export function patchBody(
  _request: WireRequest,
  _patch: Readonly<Record<string, JsonValue | undefined>>,
): Buffer {
  throw new Error('under construction')
}
