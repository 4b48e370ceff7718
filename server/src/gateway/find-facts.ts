/**
 * Stage 5: reduces the request to the closed record of facts.
 *
 * Claims in the prompt are no facts: everything here comes from signed records, the reader or the clock.
 */
import { type FactsInput, findFactsAndGrant } from '../authorization/index.ts'
import type { Grant, Snapshot } from '../programme/index.ts'
import type { GatewayDeps } from './deps.ts'
import type { Found, Read } from './exchange.ts'

export function findRequestFacts(read: Read, deps: GatewayDeps): Found {
  return { ...read, ...findFactsAndGrant(factsInput(read, read.snapshot, deps)) }
}

/** The same request under another programme state or at a later time: what open streams are decided on again. */
export function factsInput(read: Read, snapshot: Snapshot, deps: GatewayDeps): FactsInput {
  const { authority, clock } = deps
  const { principal } = read
  return {
    snapshot,
    principal,
    model: read.model,
    reading: read.reading,
    engagementId: read.engagementId,
    session: read.session,
    grantUses: (grant: Grant) => authority.grantUses(grant.hold),
    budget: authority.budget(principal.actor.id, principal.institution.id),
    // LIMIT: nothing watches for extraction yet (docs/spec/facts.md); the clauses that read it wait for the watcher.
    extraction: 'none',
    ledgerWritable: authority.ledgerWritable(),
    nowMs: clock.nowMs(),
    surface: 'model_request',
  }
}
