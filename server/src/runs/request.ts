/** What is asked of the desk, parsed strictly. HOSTILE: it comes over HTTP. */
import type { JsonObject } from '../mcp/index.ts'
import { RunsError } from './error.ts'
import { OPERATIONS, type RunStart } from './run.ts'

const BUDGET = {
  calls: { least: 1, most: 500, usual: 50 },
  tokens: { least: 1_000, most: 10_000_000, usual: 500_000 },
  minutes: { least: 1, most: 1_440, usual: 60 },
} as const
const TOOLS_MAX = 50

export interface StartRequest extends Omit<RunStart, 'run' | 'actor' | 'institution'> {
  readonly token: string
}

export interface ResumeRequest {
  readonly token: string
  readonly choice: 'repeat' | 'skip' | null
}

/** @throws {RunsError} `runs_request_malformed` */
export function readStart(value: unknown): StartRequest {
  const it = members(value, 'request', [
    'operation',
    'inputs',
    'options',
    'model',
    'engagement',
    'budget',
    'token',
  ])
  const operation = OPERATIONS.find((one) => one === it.operation)
  if (operation === undefined) throw malformed(`\`operation\` is one of \`${OPERATIONS.join('`, `')}\``)
  const inputs = members(it.inputs, '`inputs`', ['log', 'rules', 'assets'])
  const digests = Object.entries(inputs).map(
    ([name, digest]) => [name, text(digest, name, /^[0-9a-f]{64}$/)] as const,
  )
  if (inputs.log === undefined || inputs.rules === undefined)
    throw malformed('`inputs` has `log` and `rules`')
  const budget = members(it.budget ?? {}, '`budget`', ['calls', 'tokens', 'minutes'])
  return {
    operation,
    inputs: Object.fromEntries(digests),
    options: readOptions(it.options ?? {}),
    model: text(it.model ?? 'rehearsal/1', 'model', /^[\x21-\x7e]{1,100}$/),
    engagement:
      it.engagement === undefined || it.engagement === null
        ? null
        : text(it.engagement, 'engagement', /^[\w.-]{1,100}$/),
    budget: {
      calls: within(budget.calls, 'calls'),
      tokens: within(budget.tokens, 'tokens'),
      minutes: within(budget.minutes, 'minutes'),
    },
    token: text(it.token, 'token', /^\S{1,500}$/),
  }
}

/** @throws {RunsError} `runs_request_malformed` */
export function readResume(value: unknown): ResumeRequest {
  const it = members(value, 'request', ['token', 'choice'])
  const choice = it.choice ?? null
  if (choice !== null && choice !== 'repeat' && choice !== 'skip')
    throw malformed('`choice` is `repeat` or `skip`')
  return { token: text(it.token, 'token', /^\S{1,500}$/), choice }
}

function readOptions(value: unknown): JsonObject {
  const it = members(value, '`options`', ['product', 'category', 'service', 'tools'])
  const { tools = [], ...source } = it
  if (!Array.isArray(tools) || tools.length > TOOLS_MAX) throw malformed('`options.tools` is a list of names')
  return {
    ...Object.fromEntries(
      Object.entries(source).map(([name, one]) => [name, text(one, name, /^[\w.-]{1,60}$/)]),
    ),
    tools: tools.map((one) => text(one, 'tools', /^[\w.-]{1,130}$/)),
  }
}

function within(value: unknown, name: keyof typeof BUDGET): number {
  const { least, most, usual } = BUDGET[name]
  if (value === undefined) return usual
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most)
    return value as number
  throw malformed(`\`budget.${name}\` is an integer from ${least} to ${most}`)
}

function members(value: unknown, what: string, known: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed(`${what} is not an object`)
  const unknown = Object.keys(value).find((name) => !known.includes(name))
  if (unknown === undefined) return value as Readonly<Record<string, unknown>>
  throw malformed(`${what} has no member \`${unknown.slice(0, 60)}\`; these are: \`${known.join('`, `')}\``)
}

function text(value: unknown, name: string, form: RegExp): string {
  if (typeof value === 'string' && form.test(value)) return value
  throw malformed(`\`${name}\` does not look like \`${form.source}\``)
}

function malformed(why: string): RunsError {
  return new RunsError('runs_request_malformed', why)
}
