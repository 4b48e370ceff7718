/**
 * What witnesses show of a log: each one's latest cosigned checkpoint, read over HTTP.
 *
 * Spec: c2sp.org/tlog-witness, "Monitor Retrieval Mechanism". A checkpoint counts when its witness's own key cosigned it.
 */
import { sha256 } from '#sha256'
import { toHex, utf8 } from './bytes.ts'
import { VerifyError } from './error.ts'
import type { VerifierKey } from './note.ts'
import type { Policy } from './policy.ts'
import { urlReader } from './reader.ts'
import type { SavedCheckpoint } from './verify-ledger.ts'
import { readWitnessed } from './witnessed.ts'

export interface AskedWitness {
  readonly witness: string
  /** Null when it shows nothing that counts; `why` says what was wrong. */
  readonly saved: SavedCheckpoint | null
  readonly why: string | null
}

/** Asks every witness of the policy that has an address. Never rejects for what a witness does. */
export async function askWitnesses(
  policy: Policy,
  origin: string,
  logKeys: readonly VerifierKey[] = [],
): Promise<AskedWitness[]> {
  const path = `${toHex(sha256(utf8(origin)))}/checkpoint`
  const asked = policy.witnesses.map(async ({ name, url }): Promise<AskedWitness> => {
    if (url === null) return { witness: name, saved: null, why: 'it has no address in the policy' }
    try {
      const note = await urlReader(url, 10_000).read(path)
      if (note === null) return { witness: name, saved: null, why: 'it cosigned nothing of this log' }
      const { checkpoint, words } = await readWitnessed(note, policy, logKeys)
      const own = words.find(({ witness }) => witness === name)
      if (checkpoint.origin !== origin || own?.state !== 'good')
        return { witness: name, saved: null, why: 'its own key did not cosign what it shows' }
      return { witness: name, saved: { place: `${url} (${name})`, note }, why: null }
    } catch (error) {
      if (!(error instanceof VerifyError)) throw error
      return { witness: name, saved: null, why: `${error.code}: ${error.message}` }
    }
  })
  return Promise.all(asked)
}
