/** Who among the signers may approve, and that nobody approves what they asked for. */
import { ProgrammeError } from './error.ts'
import type { RuleContext } from './kind.ts'
import { notEntitled } from './signers.ts'
import type { Actor } from './snapshot.ts'
/** Signers with one of these roles at this very institution; nobody approves for another institution. */
export function withRole({ signers }: RuleContext, institution: string, roles: readonly string[]): Actor[] {
  return signers.actors.filter(
    (actor) => actor.institution === institution && actor.roles.some((role) => roles.includes(role)),
  )
}

/** Nobody approves what they asked for, whatever their roles and whoever signs beside them. */
export function refuseRequester({ signers }: RuleContext, requester: string): void {
  if (signers.actors.some((actor) => actor.id === requester)) throw ownRequest(requester)
}

/** @throws {ProgrammeError} `statement_already_approved`, `statement_signer_not_entitled` */
export function addApprovers(approvedBy: readonly string[], approvers: readonly Actor[]): readonly string[] {
  if (approvers.length === 0) throw notEntitled('nobody with an approving role at the institution signed')
  const again = approvers.find((approver) => approvedBy.includes(approver.id))
  if (again !== undefined) {
    throw new ProgrammeError(
      'statement_already_approved',
      `\`${again.id}\` approved this before: another must`,
    )
  }
  return [...approvedBy, ...approvers.map((approver) => approver.id)]
}

export function ownRequest(id: string): ProgrammeError {
  return new ProgrammeError(
    'statement_own_request',
    `\`${id}\` cannot approve or answer what \`${id}\` asked for: somebody else must`,
  )
}

export function invalid(why: string): ProgrammeError {
  return new ProgrammeError('statement_payload_invalid', why)
}
