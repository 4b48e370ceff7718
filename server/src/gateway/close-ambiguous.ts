/**
 * After a crash: every intent that no outcome closes is closed as *ambiguous*, because nobody knows what left.
 *
 * Run by the one writer before it serves. Spec: docs/spec/record.md.
 */
import type { Ledger } from '../ledger/index.ts'

/** Closes what is open. Returns how many there were. */
export async function closeAmbiguous(
  ledger: Pick<Ledger, 'openIntents' | 'read' | 'append'>,
): Promise<number> {
  const open = ledger.openIntents()
  for (const intent of open) {
    const entry = await ledger.read(intent)
    if (entry.class !== 'exchange') continue
    const fields = entry.fields === 'unavailable' ? null : entry.fields
    await ledger.append({
      class: 'exchange',
      kind: 'outcome',
      institution: typeof fields?.institution === 'string' ? fields.institution : 'unknown',
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
