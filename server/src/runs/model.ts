/**
 * The model of a run, reached through the gateway itself like any client's: its own base URL, the person's token.
 *
 * The `ai` package is the provider layer. Tools are declared without `execute`, so that no library can run one: what the
 * model asks for comes back as a proposal and is decided here. The built-in rehearsal model is reached the same way.
 */
import type { JsonObject } from '../mcp/index.ts'
import type { Proposal, ProposedCall } from './run.ts'

export type ModelMessage =
  | { readonly role: 'system' | 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly text: string; readonly calls: readonly ProposedCall[] }
  | { readonly role: 'tool'; readonly call: ProposedCall; readonly text: string }

export interface OfferedTool {
  /** Name under which it is served: `sigma.match`. */
  readonly served: string
  readonly description: string
  readonly schema: JsonObject
}

export interface Ask {
  readonly run: string
  readonly model: string
  readonly engagement: string | null
  readonly purpose: string
  readonly token: string
  readonly messages: readonly ModelMessage[]
  readonly tools: readonly OfferedTool[]
  readonly signal: AbortSignal
}

/** How asking ended. `lost`: it was sent, and the answer was not learnt. */
export type AskEnd =
  | { readonly kind: 'answered'; readonly proposal: Proposal }
  | {
      readonly kind: 'refused' | 'held' | 'failed' | 'lost'
      readonly code: string
      readonly decision: string | null
      readonly message: string
    }

export interface ModelPort {
  ask(ask: Ask): Promise<AskEnd>
}

/** Vendors take no dot in a tool's name. */
export function wireName(served: string): string {
  return served.replaceAll('.', '__')
}

/** @param gatewayUrl of this server, known once it listens */
export function createGatewayModel(gatewayUrl: () => string): ModelPort {
  return { ask: (ask) => askThroughGateway(ask, gatewayUrl()) }
}

async function askThroughGateway(ask: Ask, gatewayUrl: string): Promise<AskEnd> {
  // Loaded when a run first needs it: servers without runs do without.
  const [{ APICallError, generateText, jsonSchema, tool }, { createOpenAI }] = await Promise.all([
    import('ai'),
    import('@ai-sdk/openai'),
  ])
  const provider = createOpenAI({
    baseURL: `${gatewayUrl}/v1`,
    apiKey: ask.token,
    headers: {
      'x-sekisho-session': ask.run,
      'x-sekisho-purpose': ask.purpose,
      ...(ask.engagement === null ? {} : { 'x-sekisho-engagement': ask.engagement }),
    },
  })
  const served = new Map(ask.tools.map((one) => [wireName(one.served), one.served]))
  try {
    const result = await generateText({
      model: provider.chat(ask.model),
      maxRetries: 0,
      abortSignal: ask.signal,
      allowSystemInMessages: true,
      messages: ask.messages.map(toMessage),
      // No `execute`: the library cannot run what it does not have.
      tools: Object.fromEntries(
        ask.tools.map((one) => [
          wireName(one.served),
          tool({ description: one.description, inputSchema: jsonSchema(one.schema as object) }),
        ]),
      ),
    } as Parameters<typeof generateText>[0])
    const headers = result.response.headers ?? {}
    return {
      kind: 'answered',
      proposal: {
        text: result.text,
        calls: result.toolCalls.map(({ toolCallId, toolName, input }) => ({
          id: toolCallId,
          tool: served.get(toolName) ?? toolName,
          args: argumentsOf(input),
        })),
        tokens: result.usage.totalTokens ?? 0,
        decision: headers['x-sekisho-decision'] ?? null,
        receipt: headers['x-sekisho-receipt'] ?? null,
        served: result.response.modelId ?? null,
      },
    }
  } catch (error) {
    if (APICallError.isInstance(error)) return endOfRefusal(error)
    const message = error instanceof Error ? error.message : String(error)
    // Whatever else went wrong, it may have been sent.
    return { kind: 'lost', code: 'runs_model_lost', decision: null, message: message.slice(0, 500) }
  }
}

interface Refusal {
  readonly statusCode?: number | undefined
  readonly responseBody?: string | undefined
  readonly message: string
}

function endOfRefusal(error: Refusal): AskEnd {
  const { code, decision } = codeOf(error.responseBody ?? '')
  const message = error.message.slice(0, 1_000)
  if (error.statusCode === undefined) return { kind: 'lost', code: 'runs_model_lost', decision, message }
  if (code === 'approval_required') return { kind: 'held', code, decision, message }
  const refused = error.statusCode >= 400 && error.statusCode < 500 && error.statusCode !== 429
  return { kind: refused ? 'refused' : 'failed', code: code ?? `http_${error.statusCode}`, decision, message }
}

/** The gateway's own words about an error: docs/spec/problem.md. */
function codeOf(body: string): { readonly code: string | null; readonly decision: string | null } {
  try {
    const { error } = JSON.parse(body) as { error?: { sekisho?: { code?: unknown; decision?: unknown } } }
    const { code, decision } = error?.sekisho ?? {}
    return {
      code: typeof code === 'string' ? code : null,
      decision: typeof decision === 'string' ? decision : null,
    }
  } catch {
    return { code: null, decision: null }
  }
}

function toMessage(message: ModelMessage): object {
  switch (message.role) {
    case 'system':
    case 'user':
      return { role: message.role, content: message.text }
    case 'assistant':
      return {
        role: 'assistant',
        content: [
          ...(message.text === '' ? [] : [{ type: 'text', text: message.text }]),
          ...message.calls.map(({ id, tool, args }) => ({
            type: 'tool-call',
            toolCallId: id,
            toolName: wireName(tool),
            input: args,
          })),
        ],
      }
    case 'tool':
      return {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: message.call.id,
            toolName: wireName(message.call.tool),
            output: { type: 'text', value: message.text },
          },
        ],
      }
  }
}

/** HOSTILE: a model may give anything for arguments. What is no object is none. */
function argumentsOf(input: unknown): JsonObject {
  return typeof input === 'object' && input !== null && !Array.isArray(input) ? (input as JsonObject) : {}
}
