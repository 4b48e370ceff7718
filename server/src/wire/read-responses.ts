/**
 * OpenAI Responses answers to stream parts.
 *
 * Spec: docs/spec/wire.md §10.1. Keys: `OUTPUT_INDEX/CONTENT_INDEX` for texts, `OUTPUT_INDEX` for tool arguments.
 */
import { RESPONSES_EVENTS, RESPONSES_OUTPUT_ITEMS } from './event-tables.ts'
import type { DialectReader, MutableState } from './reader.ts'
import type { JsonObject, JsonValue, StreamPart } from './request.ts'
import { type Channel, countOf, failedEnd, listOf, objectOf, TextLog, textOf } from './text-log.ts'

/** Which text a delta or a whole event carries, where it lies and how it is keyed. */
const TEXT_EVENTS: ReadonlyMap<string, { channel: Channel; member: string; sub: string | null }> = new Map([
  ['response.output_text.delta', { channel: 'text', member: 'delta', sub: 'content_index' }],
  ['response.output_text.done', { channel: 'text', member: 'text', sub: 'content_index' }],
  ['response.refusal.delta', { channel: 'refusal', member: 'delta', sub: 'content_index' }],
  ['response.refusal.done', { channel: 'refusal', member: 'refusal', sub: 'content_index' }],
  ['response.function_call_arguments.delta', { channel: 'tool_arguments', member: 'delta', sub: null }],
  ['response.function_call_arguments.done', { channel: 'tool_arguments', member: 'arguments', sub: null }],
  ['response.custom_tool_call_input.delta', { channel: 'tool_arguments', member: 'delta', sub: null }],
  ['response.custom_tool_call_input.done', { channel: 'tool_arguments', member: 'input', sub: null }],
  [
    'response.shell_call_command.added',
    { channel: 'tool_arguments', member: 'command', sub: 'command_index' },
  ],
  ['response.shell_call_command.delta', { channel: 'tool_arguments', member: 'delta', sub: 'command_index' }],
  [
    'response.shell_call_command.done',
    { channel: 'tool_arguments', member: 'command', sub: 'command_index' },
  ],
  [
    'response.apply_patch_call_operation_diff.delta',
    { channel: 'tool_arguments', member: 'delta', sub: null },
  ],
  ['response.apply_patch_call_operation_diff.done', { channel: 'tool_arguments', member: 'diff', sub: null }],
  ['response.reasoning_text.delta', { channel: 'reasoning', member: 'delta', sub: 'content_index' }],
  ['response.reasoning_text.done', { channel: 'reasoning', member: 'text', sub: 'content_index' }],
  ['response.reasoning_summary_text.delta', { channel: 'reasoning', member: 'delta', sub: 'summary_index' }],
  ['response.reasoning_summary_text.done', { channel: 'reasoning', member: 'text', sub: 'summary_index' }],
])

export class ResponsesReader implements DialectReader {
  readonly log = new TextLog()
  private served = ''

  event(name: string, data: JsonObject, state: MutableState): StreamPart[] {
    const type = textOf(data.type) ?? name
    const rule = RESPONSES_EVENTS.get(type)
    if (rule === undefined || (name !== '' && name !== type)) return [{ type: 'unknown', name: type }]
    state.sequence = Math.max(state.sequence, countOf(data.sequence_number))
    const parts: StreamPart[] = []
    const text = TEXT_EVENTS.get(type)
    if (text !== undefined) this.text(parts, rule === 'delta', text, data)
    else if (type === 'error') this.failure(parts, data, state)
    else if (type.startsWith('response.output_item.'))
      this.item(parts, data.item, indexOf(data, 'output_index'))
    else if (type.startsWith('response.content_part.')) {
      this.part(parts, data.part, `${indexOf(data, 'output_index')}/${indexOf(data, 'content_index')}`)
    } else if (type.startsWith('response.reasoning_summary_part.')) {
      const key = `${indexOf(data, 'output_index')}/s${indexOf(data, 'summary_index')}`
      this.log.whole(parts, 'reasoning', key, objectOf(data.part)?.text)
    } else if (type !== 'response.compaction.compacting')
      this.response(parts, data.response, rule === 'end', state)
    return parts
  }

