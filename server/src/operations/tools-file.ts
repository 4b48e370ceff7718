/**
 * The file that declares tools: which servers there are, and what each of their tools does.
 *
 * A tool that is not declared is not served. What it does is said here by the institution, never taken from the server's
 * own words. Spec: docs/spec/tool.md §2.
 */
import { type Document, isScalar, LineCounter, parseDocument } from 'yaml'
import { AUTONOMY_LEVELS, type AutonomyLevel } from '../agreement/index.ts'
import { CAPABILITIES, type Capability } from '../boundary/index.ts'
import { OperationsError } from './error.ts'

const SERVERS_MAX = 100
const TOOLS_MAX = 500

export const EFFECTS = ['read', 'write', 'execute', 'network'] as const
/** What a call may change: nothing, data, a running system, something across a network. */
export type Effect = (typeof EFFECTS)[number]
const TOOL_SIDES = ['defensive', 'dual_use', 'offensive'] as const

export interface ToolDeclaration {
  readonly server: string
  /** The server's name for it. */
  readonly name: string
  /** The name under which it is served: `server.name`. */
  readonly served: string
  readonly effect: Effect
  readonly side: (typeof TOOL_SIDES)[number]
  readonly capability: Capability
  readonly autonomy: AutonomyLevel
  /** Its server is the institution's own, so that nothing leaves the institution with a call. */
  readonly inside?: true
  /** MITRE ATT&CK technique that a call carries out. */
  readonly technique?: string
  /** JSON pointers to the arguments that name what is acted upon. */
  readonly targets: readonly string[]
  /** JSON pointers to arguments that are command lines: every word of them is looked at. */
  readonly commands: readonly string[]
  /** Digest of the description as it was approved, hex; null until somebody approves one. */
  readonly digest: string | null
}

export type ServerDeclaration = {
  readonly id: string
  readonly timeoutMs: number
  readonly tools: readonly ToolDeclaration[]
} & (
  | {
      readonly kind: 'stdio'
      readonly command: readonly string[]
      readonly environment: Readonly<Record<string, string>>
    }
  | { readonly kind: 'http'; readonly url: URL; readonly headers: Readonly<Record<string, string>> }
  /** Lives in this process: its code is part of the product, and its calls pass like all others. */
  | { readonly kind: 'builtin' }
)

/** @throws {OperationsError} `operations_tools_malformed` with the line */
export function parseToolsFile(text: string, file: string): readonly ServerDeclaration[] {
  const lines = new LineCounter()
  const document = parseDocument(text, { uniqueKeys: true, lineCounter: lines })
  const [error] = document.errors
  if (error !== undefined)
    throw malformed(file, error.linePos?.[0].line ?? 1, error.message.split('\n')[0] ?? 'not YAML')
  const value: unknown = document.toJS({ maxAliasCount: 0 })
  const at = new Place(document, lines, file, [])
  const { servers } = at.members(value, ['servers'])
  const list = at.to('servers').list(servers, SERVERS_MAX)
  const read = list.map((one, i) => readServer(one, at.to('servers').to(i)))
  const names = read.map(({ id }) => id)
  const twice = names.find((id, i) => names.indexOf(id) !== i)
  if (twice !== undefined) throw malformed(file, 1, `server \`${twice}\` stands twice`)
  return read
}

function readServer(value: unknown, at: Place): ServerDeclaration {
  const it = at.members(value, [
    'id',
    'command',
    'url',
    'environment',
    'headers',
    'timeoutMs',
    'inside',
    'tools',
  ])
  const id = at.to('id').text(it.id, /^[a-z][a-z0-9-]{0,39}$/)
  const timeoutMs =
    it.timeoutMs === undefined ? 30_000 : at.to('timeoutMs').integer(it.timeoutMs, 10, 3_600_000)
  const inside =
    it.inside === undefined ? false : at.to('inside').one(String(it.inside), ['true', 'false']) === 'true'
  const tools = at
    .to('tools')
    .list(it.tools, TOOLS_MAX)
    .map((one, i) => ({ ...readTool(one, id, at.to('tools').to(i)), ...(inside ? { inside } : {}) }))
  const twice = tools.find((tool, i) => tools.findIndex(({ name }) => name === tool.name) !== i)
  if (twice !== undefined) at.fail(`tool \`${twice.name}\` stands twice`)
  if ((it.command === undefined) === (it.url === undefined))
    at.fail('a server has either a `command` or a `url`')
  if (it.url !== undefined) {
    const text = at.to('url').text(it.url, /^https?:\/\/[^\s@]+$/)
    if (!URL.canParse(text)) at.to('url').fail('is not an address')
    return {
      id,
      timeoutMs,
      tools,
      kind: 'http',
      url: new URL(text),
      headers: at.to('headers').texts(it.headers ?? {}),
    }
  }
  const command = at
    .to('command')
    .list(it.command, 100)
    .map((word, i) =>
      at
        .to('command')
        .to(i)
        .text(word, /^[^\0]+$/),
    )
  if (command.length === 0) at.to('command').fail('is empty')
  return {
    id,
    timeoutMs,
    tools,
    kind: 'stdio',
    command,
    environment: at.to('environment').texts(it.environment ?? {}),
  }
}

