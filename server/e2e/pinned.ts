/**
 * The gateway processes of a server under test, and connections that only one of them serves.
 *
 * All processes accept from one socket; while the others are paused, who connects is served by the one that runs.
 */
import { readFileSync } from 'node:fs'
import { Agent, type IncomingMessage, request } from 'node:http'
import { childrenOf } from '../../bench/process-meter.ts'

const POLL_MS = 10

/** An answer of which the head has arrived. */
export interface Begun {
  readonly status: number
  readonly decision: string
  readonly receipt: string
  /** Resolves with the first piece of the body. */
  readonly first: Promise<string>
  /** Rejects when the connection breaks before the end. */
  readonly whole: Promise<string>
}

export interface Pinned {
  readonly pid: number
  begin(path: string, token: string, body?: object): Promise<Begun>
  /** The same, to the end. */
  ask(path: string, token: string, body?: object): Promise<Begun & { readonly text: string }>
  close(): void
}

/** Gateway processes of a server, by process id. */
export function workersOf(server: number): number[] {
  return childrenOf(server).filter((pid) => procText(pid, 'cmdline').includes('server/src/worker.ts'))
}

/** Resolves when the process is running no more. */
export async function pause(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP')
  while (!/^State:\s+T/m.test(procText(pid, 'status'))) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

export function resume(pid: number): void {
  process.kill(pid, 'SIGCONT')
}

export function isGone(pid: number): boolean {
  return procText(pid, 'stat') === ''
}

/** Opens connections that `pid` alone serves. @param all every gateway process of the server */
export async function pin(
  gatewayUrl: string,
  pid: number,
  all: readonly number[],
  connections: number,
): Promise<Pinned> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const begin: Pinned['begin'] = (path, token, body) => send(agent, `${gatewayUrl}${path}`, token, body)
  const ask: Pinned['ask'] = async (...what) => {
    const begun = await begin(...what)
    return { ...begun, text: await begun.whole }
  }
  const others = all.filter((each) => each !== pid)
  for (const other of others) await pause(other)
  try {
    // Refused for want of a token, and the connection stays.
    await Promise.all(Array.from({ length: connections }, () => ask('/v1/models', 'none')))
  } finally {
    others.forEach(resume)
  }
  return { pid, begin, ask, close: () => agent.destroy() }
}

function send(agent: Agent, url: string, token: string, body: object | undefined): Promise<Begun> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const method = body === undefined ? 'GET' : 'POST'
    const call = request(url, { agent, method, headers }, (response) => resolve(begunOf(response)))
    call.once('error', reject)
    call.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

function begunOf(response: IncomingMessage): Begun {
  const first = Promise.withResolvers<string>()
  const whole = new Promise<string>((resolve, reject) => {
    let text = ''
    response.setEncoding('utf8')
    response.on('data', (piece: string) => {
      text += piece
      first.resolve(piece)
    })
    response.once('error', reject)
    response.once('end', () => {
      first.resolve('')
      resolve(text)
    })
  })
  whole.catch(first.reject)
  first.promise.catch(() => undefined)
  return {
    status: response.statusCode ?? 0,
    decision: String(response.headers['x-sekisho-decision'] ?? ''),
    receipt: String(response.headers['x-sekisho-receipt'] ?? ''),
    first: first.promise,
    whole,
  }
}

function procText(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
