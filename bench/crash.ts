/**
 * `bench -- crash`: kill -9 the real server under load, start it again, and look for what it had promised.
 *
 * Promised is what a client has read: a receipt in an answer's head (its intent is durable) and an answer's last byte
 * (its outcome is). After all trials the ledger is read whole: `lost` counts promises it does not hold. Checkpoints are
 * saved during every trial, as an outsider would; `forks` counts those that the final ledger does not continue.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseVerifierKey, type SavedCheckpoint, VerifyError, verifyLedger } from 'sekisho-verify'
import { directoryReader } from 'sekisho-verify/node'
import { VENDOR_MODEL, writeSampleConfig } from '../server/e2e/sample-config.ts'
import { startEmbeddedPostgres } from '../server/src/storage/index.ts'
import { startScript } from './child.ts'
import { type HeldLedger, readLedger } from './crash-ledger.ts'
import { Connection } from './load/connection.ts'
import { requestTemplate, stamp } from './load/request.ts'
import type { BenchOptions } from './options.ts'
import { type SekishoProcess, startSekishoProcess } from './peers/sekisho.ts'
import { openResults } from './results.ts'

const TRIALS = 100
const CONNECTIONS = 16
/** The kill comes at a random moment of the load, this long after its start. */
const LOAD_MS = { min: 20, max: 400 }

/** What clients were promised. */
export interface Promised {
  /**
   * Receipts read, in order. A list: were an entry lost, the next start would give its index to another exchange, and
   * both promises must be kept in mind.
   */
  readonly intents: { readonly index: number; readonly decision: string }[]
  /** Those among them whose whole answer a client has read. */
  readonly answered: { readonly index: number; readonly decision: string }[]
}

export async function benchCrash(options: BenchOptions): Promise<void> {
  const trials = options.trials ?? (options.quick ? 5 : TRIALS)
  const results = openResults('crash')
  const dir = await mkdtemp(join(tmpdir(), 'sekisho-bench-crash-'))
  const postgres = await startEmbeddedPostgres({ directory: join(dir, 'postgres') })
  const upstream = await startScript<{ port: number }>(new URL('./peers/mock-upstream.ts', import.meta.url))
  const promised: Promised = { intents: [], answered: [] }
  const saved: SavedCheckpoint[] = []
  try {
    const vendorUrl = `http://127.0.0.1:${upstream.ready.port}/v1`
    const config = await writeSampleConfig({ dir, databaseUrl: postgres.url, vendorUrl, wideBudgets: true })
    for (let trial = 1; trial <= trials; trial += 1) {
      const server = await startSekishoProcess(config)
      const failures = await killUnderLoad(server, trial, promised, saved)
      if (trial % 10 === 0 || failures > 0) {
        results.note(
          `trial ${trial}/${trials}: ${promised.intents.length} receipts, ${failures} unexpected answers`,
        )
      }
    }
    // The last start recovers from the last kill and publishes everything; it ends in good order.
    const last = await startSekishoProcess(config)
    await last.child.stop()
    const { publicDir, verifierKey } = last.announcement.ledger
    const held = await readLedger(last.announcement.dataDir, last.announcement.ledger.origin)
    results.add({
      row: 'sekisho',
      trials,
      acknowledged: promised.intents.length + promised.answered.length,
      entries: held.size,
      lost: countLost(promised, held),
      checkpoints_saved: saved.length,
      forks: await countForks(publicDir, verifierKey, saved),
    })
    results.save()
  } finally {
    await upstream.stop()
    await postgres.stop()
    await rm(dir, { recursive: true, force: true })
  }
}

/** Returns the number of answers that were neither whole nor cut by the kill. */
async function killUnderLoad(
  server: SekishoProcess,
  trial: number,
  promised: Promised,
  saved: SavedCheckpoint[],
): Promise<number> {
  const token = await server.token()
  const port = Number(new URL(server.announcement.gateway).port)
  const run = { running: true, failures: 0, nextCase: trial * 1e6 }
  const clients = Array.from({ length: CONNECTIONS }, (_, at) => client(port, token, at, run, promised))
  const checkpoint = join(server.announcement.ledger.publicDir, 'checkpoint')
  const halfMs = (LOAD_MS.min + Math.random() * (LOAD_MS.max - LOAD_MS.min)) / 2
  for (const moment of ['a', 'b']) {
    await new Promise((resolve) => setTimeout(resolve, halfMs))
    saved.push({ place: `trial ${trial}${moment}`, note: await readFile(checkpoint) })
  }
  run.running = false
  await server.child.stop('SIGKILL')
  await Promise.all(clients)
  return run.failures
}

/** Every other client reads streams, so that answers are also cut in the middle. */
async function client(
  port: number,
  token: string,
  at: number,
  run: { running: boolean; failures: number; nextCase: number },
  promised: Promised,
): Promise<void> {
  const template = requestTemplate({
    path: '/v1/chat/completions',
    headers: { authorization: `Bearer ${token}`, 'x-sekisho-session': `crash-${at}` },
    model: VENDOR_MODEL,
    stream: at % 2 === 0,
    bodyBytes: 500,
  })
  try {
    const connection = await Connection.open(port, '"Lines')
    while (run.running) {
      let receipt: Promised['intents'][number] | null = null
      const answer = await connection.request(stamp(template, run.nextCase++), (head) => {
        receipt = receiptIn(head)
        if (receipt !== null) promised.intents.push(receipt)
      })
      if (answer.status !== 200 || receipt === null) run.failures += 1
      else promised.answered.push(receipt)
    }
  } catch {
    // The server was killed under this request; what its head promised is noted already.
  }
}

function receiptIn(head: string): Promised['intents'][number] | null {
  const index = /\r\nx-sekisho-receipt: rcpt-(\d+)/i.exec(head)?.[1]
  const decision = /\r\nx-sekisho-decision: (\S+)/i.exec(head)?.[1]
  return index === undefined || decision === undefined ? null : { index: Number(index), decision }
}

/** Promises that the ledger does not hold: an intent that is another's or none, an answer without its outcome. */
function countLost(promised: Promised, held: HeldLedger): number {
  const intact = ({ index, decision }: Promised['intents'][number]): boolean =>
    held.intents.get(index) === decision
  const lost = promised.intents.filter((receipt) => !intact(receipt)).length
  const unclosed = promised.answered.filter(
    (receipt) => intact(receipt) && held.outcomes.get(receipt.index) !== 'completed',
  ).length
  return lost + unclosed
}

async function countForks(
  dir: string,
  verifierKey: string,
  saved: readonly SavedCheckpoint[],
): Promise<number> {
  const key = parseVerifierKey(verifierKey)
  const check = async (some: readonly SavedCheckpoint[]): Promise<boolean> => {
    try {
      await verifyLedger(directoryReader(dir), { key, saved: some })
      return true
    } catch (error) {
      if (error instanceof VerifyError) return false
      throw error
    }
  }
  if (await check(saved)) return 0
  let forks = 0
  for (const one of saved) if (!(await check([one]))) forks += 1
  return Math.max(1, forks)
}
