/**
 * The three wire dialects: OpenAI Responses, OpenAI Chat Completions, Anthropic Messages.
 *
 * Spec: docs/spec/wire.md, docs/spec/problem.md.
 */
export { problemOfWireError, WireError, type WireErrorCode } from './error.ts'
export { FIELD_TABLES, type FieldRule } from './field-tables.ts'
export { type ListedModel, modelAnswer, modelsAnswer } from './models.ts'
export { parseWireRequest, type WireLimits } from './parse.ts'
export { patchBody } from './patch.ts'
export { failureEvents, problemResponse, type WireResponse } from './problem.ts'
export { createEventReader, type EventReader, readResponse, type StreamState } from './reader.ts'
export type {
  Dialect,
  JsonObject,
  JsonValue,
  MemberSpan,
  Problem,
  Segment,
  SegmentKind,
  SegmentRole,
  StreamPart,
  WireRequest,
} from './request.ts'
export { routeFor, type WireRoute } from './route.ts'
export { createSseParser, type SseEvent, type SseLimits, type SseParser } from './sse.ts'
export { parseStrictJson, type StrictJson } from './strict-json.ts'
export { countTokensAnswer, estimateInputTokens, estimateTokens } from './tokens.ts'
