/**
 * One model request in any of the three dialects, parsed once.
 *
 * The raw body is kept for hashing and forwarding and is never re-serialised as a whole.
 */

/** The three wire dialects: OpenAI Responses, OpenAI Chat Completions, Anthropic Messages. */
export type Dialect = 'responses' | 'chat' | 'messages'

export type SegmentRole = 'system' | 'user' | 'assistant' | 'tool'
export type SegmentKind =
  | 'text'
  | 'reasoning'
  | 'tool_call'
  | 'tool_result'
  | 'tool_declaration'
  | 'unlisted'
  | 'unreadable'

/** One run of text from the request in reading order. `text` is '' for `unreadable` (media, encrypted reasoning). */
export interface Segment {
  readonly role: SegmentRole
  readonly kind: SegmentKind
  readonly text: string
  /** JSON pointer into the request body. */
  readonly path: string
  /** `unreadable` only: SHA-256 (hex) of the value's text. */
  readonly sha256?: string
  /** `unreadable` only: encrypted by the vendor (vouched for by `opaqueDigests`), or media nobody here can read. */
  readonly unreadable?: 'encrypted' | 'media'
}

export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject
export interface JsonObject {
  [key: string]: JsonValue
}

/** One top-level member of the body, in bytes: `"key": value` without the comma. `end` is exclusive. */
export interface MemberSpan {
  readonly key: string
  readonly keyStart: number
  readonly valueStart: number
  readonly end: number
}

export interface WireRequest {
  readonly dialect: Dialect
  readonly model: string
  readonly stream: boolean
  /** Body as received, in bytes. */
  readonly body: Buffer
  readonly json: JsonObject
  readonly segments: readonly Segment[]
  /** Output-token ceiling the client asked for, or null. */
  readonly outputTokensMax: number | null
  /**
   * SHA-256 (hex) of each encrypted blob the client sends back, in reading order. A blob may pass only when the
   * vendor issued it to this principal: the same digest left earlier as a `StreamPart` of type `opaque`.
   */
  readonly opaqueDigests: readonly string[]
  /** Byte spans of the top-level members, for `patchBody`. */
  readonly members: readonly MemberSpan[]
  /** Top-level fields the field table does not list: read as text, recorded, forwarded. */
  readonly unlistedFields: readonly string[]
  /** SHA-256 (hex) of canonical content less volatile fields and `stream`: the stickiness key's content part. */
  contentDigest(): string
}

/** Something a stream event or a whole response carries that guard, ledger and quota care about. */
export type StreamPart =
  | {
      readonly type: 'delta'
      /** `other`: everything else an event holds, whole, each string on a line; continues nothing. */
      readonly channel: 'text' | 'reasoning' | 'tool_arguments' | 'refusal' | 'other'
      readonly key: string
      readonly text: string
    }
  | { readonly type: 'served'; readonly model: string; readonly accessProgram: string | null }
  | { readonly type: 'usage'; readonly inputTokens: number; readonly outputTokens: number }
  | { readonly type: 'opaque'; readonly sha256: string }
  | {
      readonly type: 'end'
      readonly how: 'completed' | 'incomplete' | 'refused' | 'failed'
      readonly vendorCode: string | null
      /** `failed` only, at most 500 characters: the vendor's words, which alone tell an account action from a refusal. */
      readonly vendorMessage?: string
    }
  /** An event this build does not know: the guard denies it. */
  | { readonly type: 'unknown'; readonly name: string }

/** A typed refusal or failure, before it is dressed in a dialect. */
export interface Problem {
  /** HTTP status when no byte has been sent. */
  readonly status: number
  /** Ours: stable, see docs/spec/problem.md. */
  readonly code: string
  /** `code` field shown to OpenAI-dialect clients; chosen so that they do not retry (`invalid_prompt`, …). */
  readonly wireCode: string
  /** One paragraph: what, decision id, clause, console address. The only field every client shows. */
  readonly message: string
  readonly retryAfterS?: number
  /** Machine-readable extension (decision id, clauses, facts); emitted as `error.sekisho` and problem+json members. */
  readonly extension?: JsonObject
}
