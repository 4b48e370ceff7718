/**
 * Sekisho as it is run: one process, everything on, PostgreSQL a process of its own that is not charged to it.
 *
 * The sample programme with wider daily budgets, an engineer's token, and the mock model server as an upstream.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT, type SampleConfig, VENDOR_MODEL, writeSampleConfig } from '../../server/e2e/sample-config.ts'
import { startEmbeddedPostgres } from '../../server/src/storage/index.ts'
import { type Announcement, readAnnouncement } from '../../server/tour/announcement.ts'
import { openDesk } from '../../server/tour/desk.ts'
import { type Child, startProcess } from '../child.ts'
import { CHAT_PATH, type StartPeer } from './peer.ts'

export interface SekishoProcess {
  readonly announcement: Announcement
  readonly child: Child<null>
  token(): Promise<string>
}

/** Starts one server process on a configuration file and waits until it has announced itself. */
export async function startSekishoProcess(config: string): Promise<SekishoProcess> {
  const main = join(ROOT, 'server/src/main.ts')
  const args = [
    '--max-semi-space-size=16',
    '--conditions=sekisho-source',
    '--disable-warning=ExperimentalWarning',
    main,
  ]
  const child = await startProcess<string>(process.execPath, [...args, 'serve', '--config', config], {
    ready: /^ready: (.+)$/,
    // As scripts/server-node.mjs has it for every server.
    env: { MALLOC_ARENA_MAX: '1' },
  })
  const announcement = await readAnnouncement(child.ready)
  const key = join(announcement.dataDir, 'sample-keys', 'smbc-engineer.json')
  return {
    announcement,
    child: { ...child, ready: null },
    token: () => openDesk(announcement.admin, ROOT).run('token', '--key', key),
  }
}

export const startSekisho: StartPeer = async (upstream) => {
  const dir = await mkdtemp(join(tmpdir(), 'sekisho-bench-'))
  const postgres = await startEmbeddedPostgres({ directory: join(dir, 'postgres') })
  const sample: SampleConfig = {
    dir,
    databaseUrl: postgres.url,
    vendorUrl: `http://127.0.0.1:${upstream.port}/v1`,
    wideBudgets: true,
    // The default of a configuration that does not name it.
    checkpointIntervalMs: 1000,
  }
  let server: SekishoProcess | null = null
  const stop = async (): Promise<void> => {
    await server?.child.stop()
    await postgres.stop()
    await rm(dir, { recursive: true, force: true })
  }
  try {
    server = await startSekishoProcess(await writeSampleConfig(sample))
    return {
      port: Number(new URL(server.announcement.gateway).port),
      path: CHAT_PATH,
      headers: { authorization: `Bearer ${await server.token()}`, 'x-sekisho-session': 'bench' },
      model: VENDOR_MODEL,
      pids: [server.child.pid],
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
