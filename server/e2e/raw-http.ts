/**
 * Requests no client library would send, over a bare socket: the bytes of the bad-input corpus.
 */
import { connect, type Socket } from 'node:net'

/** How long an answer may take; slow-body tests configure the server well below it. */
const ANSWER_MS_MAX = 15_000

export interface RawAnswer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  /** Body with any chunked framing taken off. */
  readonly body: Buffer
  /** Parsed body, or null when it is not JSON. */
  readonly json: unknown
}

/** A step of a raw exchange: bytes to write, or milliseconds to wait before the next. */
export type RawStep = Buffer | number

/** Writes the steps and returns the one answer; null when the server closed the connection without one. */
export async function sendRaw(port: number, steps: readonly RawStep[]): Promise<RawAnswer | null> {
  const socket = connect({ port, host: '127.0.0.1' })
  const answer = readAnswer(socket)
  socket.on('error', () => {}) // A reset after the answer is the server's good right.
  for (const step of steps) {
    if (typeof step === 'number') await new Promise((resolve) => setTimeout(resolve, step))
    else if (!socket.destroyed) socket.write(step)
  }
  try {
    return await answer
  } finally {
    socket.destroy()
  }
}

/** Builds one request; a header given as an array is sent once for each value. */
export function rawRequest(
  method: string,
  target: string,
  headers: Readonly<Record<string, string | readonly string[]>>,
  body: Buffer | string = '',
): Buffer {
  const all: Record<string, string | readonly string[]> = {
    host: '127.0.0.1',
    connection: 'close',
    ...headers,
  }
  const bytes = Buffer.from(body)
  if (all['content-length'] === undefined && all['transfer-encoding'] === undefined) {
    all['content-length'] = String(bytes.length)
  }
  const lines = Object.entries(all).flatMap(([name, values]) =>
    (typeof values === 'string' ? [values] : values).map((value) => `${name}: ${value}`),
  )
  return Buffer.concat([
    Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1'),
    bytes,
  ])
}

function readAnswer(socket: Socket): Promise<RawAnswer | null> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0)
    const timer = setTimeout(() => reject(new Error(`no answer within ${ANSWER_MS_MAX} ms`)), ANSWER_MS_MAX)
    const finish = (answer: RawAnswer | null) => {
      clearTimeout(timer)
      resolve(answer)
    }
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk])
      const answer = parseAnswer(bytes, false)
      if (answer !== null) finish(answer)
    })
    socket.once('close', () => finish(parseAnswer(bytes, true)))
  })
}

/** Null while the answer is not complete. `closed`: whatever has arrived is the whole of it. */
function parseAnswer(bytes: Buffer, closed: boolean): RawAnswer | null {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return null
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n')
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
    }),
  )
  const rest = bytes.subarray(end + 4)
  const body =
    headers.get('transfer-encoding') === 'chunked' ? unchunk(rest, closed) : unframed(rest, headers, closed)
  if (body === null) return null
  return { status: Number(statusLine.split(' ')[1]), headers, body, json: parseJson(body) }
}

function unframed(rest: Buffer, headers: ReadonlyMap<string, string>, closed: boolean): Buffer | null {
  const length = headers.get('content-length')
  if (length !== undefined && rest.length >= Number(length)) return rest.subarray(0, Number(length))
  return closed ? rest : null
}

function unchunk(rest: Buffer, closed: boolean): Buffer | null {
  const parts: Buffer[] = []
  let at = 0
  for (;;) {
    const end = rest.indexOf('\r\n', at)
    const size = end < 0 ? Number.NaN : Number.parseInt(rest.toString('latin1', at, end), 16)
    if (size === 0) return Buffer.concat(parts)
    if (Number.isNaN(size) || end + 2 + size > rest.length) return closed ? Buffer.concat(parts) : null
    parts.push(rest.subarray(end + 2, end + 2 + size))
    at = end + 2 + size + 2
  }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return null
  }
}
