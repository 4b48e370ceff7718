/** Proposals from the draft to the time-lock: each step of docs/spec/proposal.md §2 but the ballot and the activation. */
import { createHash } from 'node:crypto'
import { ASSET_CLASSES, AUTONOMY_LEVELS } from '../../agreement/index.ts'
import { CAPABILITIES } from '../../boundary/index.ts'
import {
  digestOf,
  isOpen,
  type Proposal,
  type ProposalEvent,
  RULING_VERDICTS,
  type Ruling,
} from '../../governance/index.ts'
import { integer, list, nullable, object, oneOf, type Shaped } from '../../identity/index.ts'
import { documentOf } from '../documents.ts'
import { ProgrammeError } from '../error.ts'
import type { Kind, RuleContext } from '../kind.ts'
import { digest, document, id, name, party, reason, sectors, timeMs } from '../members.ts'
import { differs, keep, requireBase, step, tooEarly } from '../proposals.ts'
import { authorOf, proposalOf, requireAnyone, requireAuthor, requireParty } from '../seated.ts'
import { authorities, requireAnyParty, requireEveryParty } from '../signers.ts'
import type { StateFields } from '../state.ts'
import { unknownSubject } from '../subject.ts'
import { evidenceForRaised, partiesUnder, requireSuccessor } from '../version.ts'

/** Proposals open at once: each keeps its document in memory. */
const OPEN_MAX = 8

const base = object({ version: integer(1, 1_000_000), digest })
const ruling = object({
  name,
  sector: id,
  capabilities: list(oneOf(CAPABILITIES), 1, CAPABILITIES.length, String),
  autonomy: list(oneOf(AUTONOMY_LEVELS), 1, AUTONOMY_LEVELS.length, String),
  assets: list(oneOf(['none', ...ASSET_CLASSES]), 1, ASSET_CLASSES.length + 1, String),
  verdict: oneOf(RULING_VERDICTS),
  until_ms: nullable(timeMs),
})

const draftShape = object({ id, title: name, base, document, sectors, reason })
const draftRulingShape = object({ id, title: name, base, ruling, reason })
const reviseShape = object({ id, document, sectors, reason })
const stepShape = object({ id })
const endShape = object({ id, reason })
const adoptShape = object({ id, subject: digest, parties: list(party, 0, 32, (each) => each.id) })
const rejectShape = object({ id, by: id, reason })

/** A new version of the agreement, whole. */
export const proposalDraft: Kind<Shaped<typeof draftShape>> = {
  shape: draftShape,
  rule: (state, payload, context) => {
    const author = authorOf(state, context)
    requireKnownSectors(state, payload.sectors)
    const proposal = begin(state, payload, author, context)
    return keep(state, {
      ...proposal,
      kind: 'amendment',
      document: digestOfText(payload.document),
      text: payload.document,
      ruling: null,
      sectors: payload.sectors,
    })
  },
}

/** A named use of one sector, to be approved, restricted or forbidden. */
export const rulingDraft: Kind<Shaped<typeof draftRulingShape>> = {
  shape: draftRulingShape,
  rule: (state, payload, context) => {
    const author = authorOf(state, context)
    requireKnownSectors(state, [payload.ruling.sector])
    const { until_ms: untilMs, ...rest } = payload.ruling
    const proposed: Ruling = { ...rest, untilMs }
    const proposal = begin(state, payload, author, context)
    return keep(state, {
      ...proposal,
      kind: 'ruling',
      // Integer-only JSON: it was read by a closed shape.
      document: digestOf(proposed as unknown as Parameters<typeof digestOf>[0]),
      text: null,
      ruling: proposed,
      sectors: [proposed.sector],
    })
  },
}

/** Another document before the ballot; what was discussed is to be discussed again. */
export const proposalRevise: Kind<Shaped<typeof reviseShape>> = {
  shape: reviseShape,
  rule: (state, payload, context) => {
    const proposal = proposalOf(state, payload.id)
    requireAuthor(proposal, context)
    requireKnownSectors(state, payload.sectors)
    if (proposal.kind === 'ruling') throw wrongKind(proposal)
    return keep(state, {
      ...step(proposal, 'revise'),
      document: digestOfText(payload.document),
      text: payload.document,
      sectors: payload.sectors,
      reason: payload.reason,
      discussionEndsMs: null,
    })
  },
}

export const proposalDiscuss: Kind<Shaped<typeof stepShape>> = {
  shape: stepShape,
  rule: (state, payload, context) => {
    const proposal = proposalOf(state, payload.id)
    requireAuthor(proposal, context)
    const discussionEndsMs = context.at.timeMs + state.agreement.amendments.discussionMs
    return keep(state, { ...step(proposal, 'discuss'), discussionEndsMs })
  },
}

export const proposalWithdraw: Kind<Shaped<typeof endShape>> = {
  shape: endShape,
  rule: (state, payload, context) => {
    const proposal = proposalOf(state, payload.id)
    requireAuthor(proposal, context)
    return keep(state, ended(proposal, 'withdraw', proposal.author, payload.reason, context))
  },
}

