/**
 * What the rehearsal model answers: decided by rule from the request alone.
 *
 * Spec: docs/spec/upstream.md §5. One fitting tool is called when tools are offered and nothing has come back since
 * the user spoke; after a result, or without tools, it answers in the request's language and says what it is.
 */
import { hash } from 'node:crypto'
import {
  estimateInputTokens,
  estimateTokens,
  type JsonObject,
  type JsonValue,
  type Segment,
  type WireRequest,
} from '../../wire/index.ts'
import { sampleFor } from './sample.ts'
import { answerText } from './text.ts'
import { type TriageMove, triageMove } from './triage-plan.ts'

/** Name the rehearsal model goes by when a request names none. */
export const REHEARSAL_MODEL = 'rehearsal/1'

/** Tools that change things are not called: a rehearsal must not act on the client's machine. */
const CHANGING =
  /write|edit|apply|patch|delete|remove|create|update|send|post|put|kill|insert|move|rename|install|deploy|push|commit|spawn|task|agent|plan|todo/i

/** Called before others: they look at something. */
const READING =
  /read|list|ls|search|find|get|grep|glob|view|fetch|look|query|show|status|exec|shell|bash|command/i

export interface ToolCall {
  readonly form: 'function' | 'custom' | 'local_shell'
  readonly name: string
  readonly namespace: string | null
  /** Parsed arguments of a function; the free text of a custom tool. */
  readonly input: JsonValue
}

export interface Plan {
  /** Stands for the request in every id: the same request gets the same answer. */
  readonly seed: string
  readonly model: string
  readonly call: ToolCall | null
  readonly text: string
  /** The text was cut at the client's output ceiling. */
  readonly truncated: boolean
  readonly inputTokens: number
  readonly outputTokens: number
}

interface Offered {
  readonly form: ToolCall['form']
  readonly name: string
  readonly namespace: string | null
  readonly schema: JsonValue | undefined
}

export function planAnswer(request: WireRequest): Plan {
  const move = triageMove(
    offeredTools(request.json.tools, null).map(({ name }) => name),
    request.segments,
  )
  const call = move === null ? chooseCall(request) : callOf(move)
  const whole = call === null ? wordsOf(request, move) : ''
  const ceiling = request.outputTokensMax ?? Number.POSITIVE_INFINITY
  const text = cutAt(whole, ceiling)
  const spoken = call === null ? text : `${call.name}${JSON.stringify(call.input)}`
  return {
    seed: hash('sha256', request.body, 'hex').slice(0, 32),
    model: request.model,
    call,
    text,
    truncated: text.length < whole.length,
    inputTokens: estimateInputTokens(request),
    outputTokens: Math.min(estimateTokens(spoken), ceiling),
  }
}

function callOf(move: TriageMove): ToolCall | null {
  return 'tool' in move ? { form: 'function', name: move.tool, namespace: null, input: move.input } : null
}

function wordsOf(request: WireRequest, move: TriageMove | null): string {
  if (move !== null && 'answer' in move) return move.answer
  return structuredText(request) ?? answerText(situationOf(request))
}

function chooseCall(request: WireRequest): ToolCall | null {
  const offered = offeredTools(request.json.tools, null)
  const choice = request.json.tool_choice
  if (offered.length === 0 || choice === 'none' || objectOf(choice)?.type === 'none') return null
  if (answeredByTool(request.segments)) return null
  const named = nameOfChoice(choice)
  const forced =
    named !== null || choice === 'required' || ['any', 'tool'].includes(String(objectOf(choice)?.type))
  const fitting = offered.filter((tool) => !CHANGING.test(tool.name))
  const tool =
    offered.find((each) => each.name === named) ??
    fitting.find((each) => READING.test(each.name)) ??
    fitting[0] ??
    (forced ? offered[0] : undefined)
  if (tool === undefined) return null
  return { form: tool.form, name: tool.name, namespace: tool.namespace, input: inputFor(tool) }
}

