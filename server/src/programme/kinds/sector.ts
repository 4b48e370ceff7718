/** Rollout stages of sectors: widening takes every party, narrowing any one of them. */
import { STAGE_IDS } from '../../agreement/index.ts'
import { object, oneOf, type Shaped } from '../../identity/index.ts'
import { ProgrammeError } from '../error.ts'
import type { Kind } from '../kind.ts'
import { id, reason } from '../members.ts'
import { requireAnyParty, requireEveryParty } from '../signers.ts'
import { unknownSubject } from '../subject.ts'

const sectorStageShape = object({ sector: id, stage: oneOf(STAGE_IDS), reason })

/** Widening takes every party, narrowing any one of them. */
export const sectorStage: Kind<Shaped<typeof sectorStageShape>> = {
  shape: sectorStageShape,
  rule: (state, payload, { signers }) => {
    const sector = state.agreement.sectors.get(payload.sector)
    if (sector === undefined) throw unknownSubject('sector', payload.sector)
    const stage = state.stages.get(payload.sector) ?? sector.stage
    const rank = (id: string): number => (STAGE_IDS as readonly string[]).indexOf(id)
    if (payload.stage === stage) {
      throw new ProgrammeError(
        'statement_subject_state',
        `sector \`${payload.sector}\` is at \`${stage}\` already`,
      )
    }
    if (rank(payload.stage) < rank(stage)) requireAnyParty(state.parties.values(), signers)
    else requireEveryParty(state.parties.values(), signers)
    return { stages: state.stages.with(payload.sector, payload.stage) }
  },
}