function readTool(value: unknown, server: string, at: Place): ToolDeclaration {
  const it = at.members(value, [
    'name',
    'effect',
    'side',
    'capability',
    'autonomy',
    'technique',
    'targets',
    'commands',
    'digest',
  ])
  const name = at.to('name').text(it.name, /^[\w.-]{1,80}$/)
  const effect = at.to('effect').one(it.effect, EFFECTS)
  const targets = it.targets === undefined ? [] : at.to('targets').pointers(it.targets)
  const commands = it.commands === undefined ? [] : at.to('commands').pointers(it.commands)
  // What acts somewhere says where. `targets: []` would say that it acts nowhere.
  if (effect !== 'read' && targets.length + commands.length === 0)
    at.fail(`a tool with effect \`${effect}\` names \`targets\` or \`commands\``)
  return {
    server,
    name,
    served: `${server}.${name}`,
    effect,
    side: at.to('side').one(it.side, TOOL_SIDES),
    capability: at.to('capability').one(it.capability, CAPABILITIES),
    autonomy: at.to('autonomy').one(it.autonomy, AUTONOMY_LEVELS),
    ...(it.technique === undefined
      ? {}
      : { technique: at.to('technique').text(it.technique, /^T\d{4}(?:\.\d{3})?$/) }),
    targets,
    commands,
    digest: it.digest === undefined ? null : at.to('digest').text(it.digest, /^[0-9a-f]{64}$/),
  }
}

/** A place in the file, for errors that name a line. */
class Place {
  readonly #document: Document
  readonly #lines: LineCounter
  readonly #file: string
  readonly #path: readonly (string | number)[]

  constructor(document: Document, lines: LineCounter, file: string, path: readonly (string | number)[]) {
    this.#document = document
    this.#lines = lines
    this.#file = file
    this.#path = path
  }

  to(step: string | number): Place {
    return new Place(this.#document, this.#lines, this.#file, [...this.#path, step])
  }

  fail(why: string): never {
    // The nearest enclosing value that stands in the file.
    for (let length = this.#path.length; length >= 0; length -= 1) {
      const node = this.#document.getIn(this.#path.slice(0, length), true) as
        | { range?: readonly number[] }
        | undefined
      const start = isScalar(node) || node?.range !== undefined ? node?.range?.[0] : undefined
      if (start !== undefined)
        throw malformed(this.#file, this.#lines.linePos(start).line, `${this.#name()}${why}`)
    }
    throw malformed(this.#file, 1, `${this.#name()}${why}`)
  }

  members(value: unknown, known: readonly string[]): Readonly<Record<string, unknown>> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.fail('is not a mapping')
    const unknown = Object.keys(value as object).find((key) => !known.includes(key))
    if (unknown !== undefined)
      this.to(unknown).fail(`is not a key here; these are: \`${known.join('`, `')}\``)
    return value as Readonly<Record<string, unknown>>
  }

  list(value: unknown, max: number): readonly unknown[] {
    if (!Array.isArray(value)) this.fail('is not a list')
    if (value.length > max) this.fail(`has ${value.length} members, limit is ${max}`)
    return value
  }

  text(value: unknown, form: RegExp): string {
    if (typeof value !== 'string' || !form.test(value)) this.fail(`does not look like \`${form.source}\``)
    return value
  }

  one<T extends string>(value: unknown, of: readonly T[]): T {
    return of.find((one) => one === value) ?? this.fail(`is one of \`${of.join('`, `')}\``)
  }

  integer(value: unknown, min: number, max: number): number {
    if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max)
      this.fail(`is an integer from ${min} to ${max}`)
    return value as number
  }

  texts(value: unknown): Readonly<Record<string, string>> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.fail('is not a mapping')
    for (const [key, one] of Object.entries(value as object))
      if (typeof one !== 'string') this.to(key).fail('is not a text')
    return value as Readonly<Record<string, string>>
  }

  pointers(value: unknown): readonly string[] {
    return this.list(value, 20).map((one, i) => this.to(i).text(one, /^(?:\/(?:[^~/]|~[01])*)+$/))
  }

  #name(): string {
    return this.#path.length === 0 ? '' : `\`${this.#path.join('.')}\` `
  }
}

function malformed(file: string, line: number, why: string): OperationsError {
  return new OperationsError('operations_tools_malformed', `${file}:${line}: ${why}`)
}
