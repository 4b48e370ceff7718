/** Test support: an agreement, a snapshot, and a ledger in memory, as small as pages and routes need. */

import type { AdminCaller, TokenSummary } from '../access/index.ts'
import type { Hold } from '../accounts/index.ts'
import type { Agreement, Facts } from '../agreement/index.ts'
import { FACT_NAMES, FACT_VALUES } from '../agreement/index.ts'
import type { Programme } from '../authority/index.ts'
import type { Decision } from '../authorization/index.ts'
import {
  type Appended,
  type EntryDraft,
  type FieldName,
  type JsonValue,
  type Ledger,
  LedgerError,
  type StoredEntry,
} from '../ledger/index.ts'
import type { Principal, Snapshot } from '../programme/index.ts'

/** Text that does something wherever it is not escaped. */
export const HOSTILE = `<script>alert(1)</script>"'&\u202e`

export function fakeAgreement(): Agreement {
  const both = { en: `Agreement ${HOSTILE}`, ja: `取決め ${HOSTILE}` }
  const clause = { id: '1.1', article: '1', effect: 'permit', action: 'proceed', policyText: HOSTILE }
  // Only what pages read; a whole agreement is a document of its own.
  return {
    id: 'test',
    version: 3,
    digest: 'a'.repeat(64),
    documentText: HOSTILE,
    title: both,
    illustration: both,
    sectors: new Map([['finance', { id: 'finance', en: 'Finance', ja: '金融', stage: 'closed' }]]),
    stages: new Map([['closed', { id: 'closed', name: { en: 'Closed', ja: '停止' } }]]),
    articles: [{ id: '1', title: both, prose: both, normative: true, clauses: [clause] }],
  } as unknown as Agreement
}

export function fakeSnapshot(agreement: Agreement): Snapshot {
  return {
    programme: 'test',
    sample: true,
    index: 5,
    digest: 'd'.repeat(64),
    agreement,
    parties: new Map(),
    institutions: new Map(),
    integrators: new Map(),
    actors: new Map(),
    delegations: [],
    engagements: new Map(),
    grants: [],
    pendingGrants: [],
    stops: [{ index: 4, scope: { kind: 'all' }, by: 'provider', reason: HOSTILE }],
    stages: new Map(),
    incidentMode: false,
    tools: [],
  } as unknown as Snapshot
}

export interface FakeProgramme {
  readonly programme: Programme
  readonly holds: Map<string, Hold>
  readonly tokens: Map<string, TokenSummary[]>
  readonly revoked: string[]
  readonly decisions: Map<string, { readonly index: number; readonly closedBy: number | null }>
  readonly principals: Map<string, Principal>
  lease: boolean
}

export function fakeProgramme(snapshot: Snapshot): FakeProgramme {
  const fake: FakeProgramme = {
    holds: new Map(),
    tokens: new Map(),
    revoked: [],
    decisions: new Map(),
    principals: new Map(),
    lease: true,
    programme: {
      founded: true,
      snapshot: () => snapshot,
      flush: async () => undefined,
      decisions: async ({ id }: { id: string }) =>
        [fake.decisions.get(id)].filter((row) => row !== undefined),
      hold: (id: string) => fake.holds.get(id) ?? null,
      tokens: (actor: string) => fake.tokens.get(actor) ?? [],
      revokeToken: async (id: string) => void fake.revoked.push(id),
      holds: (institution: string) =>
        [...fake.holds.values()].filter((hold) => hold.institution === institution),
      administration: {
        mint: () => ({ token: 'sekisho_admin_', id: 'adm_1', expiresAtMs: 1 }),
        authenticate: (bearer: string) => {
          const principal = fake.principals.get(bearer)
          if (principal === undefined) return { ok: false, failure: 'unknown' }
          enrol(snapshot, principal)
          return { ok: true, caller: callerOfPrincipal(principal, snapshot) }
        },
        revoke: (id: string) => void fake.revoked.push(id),
        of: () => [],
      },
      authority: {
        leaseValid: () => fake.lease,
        authenticate: (bearer: string) => {
          const principal = fake.principals.get(bearer)
          if (principal !== undefined) enrol(snapshot, principal)
          return principal === undefined ? { ok: false, failure: 'unknown' } : { ok: true, principal }
        },
      },
    } as unknown as Programme,
  }
  return fake
}

/** A person of an institution as the admin listener sees them. */
function callerOfPrincipal({ actor, institution }: Principal, snapshot: Snapshot): AdminCaller {
  const standing = snapshot.actors.get(actor.id)?.standing === 'suspended' ? 'actor_suspended' : 'good'
  const holder = { kind: 'actor', id: actor.id } as const
  return {
    ...{ holder, actor, institution, sight: new Set([institution.id]), standing },
    ...{ tokenId: `adm_${actor.id}`, expiresAtMs: 1 },
  }
}

