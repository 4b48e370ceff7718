/**
 * `sekisho rebuild`: snapshot and projections made again from the ledger alone, with the server stopped.
 *
 * Spec: docs/operating/backup.md. What was in the database before is compared with what the ledger makes: a row that
 * differs was changed by somebody, and is right again afterwards.
 */
import path from 'node:path'
import { openAgreementShelf } from './agreement-shelf.ts'
import { openProgramme } from './authority/index.ts'
import { type Logger, systemClock } from './base/index.ts'
import type { Config } from './config/index.ts'
import { type CustodyRing, openCustodyRing } from './custody/index.ts'
import { type CustodyLedger, openLedger } from './ledger/index.ts'
import { openServerDatabase } from './open-database.ts'
import type { AgreementLookup } from './programme/index.ts'
import { compareAside, type Difference, setAside, writeGovernance } from './projection/index.ts'
import { EXAMINER } from './proof/index.ts'
import { openServerKeys } from './server-keys.ts'
import type { Database } from './storage/index.ts'

export interface Rebuilt {
  readonly entries: number
  /** Digest of the snapshot that the statements fold to. */
  readonly snapshot: string | null
  /** Exchanges whose content was destroyed: they are in no projection. */
  readonly destroyed: number
  /** Exchanges whose key is with institution and custodians only: they are in no projection after this. */
  readonly notHeld: number
  readonly differences: readonly Difference[]
}

/**
 * @param withoutKeys goes on although some content cannot be read here: its rows are then gone
 * @returns null, with nothing changed, when there is such content and `withoutKeys` is false
 * @throws {LedgerError} `ledger_locked` while the server runs
 */
export async function rebuild(config: Config, logger: Logger, withoutKeys: boolean): Promise<Rebuilt | null> {
  const keys = openServerKeys(config.dataDir)
  const ring = openCustodyRing(path.dirname(keys.escrowFile))
  const ledger = await openLedger({
    dir: path.join(config.dataDir, 'ledger'),
    origin: config.ledger.origin,
    signingKey: keys.checkpoint,
    clock: systemClock,
    kek: ring,
    onFatal: (error) => {
      throw error
    },
  })
  try {
    const { destroyed, notHeld } = await countUnreadable(ledger, ring)
    if (notHeld > 0 && !withoutKeys) return null
    const { database, close } = await openServerDatabase(config, ledger.origin, logger)
    const { find: agreements } = openAgreementShelf(config.agreement, config.dataDir)
    const project = async (): Promise<string | null> => {
      const programme = await openProgramme({
        programme: config.programme.id,
        clock: systemClock,
        examiner: EXAMINER,
        agreements,
        ledger,
        database,
        logger,
      })
      await programme.flush()
      const digest = programme.founded ? programme.snapshot().digest : null
      await programme.close()
      return digest
    }
    try {
      const governance = await rebuildGovernance(config, agreements, ledger, database)
      // First up to date, so that what is compared reflects the same entries.
      await project()
      await setAside(database)
      const snapshot = await project()
      // Sums of use were made when everything could be read: where some cannot be any more, they cannot be compared.
      const whole = destroyed + notHeld === 0
      const tables = await compareAside(database, whole ? undefined : COMPARED_WITHOUT_CONTENT)
      const differences = [...tables, ...governance]
      return { entries: ledger.size(), snapshot, destroyed, notHeld, differences }
    } finally {
      await close()
    }
  } finally {
    await ledger.close()
  }
}

/** The governance is written whole from the state; rows of this very state that differ were changed by somebody. */
async function rebuildGovernance(
  { programme: { id } }: Config,
  agreements: AgreementLookup,
  ledger: CustodyLedger,
  database: Database,
): Promise<Difference[]> {
  const folded = await openProgramme({
    programme: id,
    clock: systemClock,
    agreements,
    ledger,
    database: null,
  })
  const { differing } = folded.founded
    ? await writeGovernance(database, folded.snapshot())
    : { differing: [] }
  await folded.close()
  if (differing.length === 0) return []
  return [
    {
      table: 'governance_row',
      rows: differing.length,
      examples: differing.map(({ row, how }) => `${row} (${how})`),
    },
  ]
}

/** Made of statements only. */
const COMPARED_WITHOUT_CONTENT = ['programme_statement']

async function countUnreadable(ledger: CustodyLedger, ring: CustodyRing) {
  const count = { destroyed: 0, notHeld: 0 }
  for (let index = 0; index < ledger.size(); index++) {
    const { kind, epochKey } = await ledger.custodyOf(index)
    if (kind === 'statement') continue
    if (epochKey === null) count.destroyed++
    else if (ring.find(epochKey) === null) count.notHeld++
  }
  return count
}
