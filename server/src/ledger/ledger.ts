/**
 * What the rest of the server sees of the ledger.
 *
 * Spec: docs/spec/ledger.md, docs/spec/record.md. An entry that was acknowledged is never lost, changed or moved.
 */
import type { KeyObject } from 'node:crypto'
import type { FieldName, JsonValue } from 'sekisho-verify'
import type { Clock } from '../base/index.ts'
import type { KeyRing } from './key-ring.ts'

/** Slots the ledger fills itself: a draft must not carry them. */
export type LedgerField = 'kind' | 'time' | 'institution'

/** A model exchange: escrowed, and told apart from any other entry by nobody outside. */
export interface ExchangeDraft {
  readonly class: 'exchange'
  readonly kind: 'intent' | 'outcome'
  readonly institution: string
  /**
   * Slot values, integer-only JSON; an absent slot is recorded as null. `refers` of an outcome is the index
   * of the intent it closes (a number, required); of an intent null or an array of related indices.
   */
  readonly fields: Partial<Record<Exclude<FieldName, LedgerField>, JsonValue>>
  readonly content?: Buffer
}

/** A signed statement: stored and published in clear, never shredded. */
export interface StatementDraft {
  readonly class: 'statement'
  readonly statement: JsonValue
}

export type EntryDraft = ExchangeDraft | StatementDraft

export interface Appended {
  readonly index: number
  readonly timeMs: number
}

export interface StoredExchange extends Appended {
  readonly class: 'exchange'
  readonly kind: 'intent' | 'outcome'
  /** All sixteen slots, or `unavailable` when the keys are gone. */
  readonly fields: Readonly<Record<FieldName, JsonValue>> | 'unavailable'
  /** As given to `append` (empty when none was), or `unavailable` when the keys are gone: never "absent". */
  readonly content: Buffer | 'unavailable'
}

export interface StoredStatement extends Appended {
  readonly class: 'statement'
  readonly kind: 'statement'
  readonly statement: JsonValue
  readonly fields: Readonly<Record<FieldName, JsonValue>>
}

export type StoredEntry = StoredExchange | StoredStatement

export interface LedgerOptions {
  /** Owned by the ledger; created when absent. `dir/public` is what strangers may read. */
  readonly dir: string
  /** Checkpoint origin and key name, e.g. `sekisho.example/jp-1`: no spaces, no plus. */
  readonly origin: string
  /** Ed25519 private key that signs checkpoints. */
  readonly signingKey: KeyObject
  readonly clock: Clock
  /** Longest time an entry waits for a checkpoint; default 1000. */
  readonly checkpointIntervalMs?: number
  readonly kek: KeyRing
  /** Called once when evidence can no longer be written safely: the process must end now. */
  readonly onFatal: (error: Error) => void
  /** Size at which a write-ahead log segment is closed; default 64 MiB. */
  readonly segmentBytes?: number
}

export interface Ledger {
  readonly origin: string
  /** C2SP verifier key (vkey) of the checkpoint key. */
  readonly verifierKey: string
  /** Directory to serve read-only: `checkpoint`, `tile/…`, `statements/…`. */
  readonly publicDir: string
  state(): 'writable' | 'not_writable'
  /** Durable entries. */
  size(): number
  /**
   * Records a draft; resolves when it is durable.
   *
   * @throws {LedgerError} `ledger_not_writable`, `ledger_draft_invalid`, `ledger_intent_not_open`,
   *   `ledger_entry_too_large`, `ledger_overloaded`, `ledger_failed`, `ledger_closed`
   */
  append(draft: EntryDraft): Promise<Appended>
  /** @throws {LedgerError} `ledger_index_range`, `ledger_wal_corrupt`, `ledger_blob_mismatch` */
  read(index: number): Promise<StoredEntry>
  /** Durable entries from `from` (inclusive) to `to` (exclusive, default: the size when called). */
  entries(from: number, to?: number): AsyncIterable<StoredEntry>
  /** Only the statements among them, without touching the rest: what the programme folds at start. */
  statements(from: number, to?: number): AsyncIterable<StoredStatement>
  /** Durable intents that no outcome closes yet, in order. */
  openIntents(): number[]
  /** Latest published signed checkpoint, a C2SP signed note. */
  checkpoint(): string
  /** The first published checkpoint seen to cover `index`; waits for one if need be. */
  checkpointCovering(index: number): Promise<string>
  /**
   * Shows a checkpoint of this ledger again, with cosignatures that the caller verified. The one shown stays when it is
   * newer; with `quorum` this one is also shown as `witnessed-checkpoint`, and receipts are built on it.
   *
   * @throws {LedgerError} `ledger_failed`, `ledger_checkpoint_malformed` when it was never shown, `ledger_not_writable`
   */
  showCosigned(note: string, quorum: boolean): Promise<void>
  /**
   * A tlog-proof file (docs/spec/receipt.md) for one entry; `disclose` defaults to every readable slot.
   *
   * @param note a checkpoint of this ledger that covers it, so that receipts of one evidence pack agree
   */
  receipt(index: number, disclose?: readonly FieldName[], note?: string): Promise<string>
  /** Publishes what is durable, then lets go of the directory. */
  close(): Promise<void>
}

/** What custody needs to know of an entry without opening it. */
export interface EntryCustody {
  readonly kind: 'intent' | 'outcome' | 'statement'
  readonly timeMs: number
  /** Number of the epoch key its content key is derived from; null for statements and for what was destroyed. */
  readonly epochKey: number | null
}

/** The ledger as custody and disclosure see it. */
export interface CustodyLedger extends Ledger {
  /** @throws {LedgerError} `ledger_index_range`, `ledger_wal_corrupt`, `ledger_key_slot_corrupt` */
  custodyOf(index: number): Promise<EntryCustody>
  /** Destroys the record secret of one exchange, so that content and slots can never be read again. Repeatable. */
  shred(index: number): Promise<void>
  /** The public leaf of one entry. */
  leaf(index: number): Promise<Buffer>
}
