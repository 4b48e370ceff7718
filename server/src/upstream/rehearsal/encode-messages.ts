/** A plan as an Anthropic Messages answer, whole or as events. Spec: docs/spec/wire.md §10.3. */
import type { JsonObject } from '../../wire/index.ts'
import { type NamedEvent, pieces } from './events.ts'
import type { Plan } from './plan.ts'

export function messagesAnswer(plan: Plan): JsonObject {
  return {
    ...envelope(plan),
    content: [plan.call === null ? { type: 'text', text: plan.text } : toolUse(plan, plan.call.input)],
    stop_reason: stopReason(plan),
    usage: { ...usage(plan), output_tokens: plan.outputTokens },
  }
}

export function* messagesEvents(plan: Plan): Generator<NamedEvent> {
  const event = (type: string, body: JsonObject): NamedEvent => ({ event: type, data: { type, ...body } })
  yield event('message_start', { message: { ...envelope(plan), usage: usage(plan) } })
  const block = plan.call === null ? { type: 'text', text: '' } : toolUse(plan, {})
  yield event('content_block_start', { index: 0, content_block: block })
  yield event('ping', {})
  if (plan.call === null) {
    for (const text of pieces(plan.text))
      yield event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })
  } else {
    for (const piece of pieces(JSON.stringify(plan.call.input))) {
      yield event('content_block_delta', {
        index: 0,
        delta: { type: 'input_json_delta', partial_json: piece },
      })
    }
  }
  yield event('content_block_stop', { index: 0 })
  yield event('message_delta', {
    delta: { stop_reason: stopReason(plan), stop_sequence: null },
    usage: { output_tokens: plan.outputTokens },
  })
  yield event('message_stop', {})
}

function toolUse(plan: Plan, input: NonNullable<Plan['call']>['input']): JsonObject {
  return { type: 'tool_use', id: `toolu_${plan.seed}`, name: plan.call?.name ?? '', input }
}

function stopReason(plan: Plan): string {
  if (plan.call !== null) return 'tool_use'
  return plan.truncated ? 'max_tokens' : 'end_turn'
}

function envelope(plan: Plan): JsonObject {
  return {
    id: `msg_${plan.seed}`,
    type: 'message',
    role: 'assistant',
    model: plan.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
  }
}

function usage(plan: Plan): JsonObject {
  return {
    input_tokens: plan.inputTokens,
    output_tokens: 1,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    service_tier: 'standard',
  }
}
