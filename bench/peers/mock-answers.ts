/**
 * What the mock upstream answers, built once: the shapes of the vendors' own documentation.
 *
 * The first token is `Lines`, which the load client looks for.
 */

/** Events that carry a token; the dialect's own opening and closing events come on top. */
const TOKENS = 50
const MODEL = 'bench-model'
const CREATED = 1_795_000_000
const TOKEN_TEXTS = ['Lines', ' two', ' and', ' five', ' repeat', ' the', ' same', ' failed', ' login', '.']

export function chatJson(): Buffer {
  const message = { role: 'assistant', content: text().padEnd(1000, ' reviewed'), refusal: null }
  return Buffer.from(
    JSON.stringify({
      id: 'chatcmpl-bench',
      object: 'chat.completion',
      created: CREATED,
      model: MODEL,
      choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
      usage: { prompt_tokens: 120, completion_tokens: TOKENS, total_tokens: 120 + TOKENS },
    }),
  )
}

export function chatEvents(): Buffer[] {
  const chunk = (delta: object, finish: string | null) =>
    dataEvent({
      id: 'chatcmpl-bench',
      object: 'chat.completion.chunk',
      created: CREATED,
      model: MODEL,
      choices: [{ index: 0, delta, finish_reason: finish }],
    })
  const tokens = Array.from({ length: TOKENS }, (_, at) => chunk({ content: tokenText(at) }, null))
  return [
    chunk({ role: 'assistant', content: '' }, null),
    ...tokens,
    chunk({}, 'stop'),
    Buffer.from('data: [DONE]\n\n'),
  ]
}

export function responsesJson(): Buffer {
  return Buffer.from(JSON.stringify(responseObject('completed', text().padEnd(1000, ' reviewed'))))
}

export function responsesEvents(): Buffer[] {
  let sequence = 0
  const event = (type: string, rest: object) =>
    Buffer.concat([
      Buffer.from(`event: ${type}\n`),
      dataEvent({ type, sequence_number: sequence++, ...rest }),
    ])
  const place = { item_id: 'msg_bench', output_index: 0, content_index: 0 }
  const part = { type: 'output_text', text: '', annotations: [] }
  const item = { id: 'msg_bench', type: 'message', status: 'in_progress', role: 'assistant', content: [] }
  const done = responseObject('completed', text())
  return [
    event('response.created', { response: responseObject('in_progress', null) }),
    event('response.in_progress', { response: responseObject('in_progress', null) }),
    event('response.output_item.added', { output_index: 0, item }),
    event('response.content_part.added', { ...place, part }),
    ...Array.from({ length: TOKENS }, (_, at) =>
      event('response.output_text.delta', { ...place, delta: tokenText(at) }),
    ),
    event('response.output_text.done', { ...place, text: text() }),
    event('response.content_part.done', { ...place, part: { ...part, text: text() } }),
    event('response.output_item.done', { output_index: 0, item: done.output[0] }),
    event('response.completed', { response: done }),
  ]
}

function responseObject(status: string, answer: string | null) {
  const content = [{ type: 'output_text', text: answer, annotations: [] }]
  const message = { id: 'msg_bench', type: 'message', status: 'completed', role: 'assistant', content }
  return {
    id: 'resp_bench',
    object: 'response',
    created_at: CREATED,
    status,
    model: MODEL,
    error: null,
    incomplete_details: null,
    output: answer === null ? [] : [message],
    usage: answer === null ? null : { input_tokens: 120, output_tokens: TOKENS, total_tokens: 120 + TOKENS },
  }
}

function dataEvent(value: object): Buffer {
  return Buffer.from(`data: ${JSON.stringify(value)}\n\n`)
}

function tokenText(at: number): string {
  return TOKEN_TEXTS[at % TOKEN_TEXTS.length] ?? ''
}

function text(): string {
  return Array.from({ length: TOKENS }, (_, at) => tokenText(at)).join('')
}
