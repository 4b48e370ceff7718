/** Public surface of the runs room: operations run by our own loop, governed step by step, resumable from the ledger. */
export { openRunDesk, type RunDesk, type RunDeskDeps, type RunNews } from './desk.ts'
export { RunsError, type RunsErrorCode } from './error.ts'
export { INPUT_BYTES_MAX, type StoredInput } from './inputs.ts'
export { isOver, RUN_MACHINE, RUN_STATES, type RunEvent, type RunState } from './machine.ts'
export {
  type Ask,
  type AskEnd,
  createGatewayModel,
  type ModelMessage,
  type ModelPort,
  wireName,
} from './model.ts'
export type { Proposal, ProposedCall, Run, RunStart, Step } from './run.ts'
export { TRIAGE_SERVERS } from './triage-tools.ts'
export { type RunProgress, type RunSummary, stepView } from './view.ts'
