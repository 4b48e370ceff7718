/**
 * OpenAI Chat Completions answers to stream parts.
 *
 * Spec: docs/spec/wire.md §10.2. Keys: `CHOICE` for texts, `CHOICE/r` reasoning, `CHOICE/t/CALL` tool arguments.
 * Compatible servers add members of their own (`reasoning_content`, …); any string among them is read as text.
 */
import type { DialectReader, MutableState } from './reader.ts'
import type { JsonObject, JsonValue, StreamPart } from './request.ts'
import { countOf, failedEnd, listOf, objectOf, TextLog, textOf } from './text-log.ts'

const MESSAGE_MEMBERS: ReadonlySet<string> = new Set([
  'role',
  'content',
  'refusal',
  'reasoning',
  'reasoning_content',
  'tool_calls',
  'function_call',
])

export class ChatReader implements DialectReader {
  readonly log = new TextLog()
  private served: string | null = null
  private finish_: string | null = null

  event(_name: string, data: JsonObject, state: MutableState): StreamPart[] {
    const parts: StreamPart[] = []
    if (data.error !== undefined && data.error !== null) {
      state.ended = true
      const error = objectOf(data.error) ?? {}
      parts.push(failedEnd(textOf(error.code) ?? textOf(error.type), error.message))
      return parts
    }
    if (!Array.isArray(data.choices)) return [{ type: 'unknown', name: textOf(data.object) ?? 'chunk' }]
    this.envelope(parts, data, state)
    for (const value of data.choices) this.choice(parts, objectOf(value), 'delta')
    return parts
  }

  /** A whole `chat.completion`. */
  completion(parts: StreamPart[], data: JsonObject, state: MutableState): void {
    if (!Array.isArray(data.choices)) {
      parts.push({ type: 'unknown', name: textOf(data.object) ?? 'completion' })
      return
    }
    this.envelope(parts, data, state)
    for (const value of data.choices) this.choice(parts, objectOf(value), 'message')
    parts.push(...this.finish(state))
  }

  /** `[DONE]`, or a stream that ended without it: the SDKs accept both once a finish reason was seen. */
  finish(state: MutableState): StreamPart[] {
    if (this.finish_ === null || state.ended) return []
    state.ended = true
    const reason = this.finish_
    if (this.log.refused) return [{ type: 'end', how: 'refused', vendorCode: null }]
    const incomplete = reason === 'length' || reason === 'content_filter'
    return [
      { type: 'end', how: incomplete ? 'incomplete' : 'completed', vendorCode: incomplete ? reason : null },
    ]
  }

  private envelope(parts: StreamPart[], data: JsonObject, state: MutableState): void {
    state.started = true
    state.id = textOf(data.id) ?? state.id
    state.createdAtS = countOf(data.created) || state.createdAtS
    const model = textOf(data.model)
    if (model !== null && model !== this.served) {
      this.served = state.model = model
      parts.push({
        type: 'served',
        model,
        accessProgram: textOf(objectOf(data.access_programs)?.cyber),
      })
    }
    const usage = objectOf(data.usage)
    if (usage !== null) {
      parts.push({
        type: 'usage',
        inputTokens: countOf(usage.prompt_tokens),
        outputTokens: countOf(usage.completion_tokens),
      })
    }
  }

  private choice(parts: StreamPart[], choice: JsonObject | null, member: 'delta' | 'message'): void {
    const message = objectOf(choice?.[member])
    if (choice === null || message === null) {
      parts.push({ type: 'unknown', name: 'choice' })
      return
    }
    const key = String(countOf(choice.index))
    this.message(parts, message, key)
    const reason = textOf(choice.finish_reason)
    if (reason === null) return
    // The worst reason over all choices is the answer's.
    if (
      this.finish_ === null ||
      reason === 'content_filter' ||
      (reason === 'length' && this.finish_ === 'stop')
    ) {
      this.finish_ = reason
    }
  }

  private message(parts: StreamPart[], message: JsonObject, key: string): void {
    const { log } = this
    log.delta(parts, 'reasoning', `${key}/r`, message.reasoning_content ?? message.reasoning)
    if (Array.isArray(message.content)) log.whole(parts, 'text', `${key}/content`, message.content)
    else log.delta(parts, 'text', key, message.content)
    log.delta(parts, 'refusal', `${key}/refusal`, message.refusal)
    listOf(message.tool_calls).forEach((call, i) => {
      const index = objectOf(call)?.index
      this.call(parts, objectOf(call), `${key}/t/${typeof index === 'number' ? index : i}`)
    })
    if (objectOf(message.function_call) !== null)
      this.call(parts, objectOf(message.function_call), `${key}/t/f`)
    for (const member of Object.keys(message)) {
      if (!MESSAGE_MEMBERS.has(member)) this.extra(parts, `${key}/${member}`, message[member])
    }
  }

  private call(parts: StreamPart[], call: JsonObject | null, key: string): void {
    if (call === null) {
      parts.push({ type: 'unknown', name: 'tool_call' })
      return
    }
    const body = objectOf(call.function) ?? objectOf(call.custom) ?? call
    this.log.delta(parts, 'tool_arguments', `${key}/name`, body.name)
    this.log.delta(parts, 'tool_arguments', key, body.arguments ?? body.input)
  }

  private extra(parts: StreamPart[], key: string, value: JsonValue | undefined): void {
    if (value === undefined || value === null || typeof value === 'number' || typeof value === 'boolean')
      return
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    if (text !== '' && text !== '[]' && text !== '{}') this.log.delta(parts, 'text', key, text)
  }
}
