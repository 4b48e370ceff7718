/** How bubblewrap is called: a root that holds programs and nothing else, all namespaces new, nobody in them. */
import { NOBODY } from './workspace.ts'

const MIB = 1024 * 1024

export interface Limits {
  /** Wall clock. */
  readonly timeoutMs: number
  readonly cpuSeconds: number
  /** Address space of each process. */
  readonly memoryBytes: number
  /** Processes of the sandbox's user; counted over all sandboxes. */
  readonly processes: number
  readonly fileBytes: number
  /** All files of the workspace together; looked at while the program runs. */
  readonly workspaceBytes: number
  /** Output kept; a program that writes more is ended. */
  readonly outputBytes: number
}

export const DEFAULT_LIMITS: Limits = {
  timeoutMs: 60_000,
  cpuSeconds: 60,
  memoryBytes: 4_096 * MIB,
  processes: 256,
  fileBytes: 256 * MIB,
  workspaceBytes: 1_024 * MIB,
  outputBytes: 8 * MIB,
}

const TMP_BYTES = 256 * MIB
const SHARED_MEMORY_BYTES = 64 * MIB

export interface Bind {
  readonly from: string
  readonly to: string
}

export interface Invocation {
  readonly workspace: string
  readonly readOnly: readonly Bind[]
  readonly environment: Readonly<Record<string, string>>
  readonly command: readonly string[]
  readonly limits: Limits
  /** Number of the descriptor that holds the seccomp filter. */
  readonly seccompFd: number
}

/** The whole command line: limits, then another user when this is root, then the namespaces. */
export function invocation(asRoot: boolean, it: Invocation): string[] {
  const { limits } = it
  return [
    'prlimit',
    `--cpu=${limits.cpuSeconds}`,
    `--as=${limits.memoryBytes}`,
    `--nproc=${limits.processes}`,
    `--fsize=${limits.fileBytes}`,
    '--core=0',
    '--nofile=1024',
    '--',
    ...(asRoot
      ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--no-new-privs', '--']
      : []),
    'bwrap',
    ...namespaces(),
    ...root(it.workspace),
    ...it.readOnly.flatMap(({ from, to }) => ['--ro-bind', from, to]),
    // What was made so far is not to be written to: the root and the devices are memory that nothing counts.
    '--remount-ro',
    '/',
    '--remount-ro',
    '/dev',
    '--chdir',
    '/work',
    '--clearenv',
    ...Object.entries({ PATH: '/usr/bin:/bin', HOME: '/tmp', LANG: 'C.UTF-8', ...it.environment }).flatMap(
      ([name, value]) => ['--setenv', name, value],
    ),
    '--seccomp',
    String(it.seccompFd),
    '--',
    ...it.command,
  ]
}

function namespaces(): string[] {
  return [
    '--unshare-all',
    '--unshare-user',
    '--disable-userns',
    '--uid',
    String(NOBODY),
    '--gid',
    String(NOBODY),
    '--hostname',
    'sandbox',
    '--die-with-parent',
    '--new-session',
    '--cap-drop',
    'ALL',
  ]
}

function root(workspace: string): string[] {
  return [
    '--ro-bind',
    '/usr',
    '/usr',
    ...['bin', 'sbin', 'lib', 'lib64'].flatMap((name) => ['--symlink', `usr/${name}`, `/${name}`]),
    '--ro-bind-try',
    '/etc/alternatives',
    '/etc/alternatives',
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '--size',
    String(TMP_BYTES),
    '--tmpfs',
    '/tmp',
    '--size',
    String(SHARED_MEMORY_BYTES),
    '--tmpfs',
    '/dev/shm',
    '--bind',
    workspace,
    '/work',
  ]
}
