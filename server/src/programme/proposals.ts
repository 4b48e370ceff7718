/** What the steps of a proposal share: moving it, keeping it, and why one is refused. */
import {
  type GovernanceState,
  isOpen,
  PROPOSAL_MACHINE,
  type Proposal,
  type ProposalEvent,
} from '../governance/index.ts'
import { ProgrammeError } from './error.ts'
import type { Changes } from './kind.ts'
import { next } from './machine.ts'
import type { StateFields } from './state.ts'

/** The governance part of a state with some of its members replaced. */
export function withGovernance(
  state: StateFields,
  changes: Partial<GovernanceState>,
): { readonly governance: GovernanceState } {
  return { governance: { ...state.governance, ...changes } }
}

/** @throws {ProgrammeError} `statement_subject_state` */
export function step(proposal: Proposal, event: ProposalEvent): Proposal {
  return { ...proposal, state: next(PROPOSAL_MACHINE, proposal.state, event, proposal.id) }
}

/** The state with this proposal; what is over keeps its digest and lets go of its text. */
export function keep(state: StateFields, proposal: Proposal): Changes {
  const kept = isOpen(proposal.state) ? proposal : { ...proposal, text: null }
  return withGovernance(state, { proposals: { ...state.governance.proposals, [kept.id]: kept } })
}

/** @throws {ProgrammeError} `statement_base_superseded` */
export function requireBase(state: StateFields, { id: proposal, base: on }: Proposal): void {
  if (on.digest === state.agreement.digest && on.version === state.agreement.version) return
  throw new ProgrammeError(
    'statement_base_superseded',
    `\`${proposal}\` amends version ${on.version}; version ${state.agreement.version} is in force: draft it on that`,
  )
}

export function tooEarly(what: string, atMs: number): ProgrammeError {
  return new ProgrammeError('statement_too_early', `${what} at ${new Date(atMs).toISOString()}, not before`)
}

export function differs({ id: proposal }: Proposal): ProgrammeError {
  return new ProgrammeError(
    'statement_subject_differs',
    `this is not what the ballot on \`${proposal}\` is about: document, difference and proof report have one digest`,
  )
}
