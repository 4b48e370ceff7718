/**
 * Stage 8: makes the decision durable before anything else happens.
 *
 * If the ledger cannot write, nothing is served. An allowed intent that was decided under an older programme state is
 * refused by the authority, and the request is decided again.
 */
import { hash } from 'node:crypto'
import type { ExchangeDraft } from '../ledger/index.ts'
import { LedgerError } from '../ledger/index.ts'
import { ProgrammeError } from '../programme/index.ts'
import type { GatewayDeps } from './deps.ts'
import { GatewayError } from './error.ts'
import type { Recorded, Reserved } from './exchange.ts'
import { recordOutcome } from './record-outcome.ts'

/** Targets recorded per intent at most; the count of all stands beside them. */
const TARGETS_RECORDED_MAX = 64

/**
 * @param mayRetry whether a stale decision may be taken again by the caller
 * @throws {GatewayError} `gateway_ledger_unavailable`, `gateway_lease_expired`
 */
export async function recordIntent(
  reserved: Reserved,
  deps: GatewayDeps,
  mayRetry: boolean,
): Promise<Recorded | 'stale'> {
  const allowed = reserved.decision.verdict === 'allow'
  try {
    const appended = await deps.authority.append(intentDraft(reserved), {
      ...(allowed ? { decidedUnder: reserved.snapshot.index } : {}),
      ...(reserved.reservation === null ? {} : { reservation: reserved.reservation }),
    })
    const recorded: Recorded = { ...reserved, intent: appended.index }
    announce(recorded, deps)
    if (!allowed || !appended.snapshotChanged) return recorded
    await recordOutcome(recorded, { end: 'refused', code: 'gateway_redecided', tokens: 0 }, deps)
  } catch (error) {
    if (reserved.reservation !== null) deps.authority.release(reserved.reservation)
    if (!(error instanceof ProgrammeError && error.code === 'programme_snapshot_stale'))
      throw unavailable(error)
  }
  if (mayRetry) return 'stale'
  throw new GatewayError('gateway_not_ready', 'the programme is changing: try again shortly')
}

/** Told only of decisions that stand in the ledger. */
function announce(x: Recorded, deps: GatewayDeps): void {
  deps.observer.decided({
    decision: x.decisionId,
    verdict: x.decision.verdict,
    clauses: x.decision.clauses.map((clause) => clause.clause),
    institution: x.principal.institution.id,
    sector: x.principal.institution.sector,
    actor: x.principal.actor.id,
    model: x.model?.id ?? 'unlisted',
    capability: x.reading.capability,
    side: x.reading.side,
    snapshot: x.snapshot.index,
    engineErrors: x.decision.engineErrors,
  })
}

/** A failure to record is never a reason to serve: each becomes a typed 503. */
export function unavailable(error: unknown): Error {
  if (error instanceof ProgrammeError && error.code === 'programme_lease_expired') {
    return new GatewayError(
      'gateway_lease_expired',
      'this gateway lost touch with the programme and serves nothing until it is back',
      { cause: error },
    )
  }
  if (error instanceof LedgerError || error instanceof ProgrammeError) {
    return new GatewayError(
      'gateway_ledger_unavailable',
      `the ledger cannot record this now (\`${error.code}\`), so nothing is served`,
      { cause: error },
    )
  }
  return error instanceof Error ? error : new GatewayError('gateway_internal', 'recording failed')
}

function intentDraft(x: Reserved): ExchangeDraft {
  const { decision, reading, outgoing: request, snapshot } = x
  return {
    class: 'exchange',
    kind: 'intent',
    institution: x.principal.institution.id,
    fields: {
      actor: x.principal.actor.id,
      session: x.session,
      agreement: {
        version: snapshot.agreement.version,
        digest: snapshot.agreement.digest,
        snapshot: snapshot.index,
      },
      model: {
        // HOSTILE: half a surrogate pair is no canonical text, and a record must never fail for it.
        requested: request.model.toWellFormed(),
        id: x.model?.id ?? null,
        tier: x.model?.tier ?? null,
        upstream: x.model?.upstream ?? null,
      },
      engagement:
        x.engagementId === null && x.purpose === null ? null : { id: x.engagementId, purpose: x.purpose },
      decision: {
        id: x.decisionId,
        verdict: decision.verdict,
        snapshot: snapshot.index,
        clauses: decision.clauses.map((clause) => clause.clause),
        capability: reading.capability,
        grant: x.grant?.hold ?? null,
        reserved_tokens: x.reservedTokens,
        approval:
          decision.approval === null
            ? null
            : { count: decision.approval.count, roles: [...decision.approval.roles] },
        repeats: x.repeated?.decision ?? null,
        engine_errors: decision.engineErrors.length,
        receipt: decision.receipt,
      },
      facts: { ...x.facts },
      reading: {
        reader: reading.reader,
        capability: reading.capability,
        side: reading.side,
        confidence_permille: reading.confidencePermille,
        leakage: reading.leakage,
      },
      targets: {
        count: reading.targets.length,
        named: reading.targets
          .slice(0, TARGETS_RECORDED_MAX)
          .map((target) => ({ kind: target.kind, value: target.value })),
      },
      request: {
        dialect: request.dialect,
        stream: request.stream,
        bytes: request.body.length,
        sha256: hash('sha256', request.body, 'hex'),
        unlisted: request.unlistedFields.map((field) => field.toWellFormed()),
        opaque: [...request.opaqueDigests],
      },
    },
    content: request.body,
  }
}
