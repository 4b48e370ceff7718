/**
 * A server as a process of its own, for what cannot be done to one's own process: no room on the disk, a kill.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProcess } from '../../bench/child.ts'
import { openTestDatabase } from '../src/storage/testing.ts'
import { type Announcement, readAnnouncement } from '../tour/announcement.ts'
import { ROOT, type SampleConfig, writeSampleConfig } from './sample-config.ts'

export interface ServerProcess {
  readonly pid: number
  readonly announcement: Announcement
  readonly running: () => boolean
  stop(): Promise<void>
}

export interface ChildSystem {
  readonly dir: string
  /** Starts the server on the same data directory. @param fileKbMax largest file it may write */
  start(fileKbMax?: number): Promise<ServerProcess>
  close(): Promise<void>
}

export async function prepareChild(options: Partial<SampleConfig> = {}): Promise<ChildSystem> {
  const dir = await mkdtemp(join(tmpdir(), 'sekisho-e2e-child-'))
  const database = await openTestDatabase({ migrate: false })
  const config = await writeSampleConfig({ ...options, dir, databaseUrl: database.url })
  return {
    dir,
    async start(fileKbMax) {
      const main = join(ROOT, 'server/src/main.ts')
      const node = [process.execPath, '--conditions=sekisho-source', '--disable-warning=ExperimentalWarning']
      const words = [...node, main, 'serve', '--config', config].map((word) => `'${word}'`).join(' ')
      const limit = fileKbMax === undefined ? '' : `ulimit -f ${fileKbMax}; `
      const child = await startProcess<string>('bash', ['-c', `${limit}exec ${words}`], {
        ready: /^ready: (.+)$/,
      })
      return {
        pid: child.pid,
        announcement: await readAnnouncement(child.ready),
        running: () => child.process.exitCode === null && child.process.signalCode === null,
        stop: () => child.stop(),
      }
    },
    async close() {
      await database.close()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
