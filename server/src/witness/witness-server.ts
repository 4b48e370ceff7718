/**
 * The HTTP face of a witness: `POST /add-checkpoint`, `GET /<origin hash>/checkpoint`, `GET /` with its keys.
 *
 * Spec: c2sp.org/tlog-witness. HOSTILE: anybody may connect; bodies, heads, times and connections are bounded.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Cosigner } from './cosigner.ts'
import type { Witness, WitnessAnswer } from './witness.ts'

/** A note of 256 KiB and 63 proof lines. */
const BODY_BYTES_MAX = 260 * 1024
const CONNECTIONS_MAX = 512
const REQUEST_TIMEOUT_MS = 10_000
const CHECKPOINT_PATH = /^\/([0-9a-f]{64})\/checkpoint$/

export function createWitnessServer(witness: Witness, cosigners: readonly Cosigner[]): Server {
  const about = cosigners.map(({ vkey }) => `${vkey}\n`).join('')
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    answer(witness, about, request).then(
      ({ status, type, body }) => send(response, status, type, body),
      () => send(response, 500, 'text/plain; charset=utf-8', 'failed\n'),
    )
  })
  server.headersTimeout = REQUEST_TIMEOUT_MS
  server.maxConnections = CONNECTIONS_MAX
  return server
}

async function answer(witness: Witness, about: string, request: IncomingMessage): Promise<WitnessAnswer> {
  const path = (request.url ?? '').replace(/\?.*$/s, '')
  if (path === '/add-checkpoint') {
    if (request.method !== 'POST') return text(405, 'add-checkpoint is a POST\n')
    const body = await readBody(request)
    return body === null
      ? text(413, `the body is over ${BODY_BYTES_MAX} bytes\n`)
      : witness.addCheckpoint(body)
  }
  const hash = CHECKPOINT_PATH.exec(path)?.[1]
  if (hash === undefined && path !== '/') return text(404, 'there is nothing here\n')
  if (request.method !== 'GET' && request.method !== 'HEAD') return text(405, 'this is a GET\n')
  if (hash === undefined) return text(200, about)
  const note = witness.latest(hash)
  return note === null ? text(404, 'nothing of that log was cosigned here\n') : text(200, note)
}

async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    chunks.push(chunk as Buffer) // no encoding is set
    length += (chunk as Buffer).length
    if (length > BODY_BYTES_MAX) return null
  }
  return Buffer.concat(chunks)
}

function text(status: number, body: string): WitnessAnswer {
  return { status, type: 'text/plain; charset=utf-8', body }
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  // What was not read of a body that is too large must not be taken for the next request.
  if (status === 413) response.setHeader('connection', 'close')
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(response.req.method === 'HEAD' ? undefined : body)
}
