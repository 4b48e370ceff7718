/**
 * One server at a time on a directory: a file names the process that has it.
 *
 * The process is named by number and start time, because numbers come round again.
 */
import { readFileSync } from 'node:fs'
import { link, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { StorageError } from './error.ts'

/**
 * Takes `directory`, or takes it over from a process that is gone; returns the release.
 *
 * @throws {StorageError} `storage_embedded_in_use`
 */
export async function takeOwnership(directory: string): Promise<() => Promise<void>> {
  const file = path.join(directory, 'owner')
  const own = `${process.pid} ${startTimeOf(process.pid) ?? '-'}\n`
  const temporary = `${file}.${process.pid}.${Math.trunc(performance.now() * 1000)}`
  await writeFile(temporary, own, { mode: 0o600 })
  try {
    for (;;) {
      // A hard link appears whole or not at all, and only one of two comers makes it.
      const made = await link(temporary, file).then(
        () => true,
        () => false,
      )
      if (made) break
      const holder = (await readFile(file, 'utf8').catch(() => '')).trim()
      if (isAlive(holder)) {
        const pid = holder.split(' ')[0]
        throw new StorageError(
          'storage_embedded_in_use',
          `\`${directory}\` is in use by process ${pid}: stop it, or set another \`dataDir\``,
        )
      }
      await rm(file, { force: true })
    }
  } finally {
    await rm(temporary, { force: true })
  }
  return () => rm(file, { force: true })
}

function isAlive(holder: string): boolean {
  const [pid, started] = holder.split(' ')
  if (pid === undefined || !/^\d+$/.test(pid)) return false
  try {
    process.kill(Number(pid), 0)
  } catch (error) {
    // EPERM: alive, and someone else's.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false
  }
  const now = startTimeOf(Number(pid))
  return now === null || started === '-' || now === started
}

/** Clock ticks since boot at which a process started (proc_pid_stat(5), field 22); null off Linux. */
function startTimeOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in field 2 may hold spaces and brackets: count from its last bracket.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}
