/** Custody of a server: its ring below `dataDir/keys`, following the programme, telling the projection what is gone. */
import path from 'node:path'
import type { Programme } from './authority/index.ts'
import type { Clock, Logger } from './base/index.ts'
import { Custody, type CustodyRing } from './custody/index.ts'
import type { CustodyLedger } from './ledger/index.ts'
import { forgetDestroyed } from './projection/index.ts'
import type { Database } from './storage/index.ts'

export interface CustodyParts {
  readonly ring: CustodyRing
  readonly ledger: CustodyLedger
  readonly database: Database
  readonly programme: Programme
  readonly dataDir: string
  readonly clock: Clock
  readonly logger: Logger
}

/** What a crash left half destroyed is destroyed before this returns. */
export async function openCustody(parts: CustodyParts): Promise<Custody> {
  const { programme, database, dataDir, ...rest } = parts
  const custody = new Custody({
    ...rest,
    directory: path.join(dataDir, 'keys'),
    onDestroyed: async ({ destructions }) => {
      await programme.flush()
      await forgetDestroyed(database, destructions)
    },
  })
  programme.authority.onSnapshot((snapshot) => void custody.follow(snapshot))
  if (programme.founded) await custody.follow(programme.snapshot())
  return custody
}
