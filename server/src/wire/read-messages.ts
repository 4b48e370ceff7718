/**
 * Anthropic Messages answers to stream parts.
 *
 * Spec: docs/spec/wire.md §10.3. Keys: the content block's index. A thinking block's signature seals the full
 * reasoning, so it is opaque: reported when its block stops, because it may come in pieces.
 */
import { MESSAGES_EVENTS, MESSAGES_OUTPUT_BLOCKS } from './event-tables.ts'
import type { DialectReader, MutableState } from './reader.ts'
import type { JsonObject, JsonValue, StreamPart } from './request.ts'
import { countOf, failedEnd, listOf, objectOf, TextLog, textOf } from './text-log.ts'

const INCOMPLETE: ReadonlySet<string> = new Set([
  'max_tokens',
  'model_context_window_exceeded',
  'pause_turn',
  'compaction',
])

export class MessagesReader implements DialectReader {
  readonly log = new TextLog()
  private readonly signatures = new Map<string, string>()
  private inputTokens = 0
  private outputTokens = 0
  private stopReason: string | null = null
  private stopCategory: string | null = null

  event(name: string, data: JsonObject, state: MutableState): StreamPart[] {
    const type = textOf(data.type) ?? name
    if (!MESSAGES_EVENTS.has(type) || (name !== '' && name !== type)) return [{ type: 'unknown', name: type }]
    const parts: StreamPart[] = []
    const key = String(countOf(data.index))
    if (type === 'message_start') this.message(parts, objectOf(data.message), state)
    else if (type === 'content_block_start') this.block(parts, objectOf(data.content_block), key, false)
    else if (type === 'content_block_delta') this.delta(parts, objectOf(data.delta), key)
    else if (type === 'content_block_stop') this.blockStop(parts, key)
    else if (type === 'message_delta') this.stopping(parts, objectOf(data.delta), objectOf(data.usage))
    else if (type === 'message_stop') this.end(parts, state)
    else if (type === 'error') {
      state.ended = true
      parts.push(failedEnd(textOf(objectOf(data.error)?.type), objectOf(data.error)?.message))
    }
    return parts
  }

  /** A whole message: from a JSON answer, or the empty one in `message_start`. */
  message(parts: StreamPart[], message: JsonObject | null, state: MutableState): void {
    if (message === null) {
      parts.push({ type: 'unknown', name: 'message_missing' })
      return
    }
    state.started = true
    state.id = textOf(message.id)
    const model = textOf(message.model)
    if (model !== null) {
      state.model = model
      parts.push({ type: 'served', model, accessProgram: null })
    }
    listOf(message.content).forEach((block, i) => {
      this.block(parts, objectOf(block), String(i), true)
    })
    this.stopping(parts, message, objectOf(message.usage))
  }

  end(parts: StreamPart[], state: MutableState): void {
    state.ended = true
    const reason = this.stopReason ?? ''
    if (reason === 'refusal')
      parts.push({ type: 'end', how: 'refused', vendorCode: this.stopCategory ?? 'refusal' })
    else if (INCOMPLETE.has(reason)) parts.push({ type: 'end', how: 'incomplete', vendorCode: reason })
    else parts.push({ type: 'end', how: 'completed', vendorCode: null })
  }

  finish(): StreamPart[] {
    return []
  }

  private block(parts: StreamPart[], block: JsonObject | null, key: string, whole: boolean): void {
    const type = textOf(block?.type)
    if (block === null || type === null || !MESSAGES_OUTPUT_BLOCKS.has(type)) {
      parts.push({ type: 'unknown', name: `block:${type ?? ''}` })
      return
    }
    const { log } = this
    log.delta(parts, 'text', key, block.text)
    log.delta(parts, 'reasoning', key, block.thinking)
    log.delta(parts, 'text', key, block.content)
    log.delta(parts, 'tool_arguments', `${key}/name`, block.name)
    const input = block.input
    if (objectOf(input) === null || Object.keys(objectOf(input) ?? {}).length > 0) {
      log.whole(parts, 'tool_arguments', key, input)
    }
    log.sealed(parts, block.data)
    log.sealed(parts, block.encrypted_content)
    this.sign(key, block.signature)
    if (whole) this.blockStop(parts, key)
  }

  private delta(parts: StreamPart[], delta: JsonObject | null, key: string): void {
    const { log } = this
    switch (delta?.type) {
      case 'text_delta':
        log.delta(parts, 'text', key, delta.text)
        return
      case 'thinking_delta':
        log.delta(parts, 'reasoning', key, delta.thinking)
        return
      case 'input_json_delta':
        log.delta(parts, 'tool_arguments', key, delta.partial_json)
        return
      case 'signature_delta':
        this.sign(key, delta.signature)
        return
      case 'citations_delta':
        log.whole(parts, 'text', `${key}/citation`, delta.citation)
        return
      case 'compaction_delta':
        log.delta(parts, 'text', key, delta.content)
        log.sealed(parts, delta.encrypted_content)
        return
      default:
        parts.push({ type: 'unknown', name: `delta:${textOf(delta?.type) ?? ''}` })
    }
  }

  private sign(key: string, signature: JsonValue | undefined): void {
    if (typeof signature === 'string') this.signatures.set(key, (this.signatures.get(key) ?? '') + signature)
  }

  private blockStop(parts: StreamPart[], key: string): void {
    this.log.sealed(parts, this.signatures.get(key))
    this.signatures.delete(key)
  }

  private stopping(parts: StreamPart[], message: JsonObject | null, usage: JsonObject | null): void {
    const details = objectOf(message?.stop_details)
    this.stopReason = textOf(message?.stop_reason) ?? this.stopReason
    this.stopCategory = textOf(details?.category) ?? this.stopCategory
    this.log.delta(parts, 'refusal', 'stop', details?.explanation)
    if (usage === null) return
    const input =
      countOf(usage.input_tokens) +
      countOf(usage.cache_creation_input_tokens) +
      countOf(usage.cache_read_input_tokens)
    this.inputTokens = Math.max(this.inputTokens, input)
    this.outputTokens = Math.max(this.outputTokens, countOf(usage.output_tokens))
    parts.push({ type: 'usage', inputTokens: this.inputTokens, outputTokens: this.outputTokens })
  }
}
