/**
 * Stage 11: closes the intent. Every intent is closed by exactly one outcome, durable before the last byte leaves.
 */
import { hash } from 'node:crypto'
import { stickyKey } from '../accounts/index.ts'
import type { GatewayDeps } from './deps.ts'
import type { Recorded } from './exchange.ts'

export interface Outcome {
  readonly end: 'completed' | 'refused' | 'failed' | 'cancelled'
  /** Why it did not complete; null when it did. */
  readonly code: string | null
  /** Tokens used; null charges what was reserved, because the vendor did not say. */
  readonly tokens: number | null
  readonly inputTokens?: number
  readonly outputTokens?: number
  /** What was released to the client, or is about to be. */
  readonly released?: Buffer
  readonly vendor?: {
    readonly status: number | null
    readonly code: string | null
    readonly by: string | null
  }
  readonly served?: {
    readonly model: string | null
    readonly comparison: string
    readonly programme: string | null
  }
  /** Digests of encrypted blobs the vendor issued in this answer. */
  readonly opaque?: readonly string[]
  /** Set when the refusal must repeat for the same content. */
  readonly sticky?: 'guard' | 'provider'
}

/** The outcome's ledger index. @throws what `Authority.append` throws; the caller then releases nothing more */
export async function recordOutcome(
  recorded: Recorded,
  outcome: Outcome,
  deps: GatewayDeps,
): Promise<number> {
  const released = outcome.released ?? Buffer.alloc(0)
  const appended = await deps.authority.append({
    class: 'exchange',
    kind: 'outcome',
    institution: recorded.principal.institution.id,
    fields: {
      actor: recorded.principal.actor.id,
      session: recorded.session,
      decision: { id: recorded.decisionId },
      model: {
        requested: recorded.request.model.toWellFormed(),
        served: outcome.served?.model?.toWellFormed() ?? null,
        comparison: outcome.served?.comparison ?? null,
        programme: outcome.served?.programme?.toWellFormed() ?? null,
      },
      response: {
        end: outcome.end,
        code: outcome.code,
        tokens: outcome.tokens,
        input_tokens: outcome.inputTokens ?? null,
        output_tokens: outcome.outputTokens ?? null,
        bytes: released.length,
        sha256: hash('sha256', released, 'hex'),
        vendor:
          outcome.vendor === undefined
            ? null
            : { ...outcome.vendor, code: outcome.vendor.code?.toWellFormed() ?? null },
        opaque: [...(outcome.opaque ?? [])],
        sticky: stickyField(recorded, outcome, deps),
      },
      refers: recorded.intent,
    },
    content: released,
  })
  return appended.index
}

function stickyField(recorded: Recorded, outcome: Outcome, deps: GatewayDeps) {
  if (outcome.sticky === undefined) return null
  return {
    key: stickyKey(recorded.principal.actor.id, recorded.request.model, recorded.request.contentDigest()),
    source: outcome.sticky,
    code: outcome.code ?? 'refused',
    until_ms: deps.clock.nowMs() + deps.stickyMs,
  }
}