/** States that its time has run out. */
export const proposalExpire: Kind<Shaped<typeof stepShape>> = {
  shape: stepShape,
  rule: (state, payload, context) => {
    const proposal = proposalOf(state, payload.id)
    const by = requireAnyone(state, context)
    if (context.at.timeMs < proposal.lapsesMs) throw tooEarly('it lapses', proposal.lapsesMs)
    return keep(state, ended(proposal, 'expire', by, 'lapsed', context))
  },
}

/**
 * The parties' own decision, beside the opinion of the bodies. A version is signed by the thresholds of the old and of the new
 * keys; a ruling by every authority. Binds to exactly what was voted on.
 */
export const proposalAdopt: Kind<Shaped<typeof adoptShape>> = {
  shape: adoptShape,
  brings: (payload) => payload.parties,
  rule: (state, payload, context) => {
    const proposal = proposalOf(state, payload.id)
    const adopted = step(proposal, 'adopt')
    if (proposal.ballot?.subject !== payload.subject) throw differs(proposal)
    if (context.at.timeMs >= proposal.lapsesMs) {
      throw new ProgrammeError('statement_lapsed', `proposal \`${proposal.id}\` has lapsed: draft it again`)
    }
    if (proposal.kind === 'ruling') requireEveryParty(authorities(state), context.signers)
    else {
      requireBase(state, proposal)
      const agreement = documentOf(proposal.document, proposal.text, context.agreements)
      requireSuccessor(state, agreement)
      const parties = partiesUnder(agreement, state, payload.parties)
      requireEveryParty([...state.parties.values(), ...parties], context.signers)
      evidenceForRaised(state, agreement, context.at.timeMs)
    }
    // What only narrows need not wait.
    const narrows = proposal.ruling !== null && proposal.ruling.verdict !== 'approved'
    const waitMs = narrows ? 0 : state.agreement.amendments.timelockMs
    return keep(state, {
      ...adopted,
      parties: payload.parties,
      timelockEndsMs: context.at.timeMs + waitMs,
    })
  },
}

/** Adoption takes every party, so any one of them ends it. */
export const proposalReject: Kind<Shaped<typeof rejectShape>> = {
  shape: rejectShape,
  rule: (state, payload, context) => {
    const proposal = proposalOf(state, payload.id)
    requireParty(state, payload.by, context)
    return keep(state, ended(proposal, 'reject', payload.by, payload.reason, context))
  },
}

export const proposalVeto: Kind<Shaped<typeof rejectShape>> = {
  shape: rejectShape,
  rule: (state, payload, context) => {
    const proposal = proposalOf(state, payload.id)
    const { veto } = state.agreement.amendments
    requireAnyParty(
      [...state.parties.values()].filter(({ id }) => veto.includes(id) && id === payload.by),
      context.signers,
    )
    return keep(state, ended(proposal, 'veto', payload.by, payload.reason, context))
  },
}

function wrongKind({ id: proposal }: Proposal): ProgrammeError {
  return new ProgrammeError('statement_subject_state', `\`${proposal}\` is a ruling: draft another one`)
}

function ended(
  proposal: Proposal,
  event: ProposalEvent,
  by: string,
  why: string,
  { at }: RuleContext,
): Proposal {
  return { ...step(proposal, event), ended: { by, reason: why, atMs: at.timeMs } }
}

function begin(
  state: StateFields,
  payload: Pick<Shaped<typeof draftShape>, 'id' | 'title' | 'base' | 'reason'>,
  author: string,
  { at }: RuleContext,
): Omit<Proposal, 'kind' | 'document' | 'text' | 'ruling' | 'sectors'> {
  const { proposals } = state.governance
  if (Object.hasOwn(proposals, payload.id)) {
    throw new ProgrammeError('statement_id_taken', `proposal \`${payload.id}\` exists`)
  }
  if (Object.values(proposals).filter((each) => isOpen(each.state)).length >= OPEN_MAX) {
    throw new ProgrammeError('statement_limit', `${OPEN_MAX} proposals are open: end one first`)
  }
  const proposal = {
    id: payload.id,
    title: payload.title,
    reason: payload.reason,
    author,
    base: payload.base,
    state: 'draft' as const,
    draftedAtMs: at.timeMs,
    lapsesMs: at.timeMs + state.agreement.amendments.lapsesMs,
    discussionEndsMs: null,
    ballot: null,
    timelockEndsMs: null,
    parties: [],
    ended: null,
  }
  requireBase(state, proposal as unknown as Proposal) // reads `id` and `base` only
  return proposal
}

function requireKnownSectors(state: StateFields, named: readonly string[]): void {
  const stranger = named.find((sector) => !state.agreement.sectors.has(sector))
  if (stranger !== undefined) throw unknownSubject('sector', stranger)
}

function digestOfText(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
