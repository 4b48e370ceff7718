/** Export control: legal bases and their duties, named lists, orders, classes of persons. Spec: docs/spec/emergency.md §3–6. */
import { TIER_IDS } from '../../agreement/index.ts'
import { BASIS_KINDS, entry, type LegalBasis, ORIGIN_CLASSES } from '../../governance/index.ts'
import { boolean, list, nullable, object, oneOf, type Shaped, text } from '../../identity/index.ts'
import { invalid } from '../approvers.ts'
import { requireDirectory } from '../employer.ts'
import { ProgrammeError } from '../error.ts'
import type { Kind, RuleContext } from '../kind.ts'
import { digest, id, name, reason, timeMs } from '../members.ts'
import { withGovernance } from '../proposals.ts'
import { authorities, notEntitled, partiesMet, requireAnyParty, signedByDirectoryOf } from '../signers.ts'
import type { StateFields } from '../state.ts'
import { actorOf, unknownSubject } from '../subject.ts'

const ORDERS_MAX = 256
const ENTRIES_MAX = 2_000
const tiers = list(oneOf(TIER_IDS), 1, TIER_IDS.length, String)
const origins = list(oneOf(ORIGIN_CLASSES), 0, ORIGIN_CLASSES.length, String)
const ids = list(id, 0, ENTRIES_MAX, String)
const reference = text(500)

const basisShape = object({
  id,
  kind: oneOf(BASIS_KINDS),
  reference,
  tiers,
  institutions: ids,
  nationality: origins,
  location: origins,
  employers: list(oneOf(['employee', 'contractor', 'integrator']), 1, 3, String),
  persons: ids,
  foreign_staff_of: ids,
  reexport: boolean,
  deemed_export: boolean,
  conditions: list(
    object({ id, text: name, owner: id, due_ms: nullable(timeMs) }),
    0,
    100,
    (each) => each.id,
  ),
  from_ms: timeMs,
  until_ms: nullable(timeMs),
})
const withdrawShape = object({ id, reason })
const fulfilShape = object({ basis: id, condition: id, evidence: digest })
const listShape = object({
  id,
  title: name,
  reference,
  entries: list(
    object({ kind: oneOf(['person', 'institution', 'integrator']), id }),
    0,
    ENTRIES_MAX,
    (each) => `${each.kind} ${each.id}`,
  ),
  until_ms: nullable(timeMs),
})
const orderShape = object({
  id,
  by: id,
  reference,
  reason,
  tiers,
  bases: list(id, 0, 32, String),
  from_ms: timeMs,
  until_ms: nullable(timeMs),
})
const classifyShape = object({
  actor: id,
  deemed_export: oneOf(['specified', 'not_specified']),
  until_ms: timeMs,
})

/** Granted by one authority, in its own words and with its own dates; the same id again is the next issue. */
export const exportBasis: Kind<Shaped<typeof basisShape>> = {
  shape: basisShape,
  rule: (state, payload, { signers }) => {
    const owner = requireAnyParty(authorities(state), signers)
    const before = entry(state.governance.bases, payload.id)
    if (before !== undefined && before.owner !== owner)
      throw notEntitled(`\`${payload.id}\` is \`${before.owner}\`'s`)
    if (payload.until_ms !== null && payload.until_ms <= payload.from_ms)
      throw invalid('it ends before it begins')
    const {
      foreign_staff_of: foreignStaffOf,
      deemed_export: deemedExport,
      from_ms: fromMs,
      until_ms: untilMs,
    } = payload
    const {
      kind,
      reference: cited,
      institutions,
      nationality,
      location,
      employers,
      persons,
      reexport,
    } = payload
    const basis: LegalBasis = {
      id: payload.id,
      kind,
      owner,
      reference: cited,
      tiers: payload.tiers,
      institutions,
      nationality,
      location,
      employers,
      persons,
      foreignStaffOf,
      reexport,
      deemedExport,
      conditions: payload.conditions.map(({ id: condition, text: words, owner: whose, due_ms: dueMs }) => ({
        id: condition,
        text: words,
        owner: whose,
        dueMs,
        fulfilled: null,
      })),
      fromMs,
      untilMs,
      withdrawn: false,
    }
    return withGovernance(state, { bases: { ...state.governance.bases, [basis.id]: basis } })
  },
}

/** Narrowing: any authority. */
export const exportWithdraw: Kind<Shaped<typeof withdrawShape>> = {
  shape: withdrawShape,
  rule: (state, payload, { signers }) => {
    const basis = basisOf(state, payload.id)
    requireAnyParty(authorities(state), signers)
    if (basis.withdrawn) throw alreadyOver(payload.id)
    return withGovernance(state, {
      bases: { ...state.governance.bases, [basis.id]: { ...basis, withdrawn: true } },
    })
  },
}

