/** Tools that an institution's agents may be offered: a description is approved by its digest, a change approved anew. */
import { object, type Shaped, text } from '../../identity/index.ts'
import { withRole } from '../approvers.ts'
import { ProgrammeError } from '../error.ts'
import type { Kind } from '../kind.ts'
import { id } from '../members.ts'
import { notEntitled } from '../signers.ts'

/** Tools of one institution with an approved description. */
const TOOLS_MAX = 5_000
/** Whoever answers for the work, and whoever answers for the platform: one of each. */
const LEADS = ['operations_lead', 'approver'] as const
const PLATFORM = ['platform'] as const

const toolApproveShape = object({
  institution: id,
  /** As served: `server.name`. */
  tool: text(128, /^[a-z][a-z0-9-]{0,39}\.[\w.-]{1,80}$/),
  /** Digest of the description, docs/spec/tool.md §2. */
  description: text(64, /^[0-9a-f]{64}$/),
})

/** Two people sign: one for the work, one for the platform. */
export const toolApprove: Kind<Shaped<typeof toolApproveShape>> = {
  shape: toolApproveShape,
  rule: (state, payload, context) => {
    const leads = withRole(context, payload.institution, LEADS)
    const platform = withRole(context, payload.institution, PLATFORM)
    if (!leads.some((lead) => platform.some((other) => other.id !== lead.id))) {
      throw notEntitled(
        'a tool is approved by two: an operations lead or approver, and somebody of the platform team',
      )
    }
    const others = state.tools.filter(
      ({ institution, tool }) => institution !== payload.institution || tool !== payload.tool,
    )
    if (others.filter(({ institution }) => institution === payload.institution).length >= TOOLS_MAX) {
      throw new ProgrammeError(
        'statement_limit',
        `\`${payload.institution}\` has ${TOOLS_MAX} approved tools, the limit`,
      )
    }
    return { tools: [...others, payload] }
  },
}
