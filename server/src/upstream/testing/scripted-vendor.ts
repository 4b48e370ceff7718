/**
 * A vendor on the loopback that misbehaves on demand: every error and mid-stream failure we know of, by name.
 *
 * Test support only; used by this room's tests, the gateway's and the tour. It listens on port 0, records every
 * request it got, and plays the script chosen by `play` until another is chosen.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { Dialect } from '../../wire/index.ts'
import { type Canned, cannedAnswer, cannedEvents, cannedFailure } from './canned.ts'

export interface RecordedRequest {
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  /** Resolves when the client let go of the connection before the answer ended. */
  readonly left: Promise<void>
}

export interface ScriptedVendor {
  /** Base URL including `/v1`. */
  readonly baseUrl: string
  readonly requests: RecordedRequest[]
  play(script: ScriptName): void
  close(): Promise<void>
}

interface Scene {
  readonly dialect: Dialect
  readonly stream: boolean
  readonly response: ServerResponse
  readonly canned: Canned
}

type Script = (scene: Scene) => void | Promise<void>

const TWO_EVENTS = 2
const SPLIT_EVERY_BYTES = 1

/** Every script by name. Error answers first, then answers that go wrong on the way. */
const SCRIPTS = {
  ok: (scene) => answer(scene),

  error_400_cyber_policy: (scene) =>
    fail(scene, 400, 'cyber_policy', 'This content was flagged for possible cyber misuse.'),
  error_400_cyber_policy_account: (scene) =>
    fail(
      scene,
      400,
      'cyber_policy',
      'Access has been temporarily revoked due to suspicious activity. You may appeal.',
    ),
  error_400_invalid_access_program: (scene) =>
    fail(scene, 400, 'invalid_access_program', 'This model does not accept this access program.'),
  error_400_unsupported_access_program: (scene) =>
    fail(scene, 400, 'unsupported_access_program', 'Access programs are not supported here.'),
  error_400_context_length: (scene) => fail(scene, 400, 'context_length_exceeded', 'Your input is too long.'),
  error_401_invalid_api_key: (scene) => fail(scene, 401, 'invalid_api_key', 'Incorrect API key provided.'),
  error_401_ip_not_authorized: (scene) =>
    fail(scene, 401, 'ip_not_authorized', 'Your IP is not on the allow list.'),
  error_403_access_program_not_enabled: (scene) =>
    fail(scene, 403, 'access_program_not_enabled', 'The project has no access to this program.'),
  error_403_misalignment: (scene) =>
    fail(scene, 403, 'misalignment_policy_violation', 'The request was stopped by misalignment monitoring.'),
  error_404_model_not_found: (scene) => fail(scene, 404, 'model_not_found', 'The model does not exist.'),
  error_429_rate_limit: (scene) =>
    fail(scene, 429, 'rate_limit_exceeded', 'Slow down.', { 'retry-after': '7' }),
  error_429_insufficient_quota: (scene) =>
    fail(scene, 429, 'insufficient_quota', 'You exceeded your current quota.'),
  error_500: (scene) => fail(scene, 500, 'server_error', 'The server had an error.'),
  error_503_policy_capacity: (scene) => fail(scene, 503, 'policy_capacity_unavailable', 'No capacity.'),
  error_529_overloaded: (scene) => fail(scene, 529, 'overloaded_error', 'Overloaded'),
  error_502_html: (scene) => plain(scene, 502, 'text/html', '<html><body>Bad gateway</body></html>'),
  error_500_empty: (scene) => plain(scene, 500, 'application/json', ''),

  redirect_307: ({ response }) =>
    void response.writeHead(307, { location: 'http://192.0.2.1/elsewhere' }).end(),
  status_204: ({ response }) => void response.writeHead(204).end(),
  wrong_content_type: (scene) => plain(scene, 200, 'text/html', '<html>hello</html>'),
  gzip_body: ({ response, dialect, canned, stream }) => {
    response.writeHead(200, { 'content-type': typeFor(stream), 'content-encoding': 'gzip' })
    response.end(gzipSync(JSON.stringify(cannedAnswer(dialect, canned))))
  },
  not_http: ({ response }) => void response.socket?.end('SSH-2.0-OpenSSH_9.2\r\n'),
  cut_before_head: ({ response }) => void response.socket?.destroy(),
  hang_before_head: () => undefined,
  lying_content_length: ({ response, stream }) => {
    response.writeHead(200, { 'content-type': typeFor(stream), 'content-length': '5000' })
    response.write('{"id":')
    setImmediate(() => response.socket?.destroy())
  },
  oversized_json: ({ response, stream }) => {
    response.writeHead(200, { 'content-type': typeFor(stream) })
    pour(response, Buffer.alloc(64 * 1024, 0x20))
  },

  cut_mid_stream: (scene) => {
    opening(scene)
    setImmediate(() => scene.response.socket?.destroy())
  },
  hang_mid_stream: (scene) => opening(scene),
  no_terminator: (scene) => {
    opening(scene)
    scene.response.end()
  },
  garbage_event: (scene) => {
    opening(scene)
    scene.response.end(Buffer.from([0x64, 0x61, 0x74, 0x61, 0x3a, 0x20, 0xff, 0xfe, 0xc3, 0x28, 0x0a, 0x0a]))
  },
  not_json_event: (scene) => {
    opening(scene)
    scene.response.end('data: {"type": oops}\n\n')
  },
  duplicate_key_event: (scene) => {
    opening(scene)
    scene.response.end('data: {"type":"ping","type":"response.output_text.delta","delta":"x"}\n\n')
  },
  unknown_event: (scene) => {
    opening(scene)
    scene.response.end('event: response.surprise\ndata: {"type":"response.surprise","text":"unread"}\n\n')
  },
  hosted_tool_event: (scene) => {
    opening(scene)
    scene.response.end(
      'event: response.web_search_call.searching\ndata: {"type":"response.web_search_call.searching","output_index":0}\n\n',
    )
  },
  oversized_event: (scene) => {
    opening(scene)
    scene.response.write('data: {"type":"response.output_text.delta","delta":"')
    pour(scene.response, Buffer.alloc(64 * 1024, 0x61))
  },
  split_utf8: async (scene) => {
    head(scene)
    const bytes = Buffer.from(cannedEvents(scene.dialect, scene.canned).join(''))
    await drip(scene, bytes, SPLIT_EVERY_BYTES)
  },
  slow_drip: async (scene) => {
    head(scene)
    for (const event of cannedEvents(scene.dialect, scene.canned)) {
      if (scene.response.destroyed) return
      scene.response.write(event)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    scene.response.end()
  },
  served_other_model: (scene) =>
    answer({ ...scene, canned: { ...scene.canned, model: 'some-weaker-model' } }),
  served_other_program: (scene) =>
    answer({ ...scene, canned: { ...scene.canned, accessProgram: 'daybreak_blue' } }),

  cyber_policy_mid_stream: (scene) =>
    failMidStream(scene, 'cyber_policy', 'Stopped by cybersecurity safeguards.'),
  misalignment_mid_stream: (scene) => failMidStream(scene, 'misalignment_policy_violation', 'Stopped.'),
  server_error_mid_stream: (scene) => failMidStream(scene, 'server_error', 'The server had an error.'),
  overloaded_mid_stream: (scene) => failMidStream(scene, 'overloaded_error', 'Overloaded'),
  error_event_mid_stream: (scene) => {
    opening(scene)
    scene.response.end(
      'event: error\ndata: {"type":"error","code":"server_error","message":"broken","param":null,"sequence_number":9}\n\n',
    )
  },
} satisfies Record<string, Script>

export type ScriptName = keyof typeof SCRIPTS
export const SCRIPT_NAMES = Object.keys(SCRIPTS) as readonly ScriptName[]

export async function startScriptedVendor(): Promise<ScriptedVendor> {
  const requests: RecordedRequest[] = []
  let script: Script = SCRIPTS.ok
  const server = createServer((request, response) => {
    void play(request, response)
  })
  const play = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    const left = new Promise<void>((resolve) => {
      response.on('close', () => {
        if (!response.writableFinished) resolve()
      })
    })
    requests.push({ path: request.url ?? '', headers: request.headers, body, left })
    const json = JSON.parse(body) as {
      model?: string
      stream?: boolean
      access_programs?: { cyber?: string }
    }
    const canned = { model: json.model ?? '', accessProgram: json.access_programs?.cyber ?? null }
    await script({ dialect: dialectOf(request.url ?? ''), stream: json.stream === true, response, canned })
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    play(name) {
      script = SCRIPTS[name]
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function dialectOf(path: string): Dialect {
  if (path.includes('/chat/completions')) return 'chat'
  return path.includes('/messages') ? 'messages' : 'responses'
}

function typeFor(stream: boolean): string {
  return stream ? 'text/event-stream' : 'application/json'
}

function answer(scene: Scene): void {
  const { response, dialect, stream, canned } = scene
  head(scene)
  if (stream) for (const event of cannedEvents(dialect, canned)) response.write(event)
  else response.write(JSON.stringify(cannedAnswer(dialect, canned)))
  response.end()
}

function head({ response, stream }: Scene): void {
  response.writeHead(200, {
    'content-type': typeFor(stream),
    'x-request-id': 'req_scripted',
    'set-cookie': 'a=b',
  })
}

/** The head and the first events. */
function opening(scene: Scene): void {
  head(scene)
  for (const event of cannedEvents(scene.dialect, scene.canned).slice(0, TWO_EVENTS))
    scene.response.write(event)
}

function failMidStream(scene: Scene, code: string, message: string): void {
  opening(scene)
  scene.response.end(cannedFailure(scene.dialect, scene.canned, code, message))
}

function fail(
  scene: Scene,
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): void {
  const error =
    scene.dialect === 'messages'
      ? { type: 'error', error: { type: code, message }, request_id: 'req_scripted' }
      : { error: { message, type: 'invalid_request_error', param: null, code } }
  scene.response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(JSON.stringify(error))
}

function plain({ response }: Scene, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type }).end(body)
}

/** Writes until the other side lets go. */
function pour(response: ServerResponse, block: Buffer): void {
  const more = (): void => {
    while (!response.destroyed && response.write(block));
    if (!response.destroyed) response.once('drain', more)
  }
  more()
}

async function drip({ response }: Scene, bytes: Buffer, step: number): Promise<void> {
  for (let i = 0; i < bytes.length && !response.destroyed; i += step) {
    response.write(bytes.subarray(i, i + step))
    if (i % 64 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  response.end()
}
