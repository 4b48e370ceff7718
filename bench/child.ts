/**
 * Child processes of a bench: each prints one JSON line when it is ready, and dies with its parent's wish.
 *
 * Upstream, gateway and load client are separate processes so that CPU time can be told apart.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** How long a child may take to say that it is ready. */
const READY_MS_MAX = 60_000
/** A whole line that is one JSON object. */
const JSON_LINE = /^(\{.*\})$/

export interface Child<Ready> {
  readonly pid: number
  readonly ready: Ready
  readonly process: ChildProcess
  /** Ends the process and waits until it is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** Runs a TypeScript file of this repository in a Node of its own; `ready` is its first line of output, parsed. */
export function startScript<Ready>(file: URL, args: readonly string[] = []): Promise<Child<Ready>> {
  return startProcess(process.execPath, ['--conditions=sekisho-source', file.pathname, ...args], {
    ready: JSON_LINE,
  })
}

/**
 * Starts any command. It is ready when a line of its output matches `ready`: the first group is then `ready`, parsed as
 * JSON where the whole line was asked for. Without `ready` it is taken to be ready at once.
 */
export async function startProcess<Ready>(
  command: string,
  args: readonly string[],
  options: { readonly ready?: RegExp; readonly env?: NodeJS.ProcessEnv; readonly cwd?: string },
): Promise<Child<Ready>> {
  const child = spawn(command, args, {
    stdio: ['ignore', options.ready === undefined ? 'ignore' : 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })
  const errors: string[] = []
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk.toString()))
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject)
    child.once('exit', (code) =>
      reject(new Error(`\`${command}\` ended with ${code}: ${errors.join('').slice(-2000)}`)),
    )
  })
  failed.catch(() => {})
  const ready =
    options.ready === undefined ? null : await within(Promise.race([readyLine(child, options.ready), failed]))
  return {
    pid: child.pid!, // The child is running: `ready` or the spawn itself would have failed otherwise.
    // The caller names what its child prints.
    ready: (options.ready === JSON_LINE && ready !== null ? JSON.parse(ready) : ready) as Ready,
    process: child,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      await gone
    },
  }
}

function readyLine(child: ChildProcess, pattern: RegExp): Promise<string> {
  const lines = createInterface({ input: child.stdout! }) // Piped above.
  return new Promise((resolve) => {
    // Read to the end: a pipe that nobody empties would block the child.
    lines.on('line', (line) => {
      const match = pattern.exec(line)
      if (match?.[1] !== undefined) resolve(match[1])
    })
  })
}

async function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not ready within ${READY_MS_MAX} ms`)), READY_MS_MAX)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
