/**
 * The configuration of a server under test or under load: the sample programme on free ports, one extra model that an
 * upstream of the test's own serves, and budgets that a bench does not use up in a second.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Model served by `vendorUrl`, standard tier. */
export const VENDOR_MODEL = 'vendor/1'

export interface SampleConfig {
  /** Holds the configuration and, below it, the data directory. */
  readonly dir: string
  /** PostgreSQL to use; null starts the embedded one. */
  readonly databaseUrl: string | null
  /** Base URL, `/v1` included, of a server that speaks all three dialects as VENDOR_MODEL. */
  readonly vendorUrl?: string
  readonly limits?: Readonly<Record<string, number>>
  /** Milliseconds an upstream may take to answer, and may be silent inside an answer. */
  readonly vendorTimeoutMs?: number
  /** Daily limits that a bench does not reach. */
  readonly wideBudgets?: boolean
  /** Daily requests of one person, where a test wants to reach them. */
  readonly personRequests?: number
  /** Days that content is kept, where a test wants to destroy some. */
  readonly retentionDays?: number
  /** Pause between the pieces of a rehearsed stream. */
  readonly chunkDelayMs?: number
  readonly shutdownGraceMs?: number
  /** Tests want checkpoints soon. */
  readonly checkpointIntervalMs?: number
  /** Tools file, where a test offers tools. */
  readonly tools?: string
  /** Gateway processes; none serves in the main process. */
  readonly workers?: number
}

/** Writes the files and returns the configuration's path. */
export async function writeSampleConfig(sample: SampleConfig): Promise<string> {
  const agreement = join(sample.dir, 'agreement.md')
  const models = join(sample.dir, 'models.yaml')
  await writeFile(agreement, await agreementText(sample))
  await writeFile(models, `${await read('server/models.yaml')}${VENDOR_ENTRY}`)
  if (sample.databaseUrl !== null) await writeFile(join(sample.dir, 'database-url'), sample.databaseUrl)
  const config = join(sample.dir, 'sekisho.yaml')
  // JSON is YAML.
  await writeFile(config, JSON.stringify(configValues(sample, agreement, models), null, 2))
  return config
}

export function dataDirOf(sample: Pick<SampleConfig, 'dir'>): string {
  return join(sample.dir, 'data')
}

const VENDOR_ENTRY = `
  - id: ${VENDOR_MODEL}
    tier: standard
    upstream: vendor
    dialects: [responses, chat, messages]
    access_program: none
    output_tokens_max: 65536
    state: listed
`

function configValues(sample: SampleConfig, agreement: string, models: string) {
  const anyPort = '127.0.0.1:0'
  const timeoutMs = sample.vendorTimeoutMs ?? 30_000
  const vendor = {
    id: 'vendor',
    kind: 'openai_compatible',
    baseUrl: sample.vendorUrl,
    dialects: ['responses', 'chat', 'messages'],
    headTimeoutMs: timeoutMs,
    idleTimeoutMs: timeoutMs,
  }
  return {
    listen: { gateway: anyPort, admin: anyPort, console: anyPort },
    dataDir: dataDirOf(sample),
    agreement,
    models,
    ...(sample.tools === undefined ? {} : { tools: sample.tools }),
    programme: { sample: true },
    database:
      sample.databaseUrl === null
        ? { kind: 'embedded' }
        : { kind: 'url', url: `\${file:${join(sample.dir, 'database-url')}}` },
    upstreams: [
      { id: 'rehearsal', kind: 'rehearsal', chunkDelayMs: sample.chunkDelayMs ?? 0 },
      ...(sample.vendorUrl === undefined ? [] : [vendor]),
    ],
    limits: sample.limits ?? {},
    ledger: { checkpointIntervalMs: sample.checkpointIntervalMs ?? 200 },
    shutdownGraceMs: sample.shutdownGraceMs ?? 1000,
    workers: sample.workers ?? 0,
    logging: { level: 'error' },
  }
}

/** Only the daily limits and retention differ from the sample agreement: every clause stays as it is. */
async function agreementText({ wideBudgets, personRequests, retentionDays }: SampleConfig): Promise<string> {
  const sample = await read('agreements/us-japan-2026/agreement.md')
  const text =
    retentionDays === undefined
      ? sample
      : sample.replace(
          /\{ intent: \d+, outcome: \d+ \}/,
          `{ intent: ${retentionDays}, outcome: ${retentionDays} }`,
        )
  if (personRequests !== undefined) {
    return text.replace(/person: \{ requests_per_day: \d+/, `person: { requests_per_day: ${personRequests}`)
  }
  if (wideBudgets !== true) return text
  return text.replaceAll(
    /\{ requests_per_day: \d+, tokens_per_day: \d+ \}/g,
    '{ requests_per_day: 1000000000, tokens_per_day: 900000000000 }',
  )
}

function read(path: string): Promise<string> {
  return readFile(join(ROOT, path), 'utf8')
}