/** Whoever owes a duty records that it was met, and the digest of what shows it. */
export const obligationFulfil: Kind<Shaped<typeof fulfilShape>> = {
  shape: fulfilShape,
  rule: (state, payload, { signers, at }) => {
    const basis = basisOf(state, payload.basis)
    const condition = basis.conditions.find((each) => each.id === payload.condition)
    if (condition === undefined) throw unknownSubject('condition', payload.condition)
    const owner = state.parties.get(condition.owner)
    if (owner !== undefined) requireAnyParty([owner], signers)
    else if (!signedByDirectoryOf('institution', condition.owner, signers)) {
      throw notEntitled(`\`${condition.owner}\` owes it`)
    }
    const fulfilled = { evidence: payload.evidence, atMs: at.timeMs }
    const conditions = basis.conditions.map((each) => (each === condition ? { ...each, fulfilled } : each))
    return withGovernance(state, {
      bases: { ...state.governance.bases, [basis.id]: { ...basis, conditions } },
    })
  },
}

/** A named list of one authority; the same id again is the next issue. */
export const exportList: Kind<Shaped<typeof listShape>> = {
  shape: listShape,
  rule: (state, payload, { signers }) => {
    const owner = requireAnyParty(authorities(state), signers)
    const before = entry(state.governance.lists, payload.id)
    if (before !== undefined && before.owner !== owner)
      throw notEntitled(`\`${payload.id}\` is \`${before.owner}\`'s`)
    const { until_ms: untilMs, ...rest } = payload
    return withGovernance(state, {
      lists: { ...state.governance.lists, [payload.id]: { ...rest, owner, untilMs } },
    })
  },
}

/** From a time on only those inside the named bases. One key of a party the agreement names is enough: it narrows. */
export const exportOrder: Kind<Shaped<typeof orderShape>> = {
  shape: orderShape,
  rule: (state, payload, { signers }) => {
    const { issue } = state.agreement.exportOrders
    const signed = signers.owners.some((owner) => owner.kind === 'party' && owner.id === payload.by)
    if (!signed || !issue.includes(payload.by))
      throw notEntitled(`the agreement lets ${issue.join(', ')} issue an order`)
    const { orders, bases } = state.governance
    if (orders.some((each) => each.id === payload.id)) {
      throw new ProgrammeError('statement_id_taken', `order \`${payload.id}\` is in force`)
    }
    if (orders.length >= ORDERS_MAX)
      throw new ProgrammeError('statement_limit', `${orders.length} orders stand: lift one`)
    const stranger = payload.bases.find((basis) => entry(bases, basis) === undefined)
    if (stranger !== undefined) throw unknownSubject('legal basis', stranger)
    const { from_ms: fromMs, until_ms: untilMs, ...rest } = payload
    return withGovernance(state, { orders: [...orders, { ...rest, fromMs, untilMs }] })
  },
}

/** Lifting widens: as many thresholds as the agreement asks, whoever issued it among them. */
export const exportLift: Kind<Shaped<typeof withdrawShape>> = {
  shape: withdrawShape,
  rule: (state, payload, context) => {
    const order = state.governance.orders.find((each) => each.id === payload.id)
    if (order === undefined) throw unknownSubject('order', payload.id)
    requireLift(state, order.by, context)
    const orders = state.governance.orders.filter((each) => each !== order)
    return withGovernance(state, { orders })
  },
}

/** The employer established the class under the deemed-export rule, and for how long. */
export const exportClassify: Kind<Shaped<typeof classifyShape>> = {
  shape: classifyShape,
  rule: (state, payload, { signers }) => {
    const { id: person, institution } = actorOf(state, payload.actor)
    requireDirectory(state, institution, signers, 'widen')
    const { deemed_export: deemedExport, until_ms: untilMs } = payload
    const known = { actor: person, deemedExport, untilMs }
    return withGovernance(state, { exportClasses: { ...state.governance.exportClasses, [person]: known } })
  },
}

function requireLift(state: StateFields, issuer: string, { signers }: RuleContext): void {
  const { lift, liftCount } = state.agreement.exportOrders
  const met = [...partiesMet(state.parties.values(), signers)].filter((party) => lift.includes(party))
  if (met.length >= liftCount && (met.includes(issuer) || !lift.includes(issuer))) return
  throw new ProgrammeError(
    'statement_threshold_not_met',
    `lifting takes ${liftCount} of ${lift.join(', ')}, \`${issuer}\` who issued it among them; signed by enough keys: ${met.join(', ') || 'none yet'}`,
  )
}

function basisOf(state: StateFields, known: string): LegalBasis {
  const basis = entry(state.governance.bases, known)
  if (basis === undefined) throw unknownSubject('legal basis', known)
  return basis
}

function alreadyOver(known: string): ProgrammeError {
  return new ProgrammeError('statement_subject_state', `\`${known}\` is withdrawn already`)
}
