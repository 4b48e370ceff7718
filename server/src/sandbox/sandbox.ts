/**
 * Programs run away from everything: no network, no files but the workspace, no other processes, no way to gain rights.
 *
 * Spec: docs/spec/sandbox.md. It is bubblewrap with a seccomp filter; where it cannot be had, there is no sandbox, and
 * whatever needs one is unavailable: nothing falls back to running without.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Bind, DEFAULT_LIMITS, invocation, type Limits } from './arguments.ts'
import { SandboxError } from './error.ts'
import { seccompFilter } from './seccomp.ts'
import { createWorkspace, type Workspace } from './workspace.ts'

/** How often the workspace's size is looked at. */
const SIZE_CHECK_MS = 250
const SECCOMP_FD = 3

export interface SandboxRun {
  readonly workspace: Workspace
  /** Program and arguments; no shell reads them. */
  readonly command: readonly string[]
  readonly stdin?: Buffer
  readonly environment?: Readonly<Record<string, string>>
  /** Folders of the host shown read-only, by absolute path. */
  readonly readOnly?: readonly Bind[]
  readonly limits?: Partial<Limits>
  readonly signal?: AbortSignal
}

export type SandboxEnd = 'exited' | 'signalled' | 'timeout' | 'output_limit' | 'workspace_limit' | 'cancelled'

export interface SandboxResult {
  readonly end: SandboxEnd
  /** Exit status; null unless `end` is `exited`. */
  readonly status: number | null
  readonly stdout: Buffer
  readonly stderr: Buffer
  readonly elapsedMs: number
}

export interface Sandbox {
  createWorkspace(): Workspace
  /** @throws {SandboxError} `sandbox_command_invalid`, `sandbox_closed` */
  run(run: SandboxRun): Promise<SandboxResult>
  /** Ends what still runs. */
  close(): Promise<void>
}

/**
 * Finds out by trying whether programs can be contained here.
 *
 * @throws {SandboxError} `sandbox_unavailable`, saying what is missing
 */
export async function openSandbox(): Promise<Sandbox> {
  const filter = seccompFilter()
  if (process.platform !== 'linux' || filter === null) {
    throw unavailable(`there is no filter for ${process.platform} on ${process.arch}`)
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'sekisho-seccomp-'))
  const filterFile = path.join(folder, 'filter')
  writeFileSync(filterFile, filter, { mode: 0o600 })
  const sandbox = new Bubblewrap(filterFile, folder)
  try {
    await sandbox.probe()
  } catch (error) {
    await sandbox.close()
    throw error
  }
  return sandbox
}

function unavailable(why: string, cause?: unknown): SandboxError {
  return new SandboxError(
    'sandbox_unavailable',
    `programs cannot be contained: ${why}; install \`bubblewrap\` and allow user namespaces`,
    { cause },
  )
}

class Bubblewrap implements Sandbox {
  readonly #filterFile: string
  readonly #folder: string
  readonly #running = new Set<Promise<unknown>>()
  readonly #closing = new AbortController()

  constructor(filterFile: string, folder: string) {
    this.#filterFile = filterFile
    this.#folder = folder
  }

  createWorkspace(): Workspace {
    return createWorkspace()
  }

  /** A contained program sees no other process and cannot make a namespace: both are asked, not assumed. */
  async probe(): Promise<void> {
    const workspace = createWorkspace()
    try {
      const script =
        'test "$(ls /proc | grep -c "^[0-9]")" -le 8 && ! unshare -Ur true 2>/dev/null && echo contained'
      const result = await this.run({
        workspace,
        command: ['/bin/sh', '-c', script],
        limits: { timeoutMs: 10_000 },
      })
      if (result.stdout.toString() !== 'contained\n') {
        throw unavailable(
          result.stderr.toString().trim().slice(0, 300) ||
            `the probe ended with ${result.end} ${result.status}`,
        )
      }
    } finally {
      workspace.remove()
    }
  }

