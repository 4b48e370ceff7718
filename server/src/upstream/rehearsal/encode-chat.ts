/** A plan as an OpenAI Chat Completions answer, whole or as chunks. Spec: docs/spec/wire.md §10.2. */
import type { JsonObject, WireRequest } from '../../wire/index.ts'
import { type NamedEvent, pieces } from './events.ts'
import type { Plan } from './plan.ts'

export function chatAnswer(plan: Plan, request: WireRequest): JsonObject {
  const message: JsonObject =
    plan.call === null
      ? { role: 'assistant', content: plan.text, refusal: null, annotations: [] }
      : { role: 'assistant', content: null, refusal: null, tool_calls: [toolCall(plan, argumentsText(plan))] }
  return {
    ...envelope(plan, 'chat.completion'),
    choices: indexes(request).map((index) => ({
      index,
      message,
      logprobs: null,
      finish_reason: finishReason(plan),
    })),
    usage: usage(plan),
  }
}

export function* chatEvents(plan: Plan, request: WireRequest): Generator<NamedEvent> {
  const wantsUsage = request.json.stream_options
  const include = typeof wantsUsage === 'object' && wantsUsage !== null && !Array.isArray(wantsUsage)
  const withUsage = include && wantsUsage.include_usage === true
  const chunk = (choices: JsonObject[], used: JsonObject | null = null): NamedEvent => ({
    event: null,
    data: { ...envelope(plan, 'chat.completion.chunk'), choices, ...(withUsage ? { usage: used } : {}) },
  })
  for (const index of indexes(request)) {
    const choice = (delta: JsonObject, reason: string | null = null): JsonObject => ({
      index,
      delta,
      logprobs: null,
      finish_reason: reason,
    })
    if (plan.call === null) {
      yield chunk([choice({ role: 'assistant', content: '', refusal: null })])
      for (const content of pieces(plan.text)) yield chunk([choice({ content })])
    } else {
      const opening = { index: 0, ...toolCall(plan, '') }
      yield chunk([choice({ role: 'assistant', content: null, tool_calls: [opening] })])
      const member = plan.call.form === 'custom' ? 'custom' : 'function'
      const argument = plan.call.form === 'custom' ? 'input' : 'arguments'
      for (const piece of pieces(argumentsText(plan))) {
        yield chunk([choice({ tool_calls: [{ index: 0, [member]: { [argument]: piece } }] })])
      }
    }
    yield chunk([choice({}, finishReason(plan))])
  }
  if (withUsage) yield chunk([], usage(plan))
  yield { event: null, data: '[DONE]' }
}

function toolCall(plan: Plan, text: string): JsonObject {
  const name = plan.call?.name ?? ''
  const id = `call_${plan.seed}`
  if (plan.call?.form === 'custom') return { id, type: 'custom', custom: { name, input: text } }
  return { id, type: 'function', function: { name, arguments: text } }
}

function argumentsText(plan: Plan): string {
  const input = plan.call?.input ?? null
  return typeof input === 'string' ? input : JSON.stringify(input)
}

function finishReason(plan: Plan): string {
  if (plan.call !== null) return 'tool_calls'
  return plan.truncated ? 'length' : 'stop'
}

function indexes(request: WireRequest): number[] {
  const n = typeof request.json.n === 'number' ? request.json.n : 1
  return Array.from({ length: n }, (_, index) => index)
}

function envelope(plan: Plan, object: string): JsonObject {
  return { id: `chatcmpl-${plan.seed}`, object, created: 0, model: plan.model, service_tier: 'default' }
}

function usage(plan: Plan): JsonObject {
  return {
    prompt_tokens: plan.inputTokens,
    completion_tokens: plan.outputTokens,
    total_tokens: plan.inputTokens + plan.outputTokens,
  }
}
