/**
 * Small correct answers of a vendor, and the places where a script can spoil them.
 *
 * Test support only. Hand-written from the vendors' API references, not from our own encoders, so that a mistake
 * shared by our encoder and our reader shows.
 */
import type { Dialect } from '../../wire/index.ts'

/** What a canned answer says: narrow, wide and astral characters. */
export const CANNED_TEXT = ['Patch ', 'first. ', '先に更新を', '適用 🛡️ ', 'done.']

export interface Canned {
  readonly model: string
  readonly accessProgram: string | null
}

function line(event: string | null, data: unknown): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data)
  return `${event === null ? '' : `event: ${event}\n`}data: ${text}\n\n`
}

/** Stream events in order; the last is the terminator. */
export function cannedEvents(dialect: Dialect, canned: Canned): string[] {
  if (dialect === 'responses') return responsesEvents(canned)
  return dialect === 'chat' ? chatEvents(canned) : messagesEvents(canned)
}

export function cannedAnswer(dialect: Dialect, canned: Canned): unknown {
  const text = CANNED_TEXT.join('')
  if (dialect === 'responses') return response(canned, 'completed', text)
  if (dialect === 'chat') {
    return {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1,
      model: canned.model,
      choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
    }
  }
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: canned.model,
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 11, output_tokens: 7 },
  }
}

function response(canned: Canned, status: string, text: string | null): Record<string, unknown> {
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    status,
    model: canned.model,
    ...(canned.accessProgram === null ? {} : { access_programs: { cyber: canned.accessProgram } }),
    error: null,
    incomplete_details: null,
    output:
      text === null
        ? []
        : [
            {
              id: 'msg_1',
              type: 'message',
              role: 'assistant',
              status,
              content: [{ type: 'output_text', text, annotations: [] }],
            },
          ],
    parallel_tool_calls: true,
    tool_choice: 'auto',
    tools: [],
    usage: text === null ? null : { input_tokens: 11, output_tokens: 7, total_tokens: 18 },
  }
}

function responsesEvents(canned: Canned): string[] {
  const text = CANNED_TEXT.join('')
  const at = { item_id: 'msg_1', output_index: 0, content_index: 0 }
  const part = (value: string): unknown => ({ type: 'output_text', text: value, annotations: [] })
  const item = (status: string, content: unknown[]): unknown => ({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    status,
    content,
  })
  const bodies: [string, Record<string, unknown>][] = [
    ['response.created', { response: response(canned, 'in_progress', null) }],
    ['response.in_progress', { response: response(canned, 'in_progress', null) }],
    ['response.output_item.added', { output_index: 0, item: item('in_progress', []) }],
    ['response.content_part.added', { ...at, part: part('') }],
    ...CANNED_TEXT.map((delta): [string, Record<string, unknown>] => [
      'response.output_text.delta',
      { ...at, delta },
    ]),
    ['response.output_text.done', { ...at, text }],
    ['response.content_part.done', { ...at, part: part(text) }],
    ['response.output_item.done', { output_index: 0, item: item('completed', [part(text)]) }],
    ['response.completed', { response: response(canned, 'completed', text) }],
  ]
  return bodies.map(([type, body], i) => line(type, { type, sequence_number: i, ...body }))
}

function chatEvents(canned: Canned): string[] {
  const chunk = (choices: unknown[], more: Record<string, unknown> = {}): string =>
    line(null, {
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: 1,
      model: canned.model,
      choices,
      ...more,
    })
  return [
    chunk([{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }]),
    ...CANNED_TEXT.map((content) => chunk([{ index: 0, delta: { content }, finish_reason: null }])),
    chunk([{ index: 0, delta: {}, finish_reason: 'stop' }]),
    chunk([], { usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 } }),
    line(null, '[DONE]'),
  ]
}

function messagesEvents(canned: Canned): string[] {
  const message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: canned.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 11, output_tokens: 1 },
  }
  const bodies: [string, Record<string, unknown>][] = [
    ['message_start', { message }],
    ['content_block_start', { index: 0, content_block: { type: 'text', text: '' } }],
    ['ping', {}],
    ...CANNED_TEXT.map((text): [string, Record<string, unknown>] => [
      'content_block_delta',
      { index: 0, delta: { type: 'text_delta', text } },
    ]),
    ['content_block_stop', { index: 0 }],
    [
      'message_delta',
      { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 7 } },
    ],
    ['message_stop', {}],
  ]
  return bodies.map(([type, body]) => line(type, { type, ...body }))
}

/** The vendor's own failure inside a stream. */
export function cannedFailure(dialect: Dialect, canned: Canned, code: string, message: string): string {
  if (dialect === 'responses') {
    const failed = { ...response(canned, 'failed', null), error: { code, message } }
    return line('response.failed', { type: 'response.failed', sequence_number: 90, response: failed })
  }
  if (dialect === 'chat')
    return line(null, { error: { message, type: 'invalid_request_error', param: null, code } })
  return line('error', { type: 'error', error: { type: code, message } })
}
