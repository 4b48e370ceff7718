/** The authority as a run sees it: what its calls append is applied to the run as it becomes durable. */
import type { Authority } from '../authority/index.ts'
import type { ExchangeDraft } from '../ledger/index.ts'
import type { RunEntry } from './run.ts'

export function recordingAuthority(authority: Authority, onEntry: (entry: RunEntry) => void): Authority {
  return {
    snapshot: () => authority.snapshot(),
    onSnapshot: (listener) => authority.onSnapshot(listener),
    leaseValid: () => authority.leaseValid(),
    onLease: (listener) => authority.onLease(listener),
    authenticate: (bearer) => authority.authenticate(bearer),
    grantUses: (hold) => authority.grantUses(hold),
    budget: (actor, institution) => authority.budget(actor, institution),
    reserve: (request) => authority.reserve(request),
    release: (reservation) => authority.release(reservation),
    sticky: (actor, model, digest) => authority.sticky(actor, model, digest),
    ledgerWritable: () => authority.ledgerWritable(),
    async append(draft, options) {
      const appended = await authority.append(draft, options)
      if (draft.class === 'exchange') onEntry(entryOfDraft(draft, appended))
      return appended
    },
  }
}

export function entryOfDraft(
  { kind, fields, content }: ExchangeDraft,
  { index, timeMs }: { readonly index: number; readonly timeMs: number },
): RunEntry {
  return { index, timeMs, kind, fields, content: content ?? Buffer.alloc(0) }
}
