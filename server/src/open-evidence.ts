/** The evidence desk of a server: orders recorded and answered, intents left open, wrapped keys. */
import type { KeyObject } from 'node:crypto'
import { formatWrappedKey, type SignedStatement, writeTar } from 'sekisho-verify'
import type { Agreement } from './agreement/index.ts'
import type { Programme } from './authority/index.ts'
import type { Clock } from './base/index.ts'
import type { CustodyRing } from './custody/index.ts'
import { DisclosureError, makePack, registerLabels } from './disclosure/index.ts'
import type { EvidenceDesk, LentKey } from './http/index.ts'
import type { CustodyLedger } from './ledger/index.ts'

/** Longest time an exchange takes: past it an intent that is still open wants an explanation. */
export const INTENT_DEADLINE_MS = 15 * 60_000

export interface EvidenceParts {
  readonly programme: Programme
  readonly ledger: CustodyLedger
  readonly ring: CustodyRing
  readonly signingKey: KeyObject
  readonly agreements: (digest: string) => Agreement | null
  readonly clock: Clock
}

export function openEvidenceDesk(parts: EvidenceParts): EvidenceDesk {
  const { programme, ledger, ring, clock } = parts
  /** A pack is made in memory: one after the other, whoever orders. */
  let turn: Promise<unknown> = Promise.resolve()
  return {
    disclose(order, keys) {
      const made = turn.then(() => disclose(order, keys))
      turn = made.catch(() => undefined)
      return made
    },
    openIntents,
    keys: () => ring.list(),
    wrapped(number) {
      const wrapped = ring.wrapped(number)
      return wrapped === null ? null : formatWrappedKey(wrapped)
    },
  }

  async function disclose(order: SignedStatement, keys: readonly LentKey[]) {
    // Any other statement has a route of its own: here it would be recorded and then not answered.
    if (order.body.type !== 'disclosure.order')
      throw new DisclosureError('disclosure_not_an_order', `a \`${order.body.type}\` orders no pack`)
    // HOSTILE: until here anybody may have sent it. Whoever may not order does not try keys either.
    programme.check(order)
    // Keys are tried before the order is recorded: a mistyped one costs nothing.
    const takeBack = ring.lend(keys)
    try {
      const { index } = await programme.submit(order)
      const snapshot = programme.snapshot()
      const pack = await makePack(index, {
        ...parts,
        agreement: snapshot.agreement,
        labelOf: registerLabels(snapshot.governance),
        nowMs: clock.nowMs(),
      })
      return { index, pack: Buffer.from(writeTar(pack)) }
    } finally {
      takeBack()
    }
  }

  async function openIntents() {
    const nowMs = clock.nowMs()
    const open = []
    for (const index of ledger.openIntents()) {
      const { timeMs } = await ledger.custodyOf(index)
      open.push({ index, timeMs, overdue: nowMs - timeMs > INTENT_DEADLINE_MS })
    }
    return open
  }
}
