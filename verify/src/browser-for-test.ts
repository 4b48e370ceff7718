/** Chromium over its own debugging protocol: just enough to open a page, fill it in, and read what it says. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const NAMES = [process.env.SEKISHO_CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome']

/** The browser's command, or null where there is none. */
export function findChromium(): string | null {
  const found = NAMES.find((name) => name !== undefined && spawnSync(name, ['--version']).status === 0)
  return found ?? null
}

export interface TestPage {
  /** Evaluates an expression in the page and gives its JSON value. */
  evaluate<T>(expression: string): Promise<T>
  /** Waits until the expression is truthy. */
  until(expression: string): Promise<void>
  /** Puts a file into an input. */
  choose(selector: string, file: string): Promise<void>
  /** What the browser complained about: blocked scripts, exceptions. */
  readonly complaints: string[]
  close(): Promise<void>
}

interface Reply {
  readonly id?: number
  readonly method?: string
  readonly result?: Record<string, unknown>
  readonly error?: { readonly message: string }
  readonly params?: Record<string, unknown>
}

export async function openPage(chromium: string, url: string): Promise<TestPage> {
  const profile = mkdtempSync(join(tmpdir(), 'sekisho-chromium-'))
  const flags = [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--no-first-run',
  ]
  const child = spawn(
    chromium,
    [...flags, '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  const end = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    const browser = await addressOf(child)
    const targets = (await (await fetch(`http://${browser}/json`)).json()) as {
      type: string
      webSocketDebuggerUrl: string
    }[] // the protocol's list
    const target = targets.find(({ type }) => type === 'page')
    if (target === undefined) throw new Error('the browser has no page')
    return await attach(target.webSocketDebuggerUrl, url, end)
  } catch (error) {
    await end()
    throw error
  }
}

async function addressOf(child: ChildProcess): Promise<string> {
  if (child.stderr === null) throw new Error('no standard error')
  for await (const line of createInterface({ input: child.stderr })) {
    const address = /ws:\/\/([^/]+)\//.exec(line)?.[1]
    if (address !== undefined) return address
  }
  throw new Error('the browser ended before it listened')
}

async function attach(socketUrl: string, url: string, end: () => Promise<void>): Promise<TestPage> {
  const socket = new WebSocket(socketUrl)
  await new Promise((resolve, reject) => {
    socket.onopen = resolve
    socket.onerror = reject
  })
  const complaints: string[] = []
  const waiting = new Map<number, (reply: Reply) => void>()
  socket.onmessage = ({ data }) => {
    const reply = JSON.parse(String(data)) as Reply // the protocol's messages
    if (reply.id !== undefined) waiting.get(reply.id)?.(reply)
    else if (reply.method === 'Runtime.exceptionThrown' || reply.method === 'Log.entryAdded')
      complaints.push(JSON.stringify(reply.params))
  }
  let calls = 0
  const call = (method: string, params: object = {}): Promise<Record<string, unknown>> =>
    new Promise((resolve, reject) => {
      calls++
      waiting.set(calls, ({ result, error }) =>
        error === undefined ? resolve(result ?? {}) : reject(new Error(`${method}: ${error.message}`)),
      )
      socket.send(JSON.stringify({ id: calls, method, params }))
    })
  const evaluate = async <T>(expression: string): Promise<T> => {
    const { result } = await call('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
      allowUnsafeEvalBlockedByCSP: false,
    })
    return (result as { value: T }).value // the caller knows the expression's type
  }
  const until = async (expression: string): Promise<void> => {
    for (let tries = 0; tries < 400; tries++) {
      if (await evaluate<boolean>(`Boolean(${expression})`)) return
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
    throw new Error(`never true: ${expression}; ${complaints.join('; ')}`)
  }
  for (const domain of ['Page', 'Runtime', 'Log', 'DOM']) await call(`${domain}.enable`)
  await call('Page.navigate', { url })
  return {
    evaluate,
    until,
    complaints,
    async choose(selector, file) {
      const { root } = (await call('DOM.getDocument')) as { root: { nodeId: number } } // the protocol's answer
      const { nodeId } = await call('DOM.querySelector', { nodeId: root.nodeId, selector })
      await call('DOM.setFileInputFiles', { files: [file], nodeId })
    },
    async close() {
      socket.close()
      await end()
    },
  }
}
