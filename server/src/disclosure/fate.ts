/**
 * What becomes of one entry under an order: shown, kept back with a reason, unavailable.
 *
 * Spec: docs/spec/evidence-pack.md §4, §7. What is out of scope and what was not chosen is decided first, so that a reason
 * never tells more of an entry than its order may know.
 */
import type { EntryRun, EntryState, JsonValue, PackOrder } from 'sekisho-verify'
import { DISCLOSURE_LABELS, type DisclosureLabel, type DisclosureProfile } from '../agreement/index.ts'
import type { CustodyLedger, StoredExchange } from '../ledger/index.ts'

/** How restricted what a model can do is: the register's answer, or a default. */
export type LabelOf = (model: string, capability: string) => DisclosureLabel

export interface Fate {
  readonly state: EntryState
  readonly reason: string | null
}

export interface Terms {
  readonly order: PackOrder
  readonly profile: DisclosureProfile
  /** Indices that were chosen or drawn; null for all of the span. */
  readonly chosen: ReadonlySet<number> | null
  readonly labelOf: LabelOf
}

const SHOWN: Fate = { state: 'shown', reason: null }
const withheld = (reason: string): Fate => ({ state: 'withheld', reason })

/** @param ledger its receipts and this answer agree, because both read the same entry */
export async function fateOf(
  index: number,
  ledger: Pick<CustodyLedger, 'read' | 'custodyOf' | 'size'>,
  terms: Terms,
  ownerOf: (epochKey: number) => string | null,
): Promise<Fate> {
  const { kind, epochKey } = await ledger.custodyOf(index)
  if (kind === 'statement') return { state: 'statement', reason: null }
  if (terms.chosen !== null && !terms.chosen.has(index)) return withheld('not_chosen')
  const { institution } = terms.order
  const entry = await ledger.read(index)
  if (entry.class === 'statement') return { state: 'statement', reason: null }
  if (entry.fields === 'unavailable') {
    // Whose a destroyed record was nobody knows any more; of one whose key is elsewhere the key's owner tells.
    const owner = epochKey === null ? null : ownerOf(epochKey)
    if (institution !== null && owner !== null && owner !== `institution/${institution}`)
      return withheld('out_of_scope')
    return { state: 'unavailable', reason: epochKey === null ? 'destroyed' : 'key_not_held' }
  }
  if (institution !== null && entry.fields.institution !== institution) return withheld('out_of_scope')
  const label = await labelOfEntry(entry, ledger, terms.labelOf)
  const cleared = DISCLOSURE_LABELS.indexOf(label) <= DISCLOSURE_LABELS.indexOf(terms.profile.label)
  return cleared ? SHOWN : withheld('label')
}

/** An outcome has the label of its intent; where that cannot be read, the strictest. */
async function labelOfEntry(
  entry: StoredExchange,
  ledger: Pick<CustodyLedger, 'read' | 'size'>,
  labelOf: LabelOf,
): Promise<DisclosureLabel> {
  if (entry.fields === 'unavailable') return 'classified'
  if (entry.kind === 'outcome') {
    const { refers } = entry.fields
    const intent = typeof refers === 'number' && refers < ledger.size() ? await ledger.read(refers) : null
    return intent?.class === 'exchange' && intent.kind === 'intent'
      ? labelOfEntry(intent, ledger, labelOf)
      : 'classified'
  }
  const model = text(entry.fields.model, 'id') ?? text(entry.fields.model, 'requested') ?? ''
  return labelOf(model, text(entry.fields.decision, 'capability') ?? '')
}

function text(slot: JsonValue, name: string): string | null {
  if (typeof slot !== 'object' || slot === null || Array.isArray(slot)) return null
  const value = (slot as Readonly<Record<string, JsonValue | undefined>>)[name] // neither null nor an array
  return typeof value === 'string' ? value : null
}

/** Fates of consecutive entries, from `from` on, as runs. */
export function runsOf(from: number, fates: readonly Fate[]): EntryRun[] {
  const runs: { from: number; to: number; state: EntryState; reason: string | null }[] = []
  for (const [i, { state, reason }] of fates.entries()) {
    const last = runs.at(-1)
    if (last?.state === state && last.reason === reason) last.to++
    else runs.push({ from: from + i, to: from + i + 1, state, reason })
  }
  return runs
}
