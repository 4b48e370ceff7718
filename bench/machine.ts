/**
 * Describes the machine a figure was measured on, and how much of it others were using.
 *
 * A figure without its machine is not a figure: every results file starts with this line.
 */

import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'

export interface Machine {
  readonly bench: string
  readonly row: 'machine'
  readonly date: string
  readonly cpu: string
  readonly cores: number
  readonly memory_mb: number
  readonly kernel: string
  readonly node: string
  readonly load_1min: number
}

export function describeMachine(bench: string): Machine {
  const all = cpus()
  return {
    bench,
    row: 'machine',
    date: new Date().toISOString(),
    cpu: all[0]?.model ?? 'unknown',
    cores: all.length,
    memory_mb: Math.round(totalmem() / 1e6),
    kernel: release(),
    node: process.version,
    load_1min: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  }
}

/** Busy and total clock ticks of all cores since boot, from the first line of /proc/stat. */
export function machineTicks(): { readonly busy: number; readonly total: number } {
  const fields =
    readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]?.trim().split(/\s+/).slice(1).map(Number) ?? []
  const total = fields.slice(0, 8).reduce((sum, ticks) => sum + ticks, 0)
  const idle = (fields[3] ?? 0) + (fields[4] ?? 0)
  return { busy: total - idle, total }
}
