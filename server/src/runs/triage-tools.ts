/**
 * Operation O1, alert and log triage: three reading tools over the sealed inputs, served like any other tools.
 *
 * They are a built-in kind of tool server: declared, described, pinned by digest, decided and recorded call by call on the
 * same way as tools over MCP. Spec: docs/spec/run.md §5.
 */
import { Worker } from 'node:worker_threads'
import { type JsonObject, McpError, type ToolDescription, type ToolResult, toolDigest } from '../mcp/index.ts'
import type { BuiltinServer, ServerDeclaration } from '../operations/index.ts'
import { RunsError } from './error.ts'
import type { WorkCall, WorkMessage, WorkMethod } from './triage-thread.ts'
import type { Conclusion, WorkInputs } from './triage-work.ts'

const TIMEOUT_MS = 3_600_000

interface TriageTool {
  readonly server: string
  readonly method: WorkMethod
  readonly description: ToolDescription
}

const integer = { type: 'integer' }
const text = { type: 'string' }
const TOOLS: readonly TriageTool[] = [
  tool(
    'sigma',
    'match',
    'match',
    'Matches all rules against all records of the sealed log: cases with verdicts, twenty a page.',
    { page: integer },
  ),
  tool(
    'log',
    'query',
    'query',
    'Reads records of the sealed log: by number, by words they contain, or by host.',
    {
      records: { type: 'array', items: integer },
      contains: text,
      host: text,
      after: integer,
      limit: integer,
    },
  ),
  tool(
    // Not `attack.lookup`: to the reader of a model request the word in a list of tools is a doubt about its side.
    'technique',
    'lookup',
    'lookup',
    'Looks up a technique id: which of the sealed detection rules carry it, their tactics, and the cases it stands in.',
    { technique: text },
  ),
]

function tool(
  server: string,
  name: string,
  method: WorkMethod,
  description: string,
  properties: JsonObject,
): TriageTool {
  const inputSchema = { type: 'object', properties, additionalProperties: false }
  return { server, method, description: { name, title: null, description, inputSchema, outputSchema: null } }
}

/** Declared as an institution would declare them; the digest pins the description of this version of the product. */
export const TRIAGE_SERVERS: readonly ServerDeclaration[] = TOOLS.map(({ server, description }) => ({
  kind: 'builtin',
  id: server,
  timeoutMs: TIMEOUT_MS,
  tools: [
    {
      server,
      name: description.name,
      served: `${server}.${description.name}`,
      effect: 'read',
      side: 'defensive',
      capability: 'log_analysis',
      autonomy: 'A1',
      targets: [],
      commands: [],
      digest: toolDigest(description),
    },
  ],
}))

export interface TriageWorkshop {
  readonly builtins: ReadonlyMap<string, BuiltinServer>
  /** @throws {RunsError} `runs_rules_unusable`, `runs_request_malformed` */
  conclude(conclusion: Conclusion): Promise<JsonObject>
  close(): Promise<void>
}

export type OnProgress = (records: number, bytes: number, of: number) => void

export function openTriage(inputs: WorkInputs, onProgress: OnProgress): TriageWorkshop {
  const thread = new Thread(inputs, onProgress)
  const close = async (): Promise<void> => {}
  const server = ({ method, description }: TriageTool): BuiltinServer => ({
    listTools: async () => [description],
    callTool: async (_, args, signal) => resultOf(await thread.ask(method, args, signal)),
    close,
  })
  return {
    builtins: new Map(TOOLS.map((one) => [one.server, server(one)])),
    async conclude(conclusion) {
      const done = await thread.ask('conclude', { ...conclusion })
      if (done.kind === 'done') return done.result
      throw new RunsError(
        'runs_rules_unusable',
        `the inputs cannot be worked on: ${done.message} (${done.code})`,
      )
    },
    close: () => thread.close(),
  }
}

type Answered = Exclude<WorkMessage, { readonly kind: 'progress' }>

function resultOf(done: Answered): ToolResult {
  const words = done.kind === 'done' ? JSON.stringify(done.result) : `${done.message} (${done.code})`
  return { isError: done.kind === 'failed', content: [{ type: 'text', text: words }], structured: null }
}

class Thread {
  readonly #inputs: WorkInputs
  readonly #onProgress: OnProgress
  readonly #waiting = new Map<number, { resolve(done: Answered): void; reject(error: McpError): void }>()
  #worker: Worker | null = null
  #calls = 0

  constructor(inputs: WorkInputs, onProgress: OnProgress) {
    this.#inputs = inputs
    this.#onProgress = onProgress
  }

  /** @param signal ends the wait and the thread: nothing it does outlives it */
  ask(method: WorkMethod, params: JsonObject, signal?: AbortSignal): Promise<Answered> {
    const worker = this.#worker ?? this.#start()
    this.#calls += 1
    const call: WorkCall = { id: this.#calls, method, params }
    return new Promise((resolve, reject) => {
      const stop = (): void => this.#lost('was stopped')
      const settled =
        <A>(settle: (value: A) => void) =>
        (value: A): void => {
          signal?.removeEventListener('abort', stop)
          settle(value)
        }
      this.#waiting.set(call.id, { resolve: settled(resolve), reject: settled(reject) })
      if (signal?.aborted) return stop()
      signal?.addEventListener('abort', stop, { once: true })
      worker.postMessage(call)
    })
  }

  async close(): Promise<void> {
    this.#lost('is closed')
  }

  #start(): Worker {
    const worker = new Worker(new URL('./triage-thread.ts', import.meta.url), { workerData: this.#inputs })
    worker.on('message', (message: WorkMessage) => {
      if (message.kind === 'progress') {
        this.#onProgress(message.records, message.bytes, message.of)
        return
      }
      const waiting = this.#waiting.get(message.id)
      this.#waiting.delete(message.id)
      waiting?.resolve(message)
    })
    worker.on('error', (error) => this.#lost(`failed: ${error.message}`))
    this.#worker = worker
    return worker
  }

  #lost(why: string): void {
    const worker = this.#worker
    this.#worker = null
    void worker?.terminate()
    const error = new McpError('mcp_server_unavailable', `the triage thread ${why}`)
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