function inputFor(tool: Offered): JsonValue {
  if (tool.form === 'custom') return 'rehearsal'
  if (tool.form === 'local_shell') return { type: 'exec', command: ['echo', 'rehearsal/1 (no AI)'], env: {} }
  return sampleFor(tool.schema ?? { type: 'object' })
}

/** Tools of all three dialects in one list, in the order offered. */
function offeredTools(value: JsonValue | undefined, namespace: string | null): Offered[] {
  const offered: Offered[] = []
  for (const each of Array.isArray(value) ? value : []) {
    const tool = objectOf(each)
    if (tool === null) continue
    const type = typeof tool.type === 'string' ? tool.type : 'custom'
    if (type === 'namespace') offered.push(...offeredTools(tool.tools, String(tool.name)))
    else if (type === 'local_shell')
      offered.push({ form: 'local_shell', name: 'local_shell', namespace, schema: undefined })
    else {
      const one = offeredTool(tool, type, namespace)
      if (one !== null) offered.push(one)
    }
  }
  return offered
}

function offeredTool(tool: JsonObject, type: string, namespace: string | null): Offered | null {
  const nested = objectOf(tool[type])
  const name = nested?.name ?? tool.name
  if (typeof name !== 'string') return null
  const schema = nested?.parameters ?? tool.parameters ?? tool.input_schema ?? schemaOfTyped(type)
  const free = type === 'custom' && schema === undefined
  return { form: free ? 'custom' : 'function', name, namespace, schema: schema ?? undefined }
}

/** Anthropic's client tools come without a schema: their arguments are known by type. */
function schemaOfTyped(type: string): JsonObject | undefined {
  if (type.startsWith('bash_')) return objectSchema({ command: {} })
  if (type.startsWith('text_editor_')) return objectSchema({ command: { const: 'view' }, path: {} })
  if (type.startsWith('memory_'))
    return objectSchema({ command: { const: 'view' }, path: { const: '/memories' } })
  return undefined
}

function objectSchema(properties: JsonObject): JsonObject {
  return { type: 'object', properties, required: Object.keys(properties) }
}

function nameOfChoice(choice: JsonValue | undefined): string | null {
  const object = objectOf(choice)
  const name = object?.name ?? objectOf(object?.function)?.name ?? objectOf(object?.custom)?.name
  return typeof name === 'string' ? name : null
}

/** A tool result stands after the last words of the user. */
function answeredByTool(segments: readonly Segment[]): boolean {
  for (let i = segments.length - 1; i >= 0; i--) {
    if (segments[i]?.kind === 'tool_result') return true
    if (segments[i]?.role === 'user' && segments[i]?.kind === 'text') return false
  }
  return false
}

/** The answer to a request for JSON: a sample of its schema. */
function structuredText(request: WireRequest): string | null {
  const { json } = request
  const format =
    objectOf(objectOf(json.text)?.format) ??
    objectOf(json.response_format) ??
    objectOf(objectOf(json.output_config)?.format) ??
    objectOf(json.output_format)
  if (format?.type === 'json_object') return '{"model":"rehearsal/1 (no AI)"}'
  if (format?.type !== 'json_schema') return null
  return JSON.stringify(sampleFor(format.schema ?? objectOf(format.json_schema)?.schema))
}

function situationOf(request: WireRequest): Parameters<typeof answerText>[0] {
  const user = request.segments.filter((segment) => segment.role === 'user' && segment.kind === 'text')
  const results = request.segments.filter((segment) => segment.kind === 'tool_result')
  const last = user.at(-1)?.text ?? ''
  return {
    question: last,
    dialect: request.dialect,
    userTexts: user.length,
    resultChars: results.at(-1)?.text.length ?? 0,
    results: results.length,
  }
}

function cutAt(text: string, tokens: number): string {
  if (estimateTokens(text) <= tokens) return text
  let cut = ''
  for (const character of text) {
    if (estimateTokens(cut + character) > tokens) break
    cut += character
  }
  return cut
}

function objectOf(value: JsonValue | undefined): JsonObject | null {
  return value === undefined || value === null || typeof value !== 'object' || Array.isArray(value)
    ? null
    : value
}
