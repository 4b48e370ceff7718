/**
 * A tool server run as a child process: one message a line on its standard input and output.
 *
 * Spec: modelcontextprotocol.io/specification/2025-11-25/basic/transports, stdio. The child gets the environment it is
 * configured with and nothing of ours; what it writes to standard error is kept for the log, cut short.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { McpError } from './error.ts'
import { type Message, parseMessage } from './message.ts'
import { limited, Peer, type PeerOptions, type Transport } from './peer.ts'

const STDERR_CHARS_MAX = 4_000
const KILL_AFTER_MS = 2_000

export interface StdioServer extends PeerOptions {
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly messageBytesMax: number
}

/** @throws {McpError} as `Peer.open` */
export async function connectStdio(server: StdioServer): Promise<Peer> {
  const [program = '', ...words] = server.command
  const peer = new Peer(server)
  const child = spawn(program, words, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', ...server.environment },
    ...(server.cwd === undefined ? {} : { cwd: server.cwd }),
    detached: true,
  })
  const transport = new StdioTransport(child, server, peer)
  try {
    await peer.open(transport)
  } catch (error) {
    await transport.close()
    throw error
  }
  return peer
}

class StdioTransport implements Transport {
  readonly #child: ChildProcess
  readonly #bytesMax: number
  readonly #ended: Promise<void>

  constructor(child: ChildProcess, server: StdioServer, peer: Peer) {
    this.#child = child
    this.#bytesMax = server.messageBytesMax
    let stderr = ''
    const lost = (why: string) =>
      new McpError(
        'mcp_server_unavailable',
        `tool server \`${server.name}\` ${why}${stderr === '' ? '' : `: ${stderr.trim().slice(-500)}`}`,
      )
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-STDERR_CHARS_MAX)
    })
    readLines(child, server.messageBytesMax, (line) => {
      if (line === null) {
        peer.fail(
          new McpError(
            'mcp_message_too_large',
            `tool server \`${server.name}\` wrote a message larger than ${server.messageBytesMax} bytes`,
          ),
        )
        this.#kill()
      } else receive(line, peer)
    })
    child.stdin?.on('error', () => peer.fail(lost('does not read')))
    this.#ended = new Promise((resolve) => {
      child.on('error', (error) => {
        peer.fail(lost(`cannot be started: ${error.message}`))
        resolve()
      })
      child.on('close', (status, signal) => {
        peer.fail(lost(`ended with ${signal ?? status}`))
        resolve()
      })
    })
  }

  send(message: Message): Promise<void> {
    const line = `${limited(message, this.#bytesMax)}\n`
    return new Promise((resolve, reject) => {
      const input = this.#child.stdin
      if (input === null || !input.writable)
        reject(new McpError('mcp_server_unavailable', 'the tool server has ended'))
      else input.write(line, (error) => (error ? reject(error) : resolve()))
    })
  }

  async close(): Promise<void> {
    this.#child.stdin?.end()
    const timer = setTimeout(() => this.#kill(), KILL_AFTER_MS)
    await this.#ended
    clearTimeout(timer)
    // Whatever it started and left.
    this.#kill()
  }

  #kill(): void {
    if (this.#child.pid === undefined) return
    try {
      process.kill(-this.#child.pid, 'SIGKILL')
    } catch {
      // Already gone.
    }
  }
}

function receive(line: string, peer: Peer): void {
  if (line.trim() === '') return
  try {
    peer.receive(parseMessage(line))
  } catch (error) {
    // Noise on standard output is common and answers nothing: whoever waits runs into its time limit.
    if (!(error instanceof McpError)) throw error
  }
}

/** Calls with each line, and with null once when a line outgrows the limit. */
function readLines(child: ChildProcess, bytesMax: number, on: (line: string | null) => void): void {
  let parts: Buffer[] = []
  let bytes = 0
  let over = false
  child.stdout?.on('data', (chunk: Buffer) => {
    if (over) return
    let from = 0
    for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, from)) {
      parts.push(chunk.subarray(from, at))
      const whole = bytes + at - from <= bytesMax
      if (whole) on(Buffer.concat(parts).toString('utf8'))
      parts = []
      bytes = 0
      from = at + 1
      if (!whole) break
    }
    parts.push(chunk.subarray(from))
    bytes += chunk.length - from
    if (bytes > bytesMax) {
      over = true
      parts = []
      on(null)
    }
  })
}
