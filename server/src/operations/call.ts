/**
 * One tool call's way through the checkpoint, in order: read, find facts, decide, reserve, record, forward, inspect, record.
 *
 * INVARIANT: no tool server is asked before the decision is durable in the ledger, and no answer is given before the
 * outcome is. What cannot be recorded is not done. An outcome that could not be learnt after the call was forwarded is
 * *ambiguous*, and the call is not repeated by itself. Spec: docs/spec/tool.md §3.
 */
import { hash } from 'node:crypto'
import { canonicalize } from 'sekisho-verify'
import type { Agreement, Facts, ModelCatalogue, ModelEntry } from '../agreement/index.ts'
import type { Authority } from '../authority/index.ts'
import {
  type Decider,
  type Decision,
  type FactsInput,
  findFactsAndGrant,
  strictest,
} from '../authorization/index.ts'
import { type Clock, type DecisionId, newDecisionId } from '../base/index.ts'
import type { Reading } from '../boundary/index.ts'
import { type JsonObject, McpError, type ToolResult } from '../mcp/index.ts'
import { type Grant, type Principal, ProgrammeError, type Snapshot } from '../programme/index.ts'
import { findMoved, type NameResolver, withAddresses } from '../scope/index.ts'
import { readCall } from './call-reading.ts'
import { intentDraft, outcomeDraft } from './call-record.ts'
import type { Catalogue } from './catalogue.ts'
import { OperationsError } from './error.ts'
import { type Inspection, inspectResult } from './inspect.ts'
import type { Steered } from './steered.ts'
import { isTechniqueOutside } from './technique.ts'
import type { ToolDeclaration } from './tools-file.ts'

/** Times a decision is taken again because the programme moved on while it was being recorded. */
const DECISIONS_MAX = 8

export interface Caller {
  readonly principal: Principal
  readonly engagementId: string | null
  readonly purpose: string | null
  /** Model that makes the calls, as the caller says; recorded as said, and what it may be used for is checked. */
  readonly model: string
  /** The run that makes the call; absent for calls over MCP. */
  readonly run?: RunMark
}

/** Where a call stands in a run: recorded with it. Spec: docs/spec/run.md §3. */
export interface RunMark {
  readonly id: string
  readonly step: number
  /** Ledger index of the run's start. */
  readonly start: number
  /** Ledger index of the intent that this call makes anew, where it does. */
  readonly repeats: number | null
}

export interface CallDeps {
  readonly authority: Authority
  readonly models: ModelCatalogue
  readonly deciderFor: (agreement: Agreement) => Decider
  readonly catalogue: Pick<Catalogue, 'call'>
  readonly clock: Clock
  /** Where name servers are configured. */
  readonly names?: NameResolver
  /** Who was lately handed a result that speaks to a model; shared by all calls of one process. */
  readonly steered?: Steered
}

/** The call as it stands in the ledger. */
export interface RecordedCall {
  readonly caller: Caller
  readonly tool: ToolDeclaration
  readonly args: JsonObject
  /** SHA-256, hex, of the tool's name and the canonical arguments: what an approval binds to. */
  readonly argsDigest: string
  readonly session: string
  readonly reading: Reading
  /** Addresses of the names it was decided on. */
  readonly pins: ReadonlyMap<string, readonly string[]>
  readonly snapshot: Snapshot
  readonly model: ModelEntry | null
  readonly facts: ReturnType<typeof findFactsAndGrant>['facts']
  readonly decision: Decision
  readonly decisionId: DecisionId
  readonly grant: Grant | null
  readonly reservation: string | null
  /** Ledger index of the intent. */
  readonly intent: number
}

export type CallEnd =
  | {
      readonly kind: 'done'
      readonly call: RecordedCall
      readonly result: ToolResult
      readonly inspection: Inspection
    }
  | { readonly kind: 'stopped'; readonly call: RecordedCall }
  /** It was forwarded, and what happened is not known, or the server refused it. */
  | {
      readonly kind: 'failed'
      readonly call: RecordedCall
      readonly error: McpError
      readonly ambiguous: boolean
    }

/** @throws {OperationsError} when nothing could be recorded; nothing was forwarded then */
export async function passCall(
  caller: Caller,
  tool: ToolDeclaration,
  args: JsonObject,
  signal: AbortSignal,
  deps: CallDeps,
): Promise<CallEnd> {
  const call = await decideAndRecord(caller, tool, args, deps)
  if (call.decision.verdict !== 'allow') {
    await close(
      call,
      { end: 'refused', code: call.decision.verdict === 'hold' ? 'approval_required' : 'agreement_denied' },
      deps,
    )
    return { kind: 'stopped', call }
  }
  try {
    const moved = await findMoved(call.pins, deps.names ?? null)
    if (moved !== null)
      throw new McpError(
        'mcp_not_sent',
        `the name \`${moved}\` now leads to an address that was not decided on`,
      )
    const result = await deps.catalogue.call(tool, args, signal, `rcpt-${call.intent}`)
    const inspection = inspectResult(result)
    if (inspection.injection) deps.steered?.note(steeredKey(caller), deps.clock.monotonicMs())
    await close(
      call,
      { end: 'completed', code: result.isError ? 'tool_error' : null, result, inspection },
      deps,
    )
    return { kind: 'done', call, result, inspection }
  } catch (error) {
    if (!(error instanceof McpError)) throw error
    // Refused by the server, or never sent: known. Everything else may have happened.
    const known = error.code === 'mcp_server_error' || error.code === 'mcp_not_sent'
    await close(call, { end: known ? 'failed' : 'ambiguous', code: error.code }, deps)
    return { kind: 'failed', call, error, ambiguous: !known }
  }
}

