/** Attestations of an evaluation: what a gate asks for, and what restricted tiers need. Spec: docs/spec/rollout.md §3. */
import { STAGE_IDS, TIER_IDS } from '../../agreement/index.ts'
import { entry } from '../../governance/index.ts'
import { boolean, list, object, oneOf, type Shaped } from '../../identity/index.ts'
import { invalid } from '../approvers.ts'
import { ProgrammeError } from '../error.ts'
import type { Kind } from '../kind.ts'
import { digest, id, reason, timeMs } from '../members.ts'
import { withGovernance } from '../proposals.ts'
import { notEntitled, requireAnyParty } from '../signers.ts'
import { unknownSubject } from '../subject.ts'

/** LIMIT: an evaluation ages; so long at most it counts. */
const ATTESTATION_MS_MAX = 366 * 24 * 3_600_000

const attestShape = object({
  id,
  sector: id,
  stage: oneOf(STAGE_IDS),
  tiers: list(oneOf(TIER_IDS), 0, TIER_IDS.length, String),
  evidence: digest,
  passed: boolean,
  until_ms: timeMs,
})
const withdrawShape = object({ id, reason })

/** Signed by one external auditor; a result that did not pass is a record too. */
export const evaluationAttest: Kind<Shaped<typeof attestShape>> = {
  shape: attestShape,
  rule: (state, payload, { signers, at }) => {
    const [auditor, another] = signers.actors.filter((actor) => actor.roles.includes('external_auditor'))
    if (auditor === undefined || another !== undefined || signers.owners.length !== 1) {
      throw notEntitled('exactly one person with the role `external_auditor` attests')
    }
    if (!state.agreement.sectors.has(payload.sector)) throw unknownSubject('sector', payload.sector)
    if (entry(state.governance.attestations, payload.id) !== undefined) {
      throw new ProgrammeError('statement_id_taken', `attestation \`${payload.id}\` exists`)
    }
    const { until_ms: untilMs, ...rest } = payload
    if (untilMs <= at.timeMs || untilMs > at.timeMs + ATTESTATION_MS_MAX) {
      throw invalid('`until_ms` lies within the next 366 days')
    }
    const attestation = { ...rest, untilMs, by: auditor.id, atMs: at.timeMs, withdrawn: false }
    const { attestations } = state.governance
    return withGovernance(state, { attestations: { ...attestations, [payload.id]: attestation } })
  },
}

/** By the auditor who gave it, or any party. */
export const evaluationWithdraw: Kind<Shaped<typeof withdrawShape>> = {
  shape: withdrawShape,
  rule: (state, payload, { signers }) => {
    const attestation = entry(state.governance.attestations, payload.id)
    if (attestation === undefined) throw unknownSubject('attestation', payload.id)
    if (!signers.actors.some((actor) => actor.id === attestation.by)) {
      requireAnyParty(state.parties.values(), signers)
    }
    const { attestations } = state.governance
    return withGovernance(state, {
      attestations: { ...attestations, [payload.id]: { ...attestation, withdrawn: true } },
    })
  },
}
