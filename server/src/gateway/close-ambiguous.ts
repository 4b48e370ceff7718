/**
 * After a crash: every intent that no outcome closes is closed as *ambiguous*, because nobody knows what left.
 *
 * Run by the one writer before it serves. Spec: docs/spec/record.md.
 */
import type { CustodyLedger } from '../ledger/index.ts'

/**
 * Closes what is open. Returns how many there were.
 *
 * @param ownerOf owner of an epoch key, `institution/<id>`: known also where the key itself is not held any more
 */
export async function closeAmbiguous(
  ledger: Pick<CustodyLedger, 'openIntents' | 'read' | 'append' | 'custodyOf'>,
  ownerOf: (epochKey: number) => string | null,
): Promise<number> {
  const open = ledger.openIntents()
  for (const intent of open) {
    const entry = await ledger.read(intent)
    if (entry.class !== 'exchange') continue
    const fields = entry.fields === 'unavailable' ? null : entry.fields
    await ledger.append({
      class: 'exchange',
      kind: 'outcome',
      institution:
        typeof fields?.institution === 'string'
          ? fields.institution
          : await institutionByKey(intent, ledger, ownerOf),
      fields: {
        actor: fields?.actor ?? null,
        session: fields?.session ?? null,
        response: { end: 'ambiguous', code: 'gateway_restarted', tokens: null, sticky: null },
        refers: intent,
      },
    })
  }
  return open.length
}

/** An intent whose content was destroyed belongs to nobody any more. */
async function institutionByKey(
  intent: number,
  ledger: Pick<CustodyLedger, 'custodyOf'>,
  ownerOf: (epochKey: number) => string | null,
): Promise<string> {
  const { epochKey } = await ledger.custodyOf(intent)
  const owner = epochKey === null ? null : ownerOf(epochKey)
  return owner?.replace(/^institution\//, '') ?? 'unknown'
}