async function decideAndRecord(
  caller: Caller,
  tool: ToolDeclaration,
  args: JsonObject,
  deps: CallDeps,
): Promise<RecordedCall> {
  const read = readCall(tool, args)
  for (let attempt = 1; attempt <= DECISIONS_MAX; attempt += 1) {
    const { targets, pins } = await withAddresses(
      engagementOf(caller, deps),
      read.targets,
      deps.names ?? null,
    )
    const reading = { ...read, targets, injection: injectionOf(read, caller, tool, deps) }
    const call = await reserve({ ...decide(caller, tool, args, reading, deps), pins }, deps)
    const recorded = await record(call, deps)
    if (recorded !== null) return recorded
  }
  throw new OperationsError('operations_programme_moving', 'the programme is changing: try again shortly')
}

/** What a call might become when all its targets are in scope, or there are none: nothing is recorded and nothing done. */
export function previewCall(caller: Caller, tool: ToolDeclaration, deps: CallDeps): Decision['verdict'] {
  const targeted = tool.targets.length + tool.commands.length > 0
  const plain: Reading = { ...readCall({ ...tool, targets: [], commands: [] }, {}), targets: [] }
  const assumed = targeted ? ({ targets: 'all_in_scope', asset_criticality: 'ordinary' } as const) : {}
  return decide(caller, tool, {}, plain, deps, assumed).decision.verdict
}

/** The engagement that the call names and its institution has. */
function engagementOf({ engagementId, principal }: Caller, { authority }: CallDeps) {
  const id = engagementId ?? principal.engagement
  const engagement = id === null ? undefined : authority.snapshot().engagements.get(id)
  return engagement?.institution === principal.institution.id ? engagement : null
}

/** Also suspected: acting soon after a result that spoke to the model. */
function injectionOf(read: Reading, caller: Caller, tool: ToolDeclaration, deps: CallDeps) {
  const acts = tool.effect !== 'read'
  const lately = acts && deps.steered?.lately(steeredKey(caller), deps.clock.monotonicMs()) === true
  return lately ? 'suspected' : read.injection
}

function steeredKey({ principal }: Caller): string {
  return `${principal.institution.id} ${principal.actor.id}`
}

type Unrecorded = Omit<RecordedCall, 'intent'>

function decide(
  caller: Caller,
  tool: ToolDeclaration,
  args: JsonObject,
  reading: Reading,
  deps: CallDeps,
  assumed: Partial<RecordedCall['facts']> = {},
): Omit<Unrecorded, 'pins'> {
  const { authority, clock } = deps
  const { principal } = caller
  const snapshot = authority.snapshot()
  const model = deps.models.find(caller.model)
  const argsDigest = hash('sha256', `sekisho/call/v1\0${canonicalize([tool.served, text(args)])}`, 'hex')
  // A grant is for one session: this one holds nothing but this call with these arguments.
  const session = `call:${argsDigest}`
  const input: FactsInput = {
    snapshot,
    principal,
    model,
    reading,
    engagementId: caller.engagementId,
    session,
    grantUses: (grant: Grant) => authority.grantUses(grant.hold),
    budget: authority.budget(principal.actor.id, principal.institution.id),
    extraction: 'none',
    ledgerWritable: authority.ledgerWritable(),
    nowMs: clock.nowMs(),
    surface: 'tool_call',
  }
  const found = findFactsAndGrant(input)
  const outside = isTechniqueOutside(tool.technique, engagementOf(caller, deps))
  const ofTool = (facts: Facts): Facts => ({
    ...facts,
    ...assumed,
    ...(outside ? { engagement_capability: 'not_allowed' as const } : {}),
    autonomy: autonomyOf(tool, facts.autonomy, engagementAutonomy(caller, snapshot)),
  })
  const facts = ofTool(found.facts)
  const first = deps.deciderFor(snapshot.agreement).decide(facts)
  // Further agreements of the institution bind tool calls as they bind requests: the stricter answer of all.
  const decided = strictest(first, input, deps.deciderFor, ofTool)
  const each = approvedEach(decided, tool, facts.grant === 'covering', snapshot.agreement)
  // What the terms of the engagement exclude is denied, whatever the clauses say of its side.
  const decision: Decision = outside ? { ...each, verdict: 'deny', approval: null } : each
  const usesGrant = decision.usesGrant || (decision.verdict === 'allow' && approvalsOf(tool) > 0)
  return {
    caller,
    tool,
    args,
    argsDigest,
    session,
    reading,
    snapshot,
    model,
    facts,
    decision,
    decisionId: newDecisionId(),
    grant: usesGrant ? found.grant : null,
    reservation: null,
  }
}

