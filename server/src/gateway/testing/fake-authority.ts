/** A fake authority for tests of the gateway: records what it is asked and answers as it is told. */

import type { Authentication } from '../../access/index.ts'
import type { Reserved, ReserveRequest, StickyRefusal } from '../../accounts/index.ts'
import type { AppendOptions, Authority, AuthorityAppended } from '../../authority/index.ts'
import type { EntryDraft } from '../../ledger/index.ts'
import type { Principal, Snapshot } from '../../programme/index.ts'

export class FakeAuthority implements Authority {
  readonly drafts: EntryDraft[] = []
  readonly released: string[] = []
  readonly reserved: ReserveRequest[] = []
  authentication: Authentication
  lease = true
  writable = true
  stickyRefusal: StickyRefusal | null = null
  nextReserve: Reserved | null = null
  /** Run before an entry becomes durable; may wait, may throw. */
  beforeAppend: (draft: EntryDraft, options: AppendOptions) => Promise<void> = async () => {}
  #snapshot: Snapshot
  readonly #onSnapshot = new Set<(snapshot: Snapshot) => void>()
  readonly #onLease = new Set<(valid: boolean) => void>()

  constructor(snapshot: Snapshot, principal: Principal) {
    this.#snapshot = snapshot
    this.authentication = { ok: true, principal }
  }

  snapshot(): Snapshot {
    return this.#snapshot
  }

  publish(snapshot: Snapshot): void {
    this.#snapshot = snapshot
    for (const listener of this.#onSnapshot) listener(snapshot)
  }

  loseLease(): void {
    this.lease = false
    for (const listener of this.#onLease) listener(false)
  }

  onSnapshot(listener: (snapshot: Snapshot) => void): () => void {
    this.#onSnapshot.add(listener)
    return () => this.#onSnapshot.delete(listener)
  }

  onLease(listener: (valid: boolean) => void): () => void {
    this.#onLease.add(listener)
    return () => this.#onLease.delete(listener)
  }

  leaseValid(): boolean {
    return this.lease
  }

  authenticate(bearer: string | undefined): Authentication {
    return bearer === undefined ? { ok: false, failure: 'missing' } : this.authentication
  }

  grantUses(): number {
    return 0
  }

  budget(): 'within' | 'exceeded' {
    return 'within'
  }

  async reserve(request: ReserveRequest): Promise<Reserved> {
    this.reserved.push(request)
    return this.nextReserve ?? { ok: true, reservation: `res-${this.reserved.length}` }
  }

  release(reservation: string): void {
    this.released.push(reservation)
  }

  sticky(): StickyRefusal | null {
    return this.stickyRefusal
  }

  async append(draft: EntryDraft, options: AppendOptions = {}): Promise<AuthorityAppended> {
    const before = this.#snapshot
    await this.beforeAppend(draft, options)
    this.drafts.push(draft)
    return { index: this.drafts.length - 1, timeMs: 0, snapshotChanged: before !== this.#snapshot }
  }

  ledgerWritable(): boolean {
    return this.writable
  }
}
