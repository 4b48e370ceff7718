/**
 * A plan as an OpenAI Responses answer, whole or as events.
 *
 * Spec: docs/spec/wire.md §10.1 for the order of events; clients need `response.completed`, not `[DONE]`.
 */
import type { JsonObject, WireRequest } from '../../wire/index.ts'
import { type NamedEvent, pieces } from './events.ts'
import type { Plan } from './plan.ts'

export function responsesAnswer(plan: Plan, request: WireRequest): JsonObject {
  return envelope(plan, request, plan.truncated ? 'incomplete' : 'completed', [item(plan, 'completed')])
}

export function* responsesEvents(plan: Plan, request: WireRequest): Generator<NamedEvent> {
  let sequence = 0
  const event = (type: string, body: JsonObject): NamedEvent => ({
    event: type,
    data: { type, sequence_number: sequence++, ...body },
  })
  yield event('response.created', { response: envelope(plan, request, 'in_progress', []) })
  yield event('response.in_progress', { response: envelope(plan, request, 'in_progress', []) })
  yield event('response.output_item.added', { output_index: 0, item: item(plan, 'in_progress') })
  yield* plan.call === null ? textEvents(plan, event) : callEvents(plan, event)
  yield event('response.output_item.done', { output_index: 0, item: item(plan, 'completed') })
  const end = plan.truncated ? 'response.incomplete' : 'response.completed'
  yield event(end, { response: responsesAnswer(plan, request) })
}

type Make = (type: string, body: JsonObject) => NamedEvent

function* textEvents(plan: Plan, event: Make): Generator<NamedEvent> {
  const at = { item_id: `msg_${plan.seed}`, output_index: 0, content_index: 0 }
  const part = (text: string): JsonObject => ({ type: 'output_text', text, annotations: [], logprobs: [] })
  yield event('response.content_part.added', { ...at, part: part('') })
  for (const delta of pieces(plan.text))
    yield event('response.output_text.delta', { ...at, delta, logprobs: [] })
  yield event('response.output_text.done', { ...at, text: plan.text, logprobs: [] })
  yield event('response.content_part.done', { ...at, part: part(plan.text) })
}

function* callEvents(plan: Plan, event: Make): Generator<NamedEvent> {
  const { call } = plan
  if (call === null || call.form === 'local_shell') return
  const at = { item_id: callId(plan), output_index: 0 }
  const text = argumentsText(plan)
  const kind = call.form === 'custom' ? 'custom_tool_call_input' : 'function_call_arguments'
  for (const delta of pieces(text)) yield event(`response.${kind}.delta`, { ...at, delta })
  yield event(`response.${kind}.done`, {
    ...at,
    ...(call.form === 'custom' ? { input: text } : { name: call.name, arguments: text }),
  })
}

function item(plan: Plan, status: 'in_progress' | 'completed'): JsonObject {
  const { call } = plan
  const open = status === 'in_progress'
  if (call === null) {
    const content = open ? [] : [{ type: 'output_text', text: plan.text, annotations: [], logprobs: [] }]
    return {
      id: `msg_${plan.seed}`,
      type: 'message',
      role: 'assistant',
      status: plan.truncated && !open ? 'incomplete' : status,
      content,
    }
  }
  const base = { id: callId(plan), status, call_id: `call_${plan.seed}` }
  if (call.form === 'local_shell') return { ...base, type: 'local_shell_call', action: call.input }
  const named = {
    ...base,
    name: call.name,
    ...(call.namespace === null ? {} : { namespace: call.namespace }),
  }
  const text = open ? '' : argumentsText(plan)
  if (call.form === 'custom') return { ...named, type: 'custom_tool_call', input: text }
  return { ...named, type: 'function_call', arguments: text }
}

function callId(plan: Plan): string {
  return `fc_${plan.seed}`
}

function argumentsText(plan: Plan): string {
  const input = plan.call?.input ?? null
  return typeof input === 'string' ? input : JSON.stringify(input)
}

function envelope(plan: Plan, request: WireRequest, status: string, output: JsonObject[]): JsonObject {
  const { json } = request
  const ended = status !== 'in_progress'
  return {
    id: `resp_${plan.seed}`,
    object: 'response',
    created_at: 0,
    status,
    background: false,
    error: null,
    incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
    instructions: json.instructions ?? null,
    max_output_tokens: request.outputTokensMax,
    model: plan.model,
    output,
    parallel_tool_calls: json.parallel_tool_calls ?? true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    store: false,
    temperature: json.temperature ?? 1,
    text: json.text ?? { format: { type: 'text' } },
    tool_choice: json.tool_choice ?? 'auto',
    tools: json.tools ?? [],
    top_p: json.top_p ?? 1,
    truncation: 'disabled',
    usage: ended ? usage(plan) : null,
    metadata: {},
    ...(json.access_programs === undefined ? {} : { access_programs: json.access_programs }),
  }
}

function usage(plan: Plan): JsonObject {
  return {
    input_tokens: plan.inputTokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: plan.outputTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: plan.inputTokens + plan.outputTokens,
  }
}
