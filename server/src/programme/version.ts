/** From one version of the agreement to the next: parties and their keys, seats, sectors that move. */
import { type Agreement, STAGE_IDS, type StageId } from '../agreement/index.ts'
import { type BroughtParty, evidenceProblems, type GateProblem } from '../governance/index.ts'
import { ProgrammeError } from './error.ts'
import { enrolledKey } from './members.ts'
import type { SharedMap } from './shared-map.ts'
import type { Party } from './snapshot.ts'
import type { KeyOwner, StateFields } from './state.ts'

/** @throws {ProgrammeError} `statement_agreement_mismatch` */
export function requireSuccessor(state: Pick<StateFields, 'agreement'>, agreement: Agreement): void {
  if (agreement.id !== state.agreement.id) throw mismatch(`the document is of \`${agreement.id}\``)
  if (agreement.version === state.agreement.version + 1) return
  throw mismatch(`version ${agreement.version} does not follow version ${state.agreement.version}`)
}

/** Parties of the new version with the keys they have, and those that are new with the keys they bring. */
export function partiesUnder(
  agreement: Agreement,
  state: Pick<StateFields, 'parties'>,
  brought: readonly BroughtParty[],
): Party[] {
  const parties = agreement.parties.map(({ id: party }) => {
    const standing = state.parties.get(party)
    const keys = keysFor(brought, party)
    if (standing !== undefined && keys.length > 0) throw mismatch(`party \`${party}\` has its keys already`)
    return partyUnder(agreement, party, standing?.keys ?? keys)
  })
  refuseStrangers(brought, parties)
  return parties
}

/**
 * An amendment is another road to a stage: what the gate asks as evidence is asked of it too.
 *
 * @throws {ProgrammeError} `statement_gate_closed`
 */
export function evidenceForRaised(state: StateFields, agreement: Agreement, nowMs: number): void {
  for (const sector of movedSectors(state.agreement, agreement)) {
    const to = agreement.sectors.get(sector)?.stage ?? 'closed'
    const from = stageOf(state, sector)
    if (STAGE_IDS.indexOf(to) <= STAGE_IDS.indexOf(from)) continue
    const problems = evidenceProblems(agreement, state.governance, { sector, from, to, nowMs })
    if (problems.length > 0) throw gateClosed(sector, to, problems)
  }
}

export function movedSectors(before: Agreement, after: Agreement): string[] {
  return [...after.sectors.values()]
    .filter(({ id: sector, stage }) => before.sectors.get(sector)?.stage !== stage)
    .map((each) => each.id)
}

/** Where a sector stands: as it was moved, else as the agreement says. */
export function stageOf(
  state: { readonly agreement: Agreement; readonly stages: ReadonlyMap<string, string> },
  sector: string,
): StageId {
  const moved = state.stages.get(sector) ?? state.agreement.sectors.get(sector)?.stage
  return STAGE_IDS.find((stage) => stage === moved) ?? 'closed'
}

export function gateClosed(sector: string, to: StageId, problems: readonly GateProblem[]): ProgrammeError {
  return new ProgrammeError(
    'statement_gate_closed',
    `sector \`${sector}\` cannot move to \`${to}\`: ${problems.map((each) => GATE_WORDS[each]).join('; ')}`,
  )
}

/** What is missing, and what to do. */
const GATE_WORDS: Readonly<Record<GateProblem, string>> = {
  order: 'stages are opened one after the other',
  paused: 'its rollout is paused: resume it first',
  calendar: 'the calendar plans it later',
  dwell: 'it has not stood at its stage long enough',
  attestation: 'no current attestation covers it',
  acceptance: 'its own seats have not accepted it',
}

export function keysFor(brought: readonly BroughtParty[], id: string): Party['keys'] {
  return brought.find((party) => party.id === id)?.keys.map(enrolledKey) ?? []
}

export function partyUnder(agreement: Agreement, id: string, keys: Party['keys']): Party {
  const terms = agreement.parties.find((party) => party.id === id)
  if (terms === undefined) throw mismatch(`the agreement names no party \`${id}\``)
  if (keys.filter((key) => !key.revoked).length < terms.keys) {
    throw mismatch(`party \`${id}\` holds ${terms.keys} keys under the agreement, ${keys.length} are given`)
  }
  return { id, kind: terms.kind, jurisdiction: terms.jurisdiction, keys, threshold: terms.threshold }
}

export function refuseStrangers(brought: readonly BroughtParty[], parties: readonly Party[]): void {
  const stranger = brought.find(({ id }) => !parties.some((party) => party.id === id))
  if (stranger !== undefined) throw mismatch(`the agreement names no party \`${stranger.id}\``)
}

export function ownersOf(
  parties: readonly Party[],
  owners: SharedMap<string, KeyOwner>,
): SharedMap<string, KeyOwner> {
  let all = owners
  for (const party of parties) {
    for (const key of party.keys) {
      const holder = all.get(key.id)
      if (holder !== undefined && (holder.kind !== 'party' || holder.id !== party.id)) {
        throw new ProgrammeError(
          'statement_key_taken',
          `key \`${key.id}\` belongs to \`${holder.id}\` already`,
        )
      }
      all = all.with(key.id, { kind: 'party', id: party.id, key })
    }
  }
  return all
}

export function mismatch(why: string): ProgrammeError {
  return new ProgrammeError('statement_agreement_mismatch', why)
}