  /** A whole `response` object: from a JSON answer, or inside `created`, `completed`, `failed`, `incomplete`. */
  response(parts: StreamPart[], value: JsonValue | undefined, final: boolean, state: MutableState): void {
    const response = objectOf(value)
    if (response === null) {
      parts.push({ type: 'unknown', name: 'response_missing' })
      return
    }
    state.started = true
    state.id = textOf(response.id) ?? state.id
    state.model = textOf(response.model) ?? state.model
    state.createdAtS = countOf(response.created_at) || state.createdAtS
    this.reportServed(parts, response)
    listOf(response.output).forEach((item, i) => {
      this.item(parts, item, String(i))
    })
    const usage = objectOf(response.usage)
    if (usage !== null) {
      parts.push({
        type: 'usage',
        inputTokens: countOf(usage.input_tokens),
        outputTokens: countOf(usage.output_tokens),
      })
    }
    if (final) this.end(parts, response, state)
  }

  finish(): StreamPart[] {
    return []
  }

  private end(parts: StreamPart[], response: JsonObject, state: MutableState): void {
    state.ended = true
    const status = textOf(response.status)
    const code = textOf(objectOf(response.error)?.code)
    const reason = textOf(objectOf(response.incomplete_details)?.reason)
    if (status === 'completed') {
      parts.push({ type: 'end', how: this.log.refused ? 'refused' : 'completed', vendorCode: null })
    } else if (status === 'incomplete') parts.push({ type: 'end', how: 'incomplete', vendorCode: reason })
    else parts.push(failedEnd(code ?? status, objectOf(response.error)?.message))
  }

  private failure(parts: StreamPart[], data: JsonObject, state: MutableState): void {
    state.ended = true
    const inner = objectOf(data.error) ?? data
    parts.push(failedEnd(textOf(inner.code) ?? textOf(inner.type), inner.message))
  }

  private reportServed(parts: StreamPart[], response: JsonObject): void {
    const model = textOf(response.model)
    if (model === null) return
    const accessProgram = textOf(objectOf(response.access_programs)?.cyber)
    const served = `${model}\n${accessProgram}`
    if (served === this.served) return
    this.served = served
    parts.push({ type: 'served', model, accessProgram })
  }

  private text(
    parts: StreamPart[],
    delta: boolean,
    event: { channel: Channel; member: string; sub: string | null },
    data: JsonObject,
  ): void {
    const output = indexOf(data, 'output_index')
    const mark = event.sub === 'summary_index' ? 's' : ''
    const key = event.sub === null ? output : `${output}/${mark}${indexOf(data, event.sub)}`
    if (delta) this.log.delta(parts, event.channel, key, data[event.member])
    else this.log.whole(parts, event.channel, key, data[event.member])
  }

  private item(parts: StreamPart[], value: JsonValue | undefined, key: string): void {
    const item = objectOf(value)
    const type = textOf(item?.type)
    if (item === null || type === null || !RESPONSES_OUTPUT_ITEMS.has(type)) {
      parts.push({ type: 'unknown', name: `item:${type ?? ''}` })
      return
    }
    listOf(item.content).forEach((part, i) => {
      this.part(parts, part, `${key}/${i}`)
    })
    listOf(item.summary).forEach((part, i) => {
      this.log.whole(parts, 'reasoning', `${key}/s${i}`, objectOf(part)?.text)
    })
    this.log.sealed(parts, item.encrypted_content)
    this.log.whole(parts, 'tool_arguments', `${key}/name`, item.name)
    this.log.whole(parts, 'tool_arguments', key, item.arguments ?? item.input)
    this.log.whole(parts, 'tool_arguments', `${key}/action`, item.action ?? item.operation)
  }

  private part(parts: StreamPart[], value: JsonValue | undefined, key: string): void {
    const part = objectOf(value)
    const type = textOf(part?.type)
    if (part !== null && type === 'output_text') this.log.whole(parts, 'text', key, part.text)
    else if (part !== null && type === 'refusal') this.log.whole(parts, 'refusal', key, part.refusal)
    else if (part !== null && type === 'reasoning_text') this.log.whole(parts, 'reasoning', key, part.text)
    else parts.push({ type: 'unknown', name: `part:${type ?? ''}` })
  }
}

function indexOf(data: JsonObject, member: string): string {
  return String(countOf(data[member]))
}
