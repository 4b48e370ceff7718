/**
 * A whole server for one test file: sample programme, rehearsal model, and a scripted vendor that misbehaves on demand.
 *
 * Closing it checks what every test relies on: each intent is closed by one outcome, and the ledger verifies.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseVerifierKey, verifyLedger } from 'sekisho-verify'
import { directoryReader } from 'sekisho-verify/node'
import { readLedger } from '../../bench/crash-ledger.ts'
import { loadConfigFile } from '../src/config/index.ts'
import { SAMPLE_INSTITUTIONS } from '../src/sample/index.ts'
import { type Announcement, type RunningServer, startServer } from '../src/serve.ts'
import { openTestDatabase } from '../src/storage/testing.ts'
import { type ScriptedVendor, startScriptedVendor } from '../src/upstream/testing/scripted-vendor.ts'
import { type Desk, openDesk } from '../tour/desk.ts'
import { ROOT, type SampleConfig, writeSampleConfig } from './sample-config.ts'

export interface System {
  readonly announcement: Announcement
  readonly gatewayUrl: string
  readonly port: number
  readonly vendor: ScriptedVendor
  readonly desk: Desk
  /** A token of a person of the sample programme; one per name and set of options. */
  token(name: string, ...options: string[]): Promise<string>
  keyOf(name: string): string
  /** How the exchange of a decision ended; null while it is under way. */
  outcomeOf(decision: string): Promise<{ readonly end: string; readonly code: string | null } | null>
  ledgerSize(): Promise<number>
  close(): Promise<void>
}

export type SystemOptions = Omit<SampleConfig, 'dir' | 'databaseUrl' | 'vendorUrl'>

export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const dir = await mkdtemp(join(tmpdir(), 'sekisho-e2e-'))
  const [vendor, database] = await Promise.all([startScriptedVendor(), openTestDatabase({ migrate: false })])
  const clean = async (): Promise<void> => {
    await vendor.close()
    await database.close()
    await rm(dir, { recursive: true, force: true })
  }
  try {
    const sample = { ...options, dir, databaseUrl: database.url, vendorUrl: vendor.baseUrl }
    const file = await writeSampleConfig(sample)
    const { config } = loadConfigFile(file, { root: ROOT, env: {} })
    const server = await startServer(config)
    return wrap(server, vendor, async () => {
      await server.stop()
      await assertEvidence(server.announcement)
      await clean()
    })
  } catch (error) {
    await clean()
    throw error
  }
}

function wrap({ announcement }: RunningServer, vendor: ScriptedVendor, close: () => Promise<void>): System {
  const desk = openDesk(announcement.admin, ROOT)
  const tokens = new Map<string, Promise<string>>()
  const keyOf = (name: string): string => join(announcement.dataDir, 'sample-keys', `${name}.json`)
  return {
    announcement,
    gatewayUrl: announcement.gateway,
    port: Number(new URL(announcement.gateway).port),
    vendor,
    desk,
    keyOf,
    token(name, ...options) {
      const key = [name, ...options].join(' ')
      const token = tokens.get(key) ?? desk.run('token', '--key', keyOf(name), ...options)
      tokens.set(key, token)
      return token
    },
    async outcomeOf(decision) {
      // Only the institution it was taken for sees a decision; tests do not say which that is.
      for (const { id } of SAMPLE_INSTITUTIONS.filter(({ admitted }) => admitted)) {
        const view = await desk.get(`/v1/decisions/${decision}`, keyOf(id)).catch(() => null)
        // Members named in docs/spec/http.md §2.
        if (view !== null) return (view as { outcome: { end: string; code: string | null } | null }).outcome
      }
      throw new Error(`no institution sees \`${decision}\``)
    },
    async ledgerSize() {
      const { ledger } = (await desk.get('/v1/programme', keyOf('jp'))) as { ledger: { size: number } }
      return ledger.size
    },
    close,
  }
}

/** INVARIANT: every intent is closed by an outcome, and the published ledger verifies with its public key alone. */
async function assertEvidence({ dataDir, ledger }: Announcement): Promise<void> {
  const held = await readLedger(dataDir, ledger.origin)
  const open = [...held.intents.keys()].filter((index) => !held.outcomes.has(index))
  assert.deepEqual(open, [], 'intents without an outcome')
  const report = await verifyLedger(directoryReader(ledger.publicDir), {
    key: parseVerifierKey(ledger.verifierKey),
    programme: true,
  })
  assert.equal(report.entries, held.size)
}
