/**
 * Asks the gateway through the clients people use: the official `openai` and `@anthropic-ai/sdk` packages.
 *
 * Nothing is configured but the address, the token and headers: that is all a user changes.
 */
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { type Answer, readRefusal } from './answer.ts'
import { type ObservedFetch, observeFetch } from './observed-fetch.ts'

export interface Question {
  readonly gatewayUrl: string
  readonly token: string
  readonly model: string
  readonly prompt: string
  readonly headers?: Readonly<Record<string, string>>
  /** Called with each piece of a stream as it arrives. */
  readonly onPiece?: (piece: string) => void
}

/** One of the ways in which a client asks. */
export type Ask = (question: Question) => Promise<Answer>

const OUTPUT_TOKENS_MAX = 2048

export const askResponsesStream: Ask = (question) =>
  observe(question, async (client, _, add) => {
    const stream = await client.responses.create({
      model: question.model,
      input: question.prompt,
      stream: true,
    })
    for await (const event of stream) {
      if (event.type === 'response.output_text.delta') add(event.delta)
      // The library does not throw here: a caller has to look (research with several clients: few do).
      if (event.type === 'response.failed') throw new StreamFailure(event.response.error)
    }
  })

export const askResponses: Ask = (question) =>
  observe(question, async (client, _, add) => {
    add((await client.responses.create({ model: question.model, input: question.prompt })).output_text)
  })

export const askChat: Ask = (question) =>
  observe(question, async (client, _, add) => {
    const messages = [{ role: 'user' as const, content: question.prompt }]
    const completion = await client.chat.completions.create({ model: question.model, messages })
    add(completion.choices[0]?.message.content ?? '')
  })

export const askChatStream: Ask = (question) =>
  observe(question, async (client, _, add) => {
    const messages = [{ role: 'user' as const, content: question.prompt }]
    const stream = await client.chat.completions.create({ model: question.model, messages, stream: true })
    for await (const chunk of stream) add(chunk.choices[0]?.delta.content ?? '')
  })

export const askMessages: Ask = (question) =>
  observe(question, async (_, client, add) => {
    const message = await client.messages.create(messageParams(question))
    add(message.content.map((block) => (block.type === 'text' ? block.text : '')).join(''))
  })

export const askMessagesStream: Ask = (question) =>
  observe(question, async (_, client, add) => {
    const stream = await client.messages.create({ ...messageParams(question), stream: true })
    for await (const event of stream) {
      if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') add(event.delta.text)
    }
  })

/** A failure that arrived inside a stream as an event. */
class StreamFailure extends Error {
  override readonly name = 'StreamFailure'
  readonly error: unknown
  constructor(error: unknown) {
    super('the stream ended with a failure event')
    this.error = error
  }
}

async function observe(
  question: Question,
  run: (openai: OpenAI, anthropic: Anthropic, add: (piece: string) => void) => Promise<void>,
): Promise<Answer> {
  const observed = observeFetch()
  const { gatewayUrl, token, headers } = question
  const openai = new OpenAI({
    baseURL: `${gatewayUrl}/v1`,
    apiKey: token,
    defaultHeaders: headers,
    fetch: observed.fetch,
  })
  const anthropic = new Anthropic({
    baseURL: gatewayUrl,
    apiKey: token,
    defaultHeaders: headers,
    fetch: observed.fetch,
  })
  let text = ''
  try {
    await run(openai, anthropic, (piece) => {
      text += piece
      question.onPiece?.(piece)
    })
    return { verdict: 'allow', text, refusal: null, ...seen(observed) }
  } catch (error) {
    return refused(error, text, observed)
  }
}

function refused(error: unknown, text: string, observed: ObservedFetch): Answer {
  const { message, error: body } = error as { message: string; error?: unknown }
  const refusal = readRefusal(body, observed.status(), message)
  const begun = observed.status() === 200
  const verdict = begun
    ? 'cut'
    : refusal.verdict === 'hold'
      ? 'hold'
      : refusal.verdict === 'deny'
        ? 'deny'
        : 'error'
  return { verdict, text, refusal, ...seen(observed) }
}

function seen(observed: ObservedFetch): Pick<Answer, 'decision' | 'receipt' | 'attempts'> {
  return {
    decision: observed.header('x-sekisho-decision'),
    receipt: observed.header('x-sekisho-receipt'),
    attempts: observed.attempts(),
  }
}

function messageParams(question: Question) {
  return {
    model: question.model,
    max_tokens: OUTPUT_TOKENS_MAX,
    messages: [{ role: 'user' as const, content: question.prompt }],
  }
}