/** Whoever has a token is in good standing, unless the test put them into the snapshot otherwise. */
function enrol(snapshot: Snapshot, { actor, institution }: Principal): void {
  // The fixture's own maps; a real snapshot is never written.
  const actors = snapshot.actors as Map<string, unknown>
  const institutions = snapshot.institutions as Map<string, unknown>
  if (actors.get(actor.id) === undefined) actors.set(actor.id, { ...actor, standing: 'active' })
  if (!institutions.has(institution.id))
    institutions.set(institution.id, { ...institution, standing: 'admitted' })
}

export class FakeLedger implements Pick<Ledger, 'append' | 'read' | 'entries' | 'size'> {
  readonly stored: StoredEntry[] = []
  writable = true
  /** Set: the keys of every content are gone. */
  contentGone = false
  /** Set: no checkpoint covers anything yet. */
  uncovered = false

  size(): number {
    return this.stored.length
  }

  async append(draft: EntryDraft): Promise<Appended> {
    if (draft.class !== 'exchange') throw new TypeError('exchanges only')
    const at = { index: this.stored.length, timeMs: 1_700_000_000_000 + this.stored.length }
    const fields = { ...draft.fields, institution: draft.institution } as Record<FieldName, JsonValue>
    this.stored.push({
      ...at,
      class: 'exchange',
      kind: draft.kind,
      fields,
      content: Buffer.from('secret-prompt 見積'),
    })
    return at
  }

  async read(index: number): Promise<StoredEntry> {
    const entry = this.stored[index]
    if (entry === undefined) throw new RangeError(String(index))
    return this.contentGone && entry.class === 'exchange' ? { ...entry, content: 'unavailable' } : entry
  }

  async *entries(from: number, to = this.stored.length): AsyncIterable<StoredEntry> {
    yield* this.stored.slice(from, to)
  }

  asLedger(publicDir: string): Ledger {
    return {
      origin: 'test/log',
      verifierKey: 'test/log+00000000+key',
      publicDir,
      state: () => (this.writable ? 'writable' : 'not_writable'),
      size: () => this.size(),
      append: (draft) => this.append(draft),
      read: (index) => this.read(index),
      entries: (from, to) => this.entries(from, to),
      statements: async function* () {},
      openIntents: () => [],
      checkpoint: () => '',
      checkpointCovering: async () => '',
      showCosigned: async () => {},
      receipt: async (index, disclose) => {
        if (this.uncovered) throw new LedgerError('ledger_index_range', 'not covered')
        return `receipt of ${index}: ${disclose?.join(' ')}\n`
      },
      close: async () => undefined,
    } satisfies Ledger
  }
}

/** Every fact at its second value: the first is `unknown`. */
export function someFacts(): Facts {
  return Object.fromEntries(FACT_NAMES.map((name) => [name, FACT_VALUES[name][1]])) as unknown as Facts
}

export function fakeDecision(): Decision {
  const words = { en: `Prose ${HOSTILE}`, ja: `条文 ${HOSTILE}` }
  const clause = {
    clause: '7.3',
    article: '7',
    effect: 'forbid',
    title: words,
    prose: words,
    advice: words,
    remedy: 'none',
  } as const
  return {
    verdict: 'deny',
    clauses: [clause],
    nearest: { clause, missing: [{ fact: 'side', got: 'offensive', wanted: ['defensive'] }] },
    approval: null,
    because: [{ fact: 'side', got: 'offensive' }],
    usesGrant: false,
    receipt: 'T1',
    engineErrors: [],
  }
}

/** An intent as the gateway records it. */
export function intentDraft(
  id: string,
  facts: Facts,
  repeats: string | null = null,
  verdict = 'deny',
): EntryDraft {
  return {
    class: 'exchange',
    kind: 'intent',
    institution: 'mufg',
    fields: {
      actor: 'secret-actor',
      session: 'secret-session',
      agreement: { version: 3, digest: 'a'.repeat(64), snapshot: 5 },
      model: { requested: HOSTILE, id: null, tier: null, upstream: null },
      decision: { id, verdict, snapshot: 5, clauses: ['7.3'], approval: null, repeats },
      facts: { ...facts },
      reading: { reader: 'r/1', capability: 'none', side: 'offensive' },
      targets: { count: 1, named: [{ kind: 'domain', value: 'secret-target.example' }] },
    },
  }
}

export function outcomeDraft(intent: number): EntryDraft {
  return {
    class: 'exchange',
    kind: 'outcome',
    institution: 'mufg',
    fields: { response: { end: 'refused', code: 'agreement_denied' }, refers: intent },
  }
}
