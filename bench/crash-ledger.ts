/** Reads a stopped server's ledger whole, with the keys that only its operator has. */

import { createPrivateKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../server/src/base/index.ts'
import { openCustodyRing } from '../server/src/custody/index.ts'
import { type JsonValue, openLedger } from '../server/src/ledger/index.ts'

export interface HeldLedger {
  readonly size: number
  /** Decision id by index of the intent. */
  readonly intents: ReadonlyMap<number, string>
  /** How it ended, by index of the intent that the outcome closes. */
  readonly outcomes: ReadonlyMap<number, string>
}

export async function readLedger(dataDir: string, origin: string): Promise<HeldLedger> {
  const intents = new Map<number, string>()
  const outcomes = new Map<number, string>()
  const ledger = await openLedger({
    dir: join(dataDir, 'ledger'),
    origin,
    signingKey: createPrivateKey(await readFile(join(dataDir, 'keys', 'checkpoint.pem'), 'utf8')),
    clock: systemClock,
    kek: openCustodyRing(join(dataDir, 'keys')),
    onFatal(error) {
      throw error
    },
  })
  try {
    for await (const entry of ledger.entries(0)) {
      if (entry.class !== 'exchange' || entry.fields === 'unavailable') continue
      if (entry.kind === 'intent') intents.set(entry.index, textMember(entry.fields.decision, 'id'))
      else outcomes.set(Number(entry.fields.refers), textMember(entry.fields.response, 'end'))
    }
    return { size: ledger.size(), intents, outcomes }
  } finally {
    await ledger.close()
  }
}

function textMember(value: JsonValue, name: string): string {
  const found =
    typeof value === 'object' && value !== null && Object.entries(value).find(([key]) => key === name)?.[1]
  return typeof found === 'string' ? found : ''
}
