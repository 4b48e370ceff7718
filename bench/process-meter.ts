/**
 * CPU time and memory of processes, read from /proc: what a gateway costs, not what it says it costs.
 *
 * utime + stime of /proc/PID/stat cover every thread of the process (libuv's pool, V8's workers) and none of
 * its children, so PostgreSQL never counts. A tick is 10 ms: windows shorter than a second are noise.
 */
import { readFileSync } from 'node:fs'

/** Clock ticks per second: fixed at 100 for user space on every Linux architecture Node runs on. */
const TICKS_PER_SECOND = 100

/** CPU time used so far by the processes together, in microseconds. A process that is gone counts zero. */
export function cpuUs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + cpuTicks(pid), 0) * (1e6 / TICKS_PER_SECOND)
}

/** Resident memory of the processes together, in megabytes (10^6 bytes). */
export function rssMb(pids: readonly number[]): number {
  const kilobytes = pids.reduce(
    (sum, pid) => sum + Number(/VmRSS:\s+(\d+)/.exec(read(pid, 'status'))?.[1] ?? 0),
    0,
  )
  return Math.round((kilobytes * 1.024) / 100) / 10
}

/** The direct children of a process, for servers that fork workers. */
export function childrenOf(pid: number): number[] {
  const text = read(pid, `task/${pid}/children`).trim()
  return text === '' ? [] : text.split(' ').map(Number)
}

function cpuTicks(pid: number): number {
  const stat = read(pid, 'stat')
  // The command name is in parentheses and may hold spaces: fields are counted from the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return stat === '' ? 0 : Number(fields[11]) + Number(fields[12])
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
