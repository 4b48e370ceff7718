/**
 * One keep-alive HTTP/1.1 connection of the load client, over a bare socket.
 *
 * Not a general client: it exists because an ordinary one costs more CPU than the gateways it measures and
 * shares the machine with them. It understands Content-Length and chunked answers, and nothing else.
 */
import { connect, type Socket } from 'node:net'

const HEAD_END = Buffer.from('\r\n\r\n')
const LINE_END = Buffer.from('\r\n')
/** A head larger than this is a bug of the server under test. */
const HEAD_BYTES_MAX = 64 * 1024

export interface Answer {
  readonly status: number
  /** Head of the answer, in Latin-1. */
  readonly head: string
  readonly headMs: number
  /** When `marker` was first seen in the body; null when it never was. */
  readonly markerMs: number | null
  readonly bodyBytes: number
  /** First bytes of the body, kept to explain a failure. */
  readonly opening: Buffer
}

/** Framing of the answer being read. */
type Framing =
  | { readonly kind: 'length'; left: number }
  | { readonly kind: 'chunked'; left: number; trailer: boolean }

/** Sends requests one after another; a request's bytes are written as they are. */
export class Connection {
  readonly #socket: Socket
  readonly #marker: Buffer
  #pending: Buffer = Buffer.alloc(0)
  #framing: Framing | null = null
  #answer = emptyAnswer()
  #onHead: ((head: string) => void) | undefined
  #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | null = null

  private constructor(socket: Socket, marker: Buffer) {
    this.#socket = socket
    this.#marker = marker
    socket.setNoDelay(true)
    socket.on('data', (chunk) => this.#read(chunk))
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => this.#fail(new Error('connection closed before the answer ended')))
  }

  static open(port: number, marker: string): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1' })
      socket.once('error', reject)
      socket.once('connect', () => resolve(new Connection(socket, Buffer.from(marker))))
    })
  }

  /** @param onHead called when the head has arrived, which may be all that ever does */
  request(bytes: Buffer, onHead?: (head: string) => void): Promise<Answer> {
    this.#answer = emptyAnswer()
    this.#onHead = onHead
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#socket.write(bytes)
    })
  }

  close(): void {
    this.#socket.destroy()
    this.#fail(new Error('connection closed before the answer ended'))
  }

  #fail(error: Error): void {
    const waiting = this.#waiting
    this.#waiting = null
    waiting?.reject(error)
  }

  #read(chunk: Buffer): void {
    let data = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    this.#pending = Buffer.alloc(0)
    if (this.#framing === null) {
      const end = data.indexOf(HEAD_END)
      if (end < 0) {
        if (data.length > HEAD_BYTES_MAX) this.#fail(new Error('answer head too large'))
        this.#pending = data
        return
      }
      this.#readHead(data.toString('latin1', 0, end))
      data = data.subarray(end + HEAD_END.length)
    }
    this.#readBody(data)
  }

  #readHead(head: string): void {
    this.#answer.status = Number(head.slice(9, 12))
    this.#answer.head = head
    this.#onHead?.(head)
    this.#answer.headMs = performance.now()
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)
    this.#framing =
      length === null
        ? { kind: 'chunked', left: 0, trailer: false }
        : { kind: 'length', left: Number(length[1]) }
  }

  #readBody(data: Buffer): void {
    const answer = this.#answer
    answer.bodyBytes += data.length
    if (answer.opening.length < 512) answer.opening = Buffer.concat([answer.opening, data.subarray(0, 512)])
    if (answer.markerMs === null && data.includes(this.#marker)) answer.markerMs = performance.now()
    const framing = this.#framing! // Set by the head, which is read first.
    if (framing.kind === 'length') {
      framing.left -= data.length
      if (framing.left <= 0) this.#done()
    } else this.#readChunks(framing, data)
  }

  /** Walks the chunk headers without copying; what is left of a split header waits in `#pending`. */
  #readChunks(framing: { left: number; trailer: boolean }, data: Buffer): void {
    let at = 0
    while (at < data.length) {
      if (framing.left > 0) {
        const step = Math.min(framing.left, data.length - at)
        framing.left -= step
        at += step
        continue
      }
      const end = data.indexOf(LINE_END, at)
      if (end < 0) break
      const line = data.toString('latin1', at, end)
      at = end + LINE_END.length
      if (framing.trailer && line === '') {
        this.#done()
        return
      }
      // The chunk's own line end is counted with the chunk. A size of zero is the last: only the trailer follows.
      if (line !== '' && !framing.trailer) {
        const size = Number.parseInt(line, 16)
        if (size === 0) framing.trailer = true
        else framing.left = size + LINE_END.length
      }
    }
    if (at < data.length) {
      this.#pending = Buffer.from(data.subarray(at))
      this.#answer.bodyBytes -= this.#pending.length
    }
  }

  #done(): void {
    this.#framing = null
    const waiting = this.#waiting
    this.#waiting = null
    waiting?.resolve(this.#answer)
  }
}

function emptyAnswer(): { -readonly [K in keyof Answer]: Answer[K] } {
  return { status: 0, head: '', headMs: 0, markerMs: null, bodyBytes: 0, opening: Buffer.alloc(0) }
}
