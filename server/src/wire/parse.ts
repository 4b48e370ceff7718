/** Bytes to WireRequest (under construction). */
import type { Dialect, WireRequest } from './request.ts'

export interface WireLimits {
  readonly bodyBytesMax: number
}
/** @throws {WireError} every code except the `wire_sse_*` ones */
export function parseWireRequest(
  _dialect: Dialect,
  _body: Buffer,
  _limits?: Partial<WireLimits>,
): WireRequest {
  throw new Error('under construction')
}
