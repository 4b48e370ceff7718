/**
 * Model servers: OpenAI, Anthropic, any OpenAI-compatible server, and the built-in rehearsal model.
 *
 * Spec: docs/spec/upstream.md.
 */
export { UpstreamError, type UpstreamErrorCode } from './error.ts'
export { openUpstreams, type RehearsalConfig, type UpstreamConfig, type VendorConfig } from './open.ts'
export type { Upstream, UpstreamCall, UpstreamExchange, UpstreamSink } from './upstream.ts'
export type { StoppedBy } from './vendor-codes.ts'
export {
  type AccessProgram,
  compareServed,
  endUserPseudonym,
  type ServedComparison,
  type VendorModel,
  vendorPatch,
} from './vendor-patch.ts'
export {
  classifyUpstreamError,
  classifyVendorAnswer,
  classifyVendorFailure,
  type VendorProblem,
} from './vendor-problem.ts'