/** Canonical JSON of this product has integers only; other numbers stand as text. */
function text(value: unknown): never {
  const same = JSON.parse(JSON.stringify(value), (_, one) =>
    typeof one === 'number' && !Number.isSafeInteger(one)
      ? `number:${one}`
      : typeof one === 'string'
        ? one.toWellFormed()
        : one,
  )
  // What JSON gives back is what `canonicalize` takes.
  return same as never
}

const LEVELS = ['A0', 'A1', 'A2', 'A3', 'A4'] as const

function engagementAutonomy({ engagementId, principal }: Caller, snapshot: Snapshot): string | null {
  const id = engagementId ?? principal.engagement
  return id === null ? null : (snapshot.engagements.get(id)?.autonomy ?? null)
}

/** A tool above the engagement's level is above the ceiling; without an engagement the level is A1, reading. */
function autonomyOf<T extends string>(tool: ToolDeclaration, found: T, level: string | null): T | 'above' {
  const highest = LEVELS.findIndex((one) => one === (level ?? 'A1'))
  return LEVELS.indexOf(tool.autonomy) > highest ? 'above' : found
}

/** A3: each action approved. A4: each action approved by two. That is what the levels mean, whatever the clauses allow. */
function approvalsOf(tool: ToolDeclaration): number {
  return tool.autonomy === 'A4' ? 2 : tool.autonomy === 'A3' ? 1 : 0
}

function approvedEach(
  decision: Decision,
  tool: ToolDeclaration,
  covered: boolean,
  agreement: Agreement,
): Decision {
  const needed = approvalsOf(tool)
  if (needed === 0 || decision.verdict === 'deny') return decision
  if (decision.verdict === 'allow' && covered) return decision
  const count = Math.max(needed, decision.approval?.count ?? 0)
  const rule = [...agreement.holds.values()].find((hold) => hold.count >= count)
  if (rule === undefined) return { ...decision, verdict: 'deny' }
  // Of an approval that the clauses ask for, only roles that both name.
  const roles = rule.roles.filter((role) => decision.approval?.roles.includes(role) ?? true)
  return { ...decision, verdict: 'hold', approval: { count: rule.count, roles } }
}

async function reserve(call: Unrecorded, { authority }: CallDeps): Promise<Unrecorded> {
  if (call.decision.verdict !== 'allow') return call
  const { principal } = call.caller
  const reserved = await authority.reserve({
    actor: principal.actor.id,
    institution: principal.institution.id,
    tokens: 0,
    grant: call.grant?.hold ?? null,
  })
  if (reserved.ok) return { ...call, reservation: reserved.reservation }
  // A race was lost: what could not be set aside is not done.
  return { ...call, decision: { ...call.decision, verdict: 'deny' } }
}

/** Null when the programme moved on: decide again. @throws {OperationsError} */
async function record(call: Unrecorded, deps: CallDeps): Promise<RecordedCall | null> {
  const allowed = call.decision.verdict === 'allow'
  try {
    const appended = await deps.authority.append(intentDraft(call), {
      ...(allowed ? { decidedUnder: call.snapshot.index } : {}),
      ...(call.reservation === null ? {} : { reservation: call.reservation }),
    })
    const recorded = { ...call, intent: appended.index }
    if (!allowed || !appended.snapshotChanged) return recorded
    await close(recorded, { end: 'refused', code: 'gateway_redecided' }, deps)
    return null
  } catch (error) {
    if (call.reservation !== null) deps.authority.release(call.reservation)
    if (error instanceof ProgrammeError && error.code === 'programme_snapshot_stale') return null
    throw unrecorded(error)
  }
}

export interface CallOutcome {
  readonly end: 'completed' | 'refused' | 'failed' | 'ambiguous'
  readonly code: string | null
  readonly result?: ToolResult
  readonly inspection?: Inspection
}

async function close(call: RecordedCall, outcome: CallOutcome, deps: CallDeps): Promise<void> {
  try {
    await deps.authority.append(outcomeDraft(call, outcome))
  } catch (error) {
    throw unrecorded(error)
  }
}

function unrecorded(error: unknown): OperationsError {
  const lease = error instanceof ProgrammeError && error.code === 'programme_lease_expired'
  return lease
    ? new OperationsError(
        'operations_lease_expired',
        'this gateway lost touch with the programme and serves nothing until it is back',
        { cause: error },
      )
    : new OperationsError(
        'operations_ledger_unavailable',
        'the ledger cannot record this now, so nothing is done',
        { cause: error },
      )
}
