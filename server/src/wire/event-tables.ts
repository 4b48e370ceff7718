/**
 * Every stream event type this build knows, per dialect.
 *
 * Spec: docs/spec/wire.md §10 (printed there). Anything else becomes a part of type `unknown`, which the guard
 * denies: an event nobody here can read must not leave.
 */

/**
 * - `delta`: carries text, scanned as it comes;
 * - `whole`: repeats or completes text that deltas carried, scanned too (a vendor may send it without deltas);
 * - `frame`: structure only;
 * - `end`: ends the answer.
 */
export type EventRule = 'delta' | 'whole' | 'frame' | 'end'

/** OpenAI Responses, by `type`. */
export const RESPONSES_EVENTS: ReadonlyMap<string, EventRule> = new Map([
  ['response.created', 'frame'],
  ['response.in_progress', 'frame'],
  ['response.queued', 'frame'],
  ['response.compaction.compacting', 'frame'],
  ['response.output_item.added', 'whole'],
  ['response.output_item.done', 'whole'],
  ['response.content_part.added', 'whole'],
  ['response.content_part.done', 'whole'],
  ['response.output_text.delta', 'delta'],
  ['response.output_text.done', 'whole'],
  ['response.refusal.delta', 'delta'],
  ['response.refusal.done', 'whole'],
  ['response.function_call_arguments.delta', 'delta'],
  ['response.function_call_arguments.done', 'whole'],
  ['response.custom_tool_call_input.delta', 'delta'],
  ['response.custom_tool_call_input.done', 'whole'],
  ['response.shell_call_command.added', 'whole'],
  ['response.shell_call_command.delta', 'delta'],
  ['response.shell_call_command.done', 'whole'],
  ['response.apply_patch_call_operation_diff.delta', 'delta'],
  ['response.apply_patch_call_operation_diff.done', 'whole'],
  ['response.reasoning_text.delta', 'delta'],
  ['response.reasoning_text.done', 'whole'],
  ['response.reasoning_summary_text.delta', 'delta'],
  ['response.reasoning_summary_text.done', 'whole'],
  ['response.reasoning_summary_part.added', 'whole'],
  ['response.reasoning_summary_part.done', 'whole'],
  ['response.completed', 'end'],
  ['response.incomplete', 'end'],
  ['response.failed', 'end'],
  ['error', 'end'],
] as const)

/** Anthropic Messages, by `type`. */
export const MESSAGES_EVENTS: ReadonlyMap<string, EventRule> = new Map([
  ['message_start', 'frame'],
  ['ping', 'frame'],
  ['content_block_start', 'whole'],
  ['content_block_delta', 'delta'],
  ['content_block_stop', 'frame'],
  ['message_delta', 'frame'],
  ['message_stop', 'end'],
  ['error', 'end'],
] as const)

/** Item types an answer's `output[]` may hold: what runs at the client. */
export const RESPONSES_OUTPUT_ITEMS: ReadonlySet<string> = new Set([
  'message',
  'reasoning',
  'compaction',
  'function_call',
  'custom_tool_call',
  'local_shell_call',
  'shell_call',
  'apply_patch_call',
  'tool_search_call',
])

/** Block types an Anthropic answer may hold. */
export const MESSAGES_OUTPUT_BLOCKS: ReadonlySet<string> = new Set([
  'text',
  'thinking',
  'redacted_thinking',
  'tool_use',
  'compaction',
])
