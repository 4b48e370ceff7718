/**
 * What a gateway asks of the one writer besides its `Authority`: receipts, checkpoints, and which encrypted
 * reasoning was released to whom.
 *
 * In the writer's own process these are calls; in a gateway process they cross the channel, so all are asynchronous.
 * The answers are the same whichever gateway a client reaches.
 */
import type { Ledger } from '../ledger/index.ts'
import { createIssuedBlobs } from './issued-blobs.ts'

/** Who asks for a receipt: it discloses actor, session and facts, so colleagues do not see each other's. */
export interface ReceiptReader {
  readonly institution: string
  /** Only receipts of this actor; null reads all of the institution's. */
  readonly actor: string | null
}

/** Whether an entry is witnessed: `no_quorum` is too few witnesses in time, `no_witnesses` is none configured. */
export type WitnessedState = 'witnessed' | 'no_quorum' | 'no_witnesses'

export interface WriterDesk {
  /** The receipt of an exchange that the reader may see whole, else null. */
  receipt(index: number, reader: ReceiptReader): Promise<string | null>
  /** Resolves when a signed checkpoint covers the entry: what a T2 receipt waits for. */
  checkpointed(index: number): Promise<void>
  /** Resolves when witnesses cosigned a checkpoint that covers the entry, or will not in time: a T3 receipt. */
  witnessed(index: number): Promise<WitnessedState>
  /** Remembers encrypted reasoning for its actor; resolves when every gateway would accept it back. */
  issue(actor: string, digests: readonly string[]): Promise<void>
  /** First digest that was not issued to this actor, or null. */
  firstForeign(actor: string, digests: readonly string[]): Promise<string | null>
}

export function createWriterDesk(
  ledger: Pick<Ledger, 'receipt' | 'read' | 'size' | 'checkpointCovering'>,
  witnessed: WriterDesk['witnessed'] = async () => 'no_witnesses',
): WriterDesk {
  const issued = createIssuedBlobs()
  return {
    async receipt(index, reader) {
      if (index >= ledger.size()) return null
      const entry = await ledger.read(index)
      if (entry.class !== 'exchange' || entry.fields === 'unavailable') return null
      const { institution, actor } = entry.fields
      const own = reader.actor === null || reader.actor === actor
      return institution === reader.institution && own ? ledger.receipt(index) : null
    },
    checkpointed: async (index) => void (await ledger.checkpointCovering(index)),
    witnessed,
    issue: async (actor, digests) => issued.add(actor, digests),
    firstForeign: async (actor, digests) => issued.firstForeign(actor, digests),
  }
}
