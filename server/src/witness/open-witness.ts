/** A whole witness from its place on disk: lock, keys, state, HTTP server. Spec: docs/spec/witness.md §4. */
import type { Server } from 'node:http'
import { join } from 'node:path'
import { type CosignatureAlgorithm, parseVerifierKey, type VerifierKey, VerifyError } from 'sekisho-verify'
import { type Clock, type Logger, openPrivateDirectory } from '../base/index.ts'
import { lockDirectory } from '../ledger/index.ts'
import { type Cosigner, openCosigners } from './cosigner.ts'
import { WitnessError } from './error.ts'
import { Witness } from './witness.ts'
import { createWitnessServer } from './witness-server.ts'
import { openWitnessState } from './witness-state.ts'

export interface WitnessPlace {
  /** Name of its keys: a URL without scheme, e.g. `witness.example/w1`. */
  readonly name: string
  /** `keys/` and `state/` are below it. */
  readonly dataDir: string
  readonly algorithms: readonly CosignatureAlgorithm[]
  /** Verifier keys of the logs it cosigns; several of one name are keys of one log. */
  readonly logs: readonly string[]
  readonly clock: Clock
  readonly log: Logger
}

export interface WitnessService {
  /** Not listening yet. */
  readonly server: Server
  readonly cosigners: readonly Cosigner[]
  close(): Promise<void>
}

/**
 * @throws {WitnessError} `witness_key_malformed`, `witness_log_malformed`, `witness_state_corrupt`
 * @throws {PlaceError} when other accounts can open the directory or a key
 * @throws {LedgerError} `ledger_locked` when another process has the directory
 */
export async function openWitness(place: WitnessPlace): Promise<WitnessService> {
  const logs = logsOf(place.logs)
  openPrivateDirectory(place.dataDir)
  // Two processes on one state would cosign a fork between them.
  const lock = await lockDirectory(place.dataDir)
  try {
    const cosigners = openCosigners(join(place.dataDir, 'keys'), place.name, place.algorithms)
    const state = openWitnessState(join(place.dataDir, 'state'), cosigners)
    const { clock, log } = place
    const witness = await Witness.open({ cosigners, logs, state, clock, log })
    const server = createWitnessServer(witness, cosigners)
    return {
      server,
      cosigners,
      async close() {
        server.close()
        server.closeAllConnections()
        await lock.release()
      },
    }
  } catch (error) {
    await lock.release()
    throw error
  }
}

function logsOf(vkeys: readonly string[]): Map<string, VerifierKey[]> {
  const logs = new Map<string, VerifierKey[]>()
  for (const vkey of vkeys) {
    let key: VerifierKey
    try {
      key = parseVerifierKey(vkey)
    } catch (cause) {
      const why = cause instanceof VerifyError ? cause.message : String(cause)
      throw new WitnessError(
        'witness_log_malformed',
        `\`${vkey.slice(0, 120)}\` is not a log's key: ${why}`,
        { cause },
      )
    }
    logs.set(key.name, [...(logs.get(key.name) ?? []), key])
  }
  return logs
}
