/**
 * A server of the governance tour's own: the sample programme, two gateway processes, and periods of seconds instead of days.
 *
 * Nothing else of the sample differs. Everything lies in a directory that is removed at the end.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadConfigFile } from '../src/config/index.ts'
import { startServer } from '../src/serve.ts'
import { openTour, type Tour } from './tour.ts'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** A ballot must be long enough for 36 votes: on an idle machine this is several times what they take. */
const BALLOT_S = 20
const BALLOT_S_MAX = 120

/** The same on a busy machine, where everything takes as many times longer as more wants to run than it has cores. */
function ballotSeconds(): number {
  const waiting = (loadavg()[0] ?? 0) / availableParallelism()
  return Math.round(Math.min(BALLOT_S_MAX, BALLOT_S * Math.max(1, waiting)))
}

/** Seconds for what takes days. */
const PERIODS = [
  ['discussion: 14d', 'discussion: 1s'],
  ['ballot: 7d', `ballot: ${ballotSeconds()}s`],
  ['late_quorum: 2d', 'late_quorum: 1s'],
  ['timelock: 7d', 'timelock: 2s'],
  ['lapses: 120d', 'lapses: 30m'],
] as const

export interface GovernanceWorld {
  readonly tour: Tour
  readonly dir: string
  /** The document in force at the start. */
  readonly document: string
  /** What was measured, for people; nothing rests on it. */
  readonly notes: string[]
  /** Writes a document with these texts replaced, as the next version; returns its path. */
  amend(name: string, replacements: readonly (readonly [string, string])[]): Promise<string>
  close(): Promise<void>
}

/**
 * @param databaseUrl PostgreSQL to use; null starts the embedded one
 * @param workers gateway processes
 */
export async function openWorld(databaseUrl: string | null = null, workers = 2): Promise<GovernanceWorld> {
  const dir = await mkdtemp(join(tmpdir(), 'sekisho-governance-'))
  const document = replaced(
    await readFile(join(ROOT, 'agreements/us-japan-2026/agreement.md'), 'utf8'),
    PERIODS,
  )
  const agreement = join(dir, 'v1.md')
  await writeFile(agreement, document)
  if (databaseUrl !== null) await writeFile(join(dir, 'database-url'), databaseUrl)
  await mkdir(join(dir, 'data'), { mode: 0o700 })
  const file = join(dir, 'sekisho.yaml')
  const anyPort = '127.0.0.1:0'
  const values = {
    listen: { gateway: anyPort, admin: anyPort, console: anyPort },
    dataDir: join(dir, 'data'),
    agreement,
    models: join(ROOT, 'server/models.yaml'),
    programme: { sample: true },
    database:
      databaseUrl === null
        ? { kind: 'embedded' }
        : { kind: 'url', url: `\${file:${join(dir, 'database-url')}}` },
    upstreams: [{ id: 'rehearsal', kind: 'rehearsal', chunkDelayMs: 0 }],
    ledger: { checkpointIntervalMs: 200 },
    shutdownGraceMs: 1000,
    workers,
    logging: { level: 'error' },
  }
  // JSON is YAML.
  await writeFile(file, JSON.stringify(values))
  const { config } = loadConfigFile(file, { root: ROOT, env: {} })
  const server = await startServer(config)
  const tour = openTour(server.announcement, ROOT)
  return {
    tour,
    dir,
    document,
    notes: [],
    async amend(name, replacements) {
      const path = join(dir, `${name}.md`)
      await writeFile(path, replaced(document, [['version: 1\n', 'version: 2\n'], ...replacements]))
      return path
    },
    async close() {
      await server.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

function replaced(text: string, replacements: readonly (readonly [string, string])[]): string {
  return replacements.reduce((done, [from, to]) => {
    if (!done.includes(from)) throw new Error(`the document does not say \`${from}\``)
    return done.replaceAll(from, to)
  }, text)
}