  async run(run: SandboxRun): Promise<SandboxResult> {
    if (this.#closing.signal.aborted) throw new SandboxError('sandbox_closed', 'the sandbox is closed')
    checkCommand(run)
    const limits = { ...DEFAULT_LIMITS, ...run.limits }
    const fd = openSync(this.#filterFile, 'r')
    const [program = '', ...words] = invocation(process.getuid?.() === 0, {
      workspace: run.workspace.path,
      readOnly: run.readOnly ?? [],
      environment: run.environment ?? {},
      command: run.command,
      limits,
      seccompFd: SECCOMP_FD,
    })
    const child = spawn(program, words, {
      stdio: ['pipe', 'pipe', 'pipe', fd],
      env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin' },
      detached: true,
    })
    closeSync(fd)
    const signals = [this.#closing.signal, ...(run.signal === undefined ? [] : [run.signal])]
    const done = watch(child, run, limits, AbortSignal.any(signals))
    this.#running.add(done)
    try {
      return await done
    } finally {
      this.#running.delete(done)
    }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.allSettled(this.#running)
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

function checkCommand({ command, environment = {}, readOnly = [] }: SandboxRun): void {
  const words = [
    ...command,
    ...Object.entries(environment).flat(),
    ...readOnly.flatMap(({ from, to }) => [from, to]),
  ]
  if (command.length === 0 || command[0] === '' || words.some((word) => word.includes('\0'))) {
    throw new SandboxError('sandbox_command_invalid', 'a command is a program and arguments without NUL')
  }
  if (
    readOnly.some(
      ({ from, to }) => !path.isAbsolute(from) || !/^\/(opt|input)\/[\w./-]+$/.test(to) || to.includes('..'),
    )
  ) {
    throw new SandboxError('sandbox_command_invalid', 'what is shown lies below `/opt` or `/input`')
  }
}

/** Gathers output until the program ends by itself or is ended. */
function watch(
  child: ChildProcess,
  run: SandboxRun,
  limits: Limits,
  signal: AbortSignal,
): Promise<SandboxResult> {
  const started = performance.now()
  const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
  let bytes = 0
  let cut: SandboxEnd | null = null
  const end = (why: SandboxEnd): void => {
    cut ??= why
    // The first process of the namespace goes, and everything in it.
    if (child.pid !== undefined) killGroup(child.pid)
  }
  const keep = (to: Buffer[]) => (chunk: Buffer) => {
    const room = limits.outputBytes - bytes
    if (room > 0) to.push(chunk.subarray(0, room))
    bytes += chunk.length
    if (bytes > limits.outputBytes) end('output_limit')
  }
  child.stdout?.on('data', keep(output.stdout))
  child.stderr?.on('data', keep(output.stderr))
  // A program that does not read its input is no error.
  child.stdin?.on('error', () => {})
  child.stdin?.end(run.stdin ?? Buffer.alloc(0))
  const timeout = setTimeout(() => end('timeout'), limits.timeoutMs)
  const sizes = setInterval(() => {
    if (run.workspace.size(limits.workspaceBytes) > limits.workspaceBytes) end('workspace_limit')
  }, SIZE_CHECK_MS)
  const cancel = () => end('cancelled')
  signal.addEventListener('abort', cancel, { once: true })
  if (signal.aborted) cancel()
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      clearTimeout(timeout)
      clearInterval(sizes)
      signal.removeEventListener('abort', cancel)
      finish()
    }
    child.on('error', (cause) => settle(() => reject(unavailable(cause.message, cause))))
    child.on('close', (status, killed) => {
      if (cut === null && run.workspace.size(limits.workspaceBytes) > limits.workspaceBytes)
        cut = 'workspace_limit'
      settle(() =>
        resolve({
          end: cut ?? (killed === null ? 'exited' : 'signalled'),
          status: cut === null ? status : null,
          stdout: Buffer.concat(output.stdout),
          stderr: Buffer.concat(output.stderr),
          elapsedMs: Math.round(performance.now() - started),
        }),
      )
    })
  })
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Already gone.
  }
}
