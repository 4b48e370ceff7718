/** A tool call as the ledger's record holds it. Spec: docs/spec/tool.md §5, docs/spec/record.md. */
import { hash } from 'node:crypto'
import type { ExchangeDraft } from '../ledger/index.ts'
import type { CallOutcome, RecordedCall } from './call.ts'

const TARGETS_RECORDED_MAX = 64

export function intentDraft(call: Omit<RecordedCall, 'intent'>): ExchangeDraft {
  const { caller, decision, reading, snapshot, tool } = call
  const { run } = caller
  const content = Buffer.from(JSON.stringify({ tool: tool.served, arguments: call.args }))
  return {
    class: 'exchange',
    kind: 'intent',
    institution: caller.principal.institution.id,
    fields: {
      actor: caller.principal.actor.id,
      session: call.session,
      agreement: {
        version: snapshot.agreement.version,
        digest: snapshot.agreement.digest,
        snapshot: snapshot.index,
      },
      model: {
        requested: caller.model.toWellFormed(),
        id: call.model?.id ?? null,
        tier: call.model?.tier ?? null,
        upstream: null,
      },
      engagement: {
        id: caller.engagementId ?? caller.principal.engagement,
        purpose: caller.purpose?.toWellFormed() ?? null,
      },
      decision: {
        id: call.decisionId,
        verdict: decision.verdict,
        snapshot: snapshot.index,
        clauses: decision.clauses.map((clause) => clause.clause),
        capability: reading.capability,
        grant: call.grant?.hold ?? null,
        reserved_tokens: 0,
        approval:
          decision.approval === null
            ? null
            : { count: decision.approval.count, roles: [...decision.approval.roles] },
        repeats: null,
        engine_errors: decision.engineErrors.length,
        receipt: decision.receipt,
      },
      facts: { ...call.facts },
      reading: {
        reader: reading.reader,
        capability: reading.capability,
        side: reading.side,
        confidence_permille: reading.confidencePermille,
        leakage: reading.leakage,
      },
      targets: {
        count: reading.targets.length,
        named: reading.targets.slice(0, TARGETS_RECORDED_MAX).map(({ kind, value }) => ({ kind, value })),
      },
      request: {
        surface: 'tool_call',
        tool: tool.served,
        effect: tool.effect,
        autonomy: tool.autonomy,
        ...(tool.inside === true ? { inside: true } : {}),
        ...(tool.technique === undefined ? {} : { technique: tool.technique }),
        description: tool.digest,
        arguments: call.argsDigest,
        bytes: content.length,
        sha256: hash('sha256', content, 'hex'),
        ...(run === undefined ? {} : { run: run.id, step: run.step, repeats: run.repeats }),
      },
      ...(run === undefined ? {} : { refers: [run.start] }),
    },
    content,
  }
}

export function outcomeDraft(call: RecordedCall, outcome: CallOutcome): ExchangeDraft {
  const { result, inspection } = outcome
  const content = Buffer.from(result === undefined ? '' : JSON.stringify(result))
  return {
    class: 'exchange',
    kind: 'outcome',
    institution: call.caller.principal.institution.id,
    fields: {
      actor: call.caller.principal.actor.id,
      session: call.session,
      decision: { id: call.decisionId },
      model: { requested: call.caller.model.toWellFormed(), served: null, comparison: null, programme: null },
      response: {
        end: outcome.end,
        code: outcome.code,
        tokens: 0,
        bytes: content.length,
        sha256: hash('sha256', content, 'hex'),
        leakage: inspection === undefined ? null : [...inspection.leakage],
        injection: inspection?.injection ?? null,
        sticky: null,
      },
      refers: call.intent,
    },
    content,
  }
}
