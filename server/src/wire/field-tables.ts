/**
 * What happens to each top-level request field, per dialect.
 *
 * Spec: docs/spec/wire.md §3 (this table is printed there). A field that is not listed is read as text, recorded
 * and forwarded, so that a vendor's new field neither breaks clients nor escapes reading.
 *
 * Threat: a field that makes the vendor act on content this checkpoint never saw (a stored conversation, a file id,
 * a remote URL, a tool that runs at the vendor) would carry a request around the reader.
 */
import type { Dialect } from './request.ts'

/**
 * - `read`: becomes segments, then forwarded as received;
 * - `forward`: structural (numbers, switches, ids), forwarded; a long string inside is read all the same;
 * - `replace`: taken out or set by the gateway (docs/spec/upstream.md §2), the client's value never leaves;
 * - `refuse`: escapes reading; only `null`, `false` and `[]` pass, because they ask for nothing.
 */
export type FieldRule = 'read' | 'forward' | 'replace' | 'refuse'

const RESPONSES: Readonly<Record<string, FieldRule>> = {
  model: 'forward',
  instructions: 'read',
  input: 'read',
  tools: 'read',
  text: 'read',
  include: 'forward',
  max_output_tokens: 'forward',
  max_tool_calls: 'forward',
  parallel_tool_calls: 'forward',
  prompt_cache_key: 'forward',
  prompt_cache_options: 'forward',
  prompt_cache_retention: 'forward',
  reasoning: 'forward',
  service_tier: 'forward',
  stream: 'forward',
  stream_options: 'forward',
  temperature: 'forward',
  tool_choice: 'forward',
  top_logprobs: 'forward',
  top_p: 'forward',
  truncation: 'forward',
  moderation: 'forward',
  context_management: 'forward',
  image: 'forward',
  access_programs: 'replace',
  client_metadata: 'replace',
  metadata: 'replace',
  safety_identifier: 'replace',
  store: 'replace',
  user: 'replace',
  background: 'refuse',
  conversation: 'refuse',
  previous_response_id: 'refuse',
  prompt: 'refuse',
}

const CHAT: Readonly<Record<string, FieldRule>> = {
  model: 'forward',
  messages: 'read',
  tools: 'read',
  functions: 'read',
  response_format: 'read',
  prediction: 'read',
  stop: 'read',
  frequency_penalty: 'forward',
  function_call: 'forward',
  logit_bias: 'forward',
  logprobs: 'forward',
  max_completion_tokens: 'forward',
  max_tokens: 'forward',
  modalities: 'forward',
  moderation: 'forward',
  n: 'forward',
  parallel_tool_calls: 'forward',
  presence_penalty: 'forward',
  prompt_cache_key: 'forward',
  prompt_cache_options: 'forward',
  prompt_cache_retention: 'forward',
  reasoning_effort: 'forward',
  seed: 'forward',
  service_tier: 'forward',
  stream: 'forward',
  stream_options: 'forward',
  temperature: 'forward',
  tool_choice: 'forward',
  top_logprobs: 'forward',
  top_p: 'forward',
  verbosity: 'forward',
  access_programs: 'replace',
  metadata: 'replace',
  safety_identifier: 'replace',
  store: 'replace',
  user: 'replace',
  audio: 'refuse',
  web_search_options: 'refuse',
}

const MESSAGES: Readonly<Record<string, FieldRule>> = {
  model: 'forward',
  system: 'read',
  messages: 'read',
  tools: 'read',
  stop_sequences: 'read',
  output_config: 'read',
  output_format: 'read',
  compaction: 'read',
  context_management: 'read',
  betas: 'forward',
  billing_policy: 'forward',
  cache_control: 'forward',
  diagnostics: 'forward',
  inference_geo: 'forward',
  max_tokens: 'forward',
  service_tier: 'forward',
  speed: 'forward',
  stream: 'forward',
  temperature: 'forward',
  thinking: 'forward',
  tool_choice: 'forward',
  top_k: 'forward',
  top_p: 'forward',
  metadata: 'replace',
  container: 'refuse',
  fallback_credit_token: 'refuse',
  fallbacks: 'refuse',
  mcp_servers: 'refuse',
  thread: 'refuse',
  user_profile_id: 'refuse',
  workspace_id: 'refuse',
}

/** Top-level fields per dialect. */
export const FIELD_TABLES: Readonly<Record<Dialect, Readonly<Record<string, FieldRule>>>> = {
  responses: RESPONSES,
  chat: CHAT,
  messages: MESSAGES,
}

/** Unlisted top-level fields and listed ones that change on every attempt: no part of the content digest. */
export const VOLATILE_FIELDS: ReadonlySet<string> = new Set([
  'stream',
  'stream_options',
  'metadata',
  'client_metadata',
  'prompt_cache_key',
  'request_id',
  'session_id',
])
