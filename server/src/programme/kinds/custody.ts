/**
 * Custody of content: the keys it is wrapped to, legal holds, and destruction under dual control.
 *
 * Spec: docs/spec/custody.md. Everything is decided by times that stand in statements, so that the fold stays pure and
 * an auditor reaches the same verdict without reading one exchange.
 */
import { RETENTION_CLASSES } from '../../agreement/index.ts'
import {
  list,
  nullable,
  object,
  oneOf,
  type Shape,
  type Shaped,
  ShapeError,
  text,
} from '../../identity/index.ts'
import { withRole } from '../approvers.ts'
import type { CustodyState, LegalHold } from '../custody.ts'
import { ProgrammeError } from '../error.ts'
import type { Kind, RuleContext } from '../kind.ts'
import { id, reason, timeMs } from '../members.ts'
import { notEntitled, partiesMet, requireAnyParty, signedByDirectoryOf } from '../signers.ts'
import type { StateFields } from '../state.ts'
import { institutionOf } from '../subject.ts'

const DAY_MS = 24 * 3_600_000
/** Legal holds of one placer: nobody uses up what others may place. */
const HOLDS_MAX = 1000
const DESTRUCTIONS_MAX = 100_000
/** Public keys of low order, which make every shared secret the same. RFC 7748 §6.1. */
const LOW_ORDER = new Set(
  [
    '00'.repeat(32),
    `01${'00'.repeat(31)}`,
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    `ec${'ff'.repeat(30)}7f`,
    `ed${'ff'.repeat(30)}7f`,
    `ee${'ff'.repeat(30)}7f`,
  ].map((hex) => Buffer.from(hex, 'hex').toString('base64')),
)

const custodyKeyShape = object({
  owner: object({ kind: oneOf(['institution', 'custodian']), id }),
  public: x25519Key(),
})
const contentHoldShape = object({ id, institution: nullable(id), from_ms: timeMs, reason })
const contentReleaseShape = object({ id, reason })
const contentDestroyShape = object({
  institution: id,
  classes: list(oneOf(RETENTION_CLASSES), 1, RETENTION_CLASSES.length, String),
  before_ms: timeMs,
  reason,
})

/** The key that epochs are wrapped to from now on: an institution's by its directory, a seat's by its party. */
export const custodyKey: Kind<Shaped<typeof custodyKeyShape>> = {
  shape: custodyKeyShape,
  rule: (state, payload, { signers }) => {
    const { kind, id } = payload.owner
    if (kind === 'institution') {
      institutionOf(state, id)
      if (!signedByDirectoryOf('institution', id, signers))
        throw notEntitled(`a directory key of \`${id}\` must sign`)
    } else {
      const seat = state.agreement.custody?.seats.find((each) => each.id === id)
      const party = seat === undefined ? undefined : state.parties.get(seat.party)
      if (party === undefined) throw unknown(`the agreement names no custodian \`${id}\``)
      requireAnyParty([party], signers)
    }
    const others = state.custody.keys.filter((key) => key.kind !== kind || key.id !== id)
    return { custody: { ...state.custody, keys: [...others, { kind, id, public: payload.public }] } }
  },
}

/** Any party for anyone, an institution's directory for itself. */
export const contentHold: Kind<Shaped<typeof contentHoldShape>> = {
  shape: contentHoldShape,
  rule: (state, payload, context) => {
    const { custody } = state
    if (custody.holds.some((hold) => hold.id === payload.id))
      throw new ProgrammeError('statement_id_taken', `legal hold \`${payload.id}\` stands already`)
    if (payload.institution !== null) institutionOf(state, payload.institution)
    const by = placerOf(state, payload.institution, context)
    if (custody.holds.filter((hold) => hold.by === by).length >= HOLDS_MAX)
      throw new ProgrammeError('statement_limit', `${HOLDS_MAX} legal holds by \`${by}\` stand, the limit`)
    const hold: LegalHold = {
      id: payload.id,
      institution: payload.institution,
      fromMs: payload.from_ms,
      by,
    }
    return { custody: { ...custody, holds: [...custody.holds, hold] } }
  },
}

/** Lifted by whoever placed it, and by nobody else. */
export const contentRelease: Kind<Shaped<typeof contentReleaseShape>> = {
  shape: contentReleaseShape,
  rule: (state, payload, { signers }) => {
    const hold = state.custody.holds.find((each) => each.id === payload.id)
    if (hold === undefined) throw unknown(`no legal hold \`${payload.id}\` stands`)
    const own = hold.by.startsWith('institution/')
    const institution = hold.by.slice('institution/'.length)
    const lifted = own
      ? signedByDirectoryOf('institution', institution, signers)
      : partiesMet(state.parties.values(), signers).has(hold.by)
    if (!lifted) throw notEntitled(`\`${hold.by}\` placed the hold and must sign`)
    return { custody: { ...state.custody, holds: state.custody.holds.filter((each) => each !== hold) } }
  },
}

/** Two distinct persons of the institution, after retention, under no hold. */
export const contentDestroy: Kind<Shaped<typeof contentDestroyShape>> = {
  shape: contentDestroyShape,
  rule: (state, payload, context) => {
    const terms = state.agreement.custody
    if (terms === null)
      throw new ProgrammeError(
        'statement_retention',
        'the agreement says nothing of retention: nothing is destroyed',
      )
    institutionOf(state, payload.institution)
    const signers = withRole(context, payload.institution, terms.destructionRoles)
    if (signers.length < 2) {
      throw new ProgrammeError(
        'statement_threshold_not_met',
        `two persons of \`${payload.institution}\` with a role of ${terms.destructionRoles.join(', ')} must sign`,
      )
    }
    for (const each of payload.classes) {
      const ended = context.at.timeMs - terms.retentionDays[each] * DAY_MS
      if (payload.before_ms > ended) {
        throw new ProgrammeError(
          'statement_retention',
          `\`${each}\` content is kept ${terms.retentionDays[each]} days: only what was recorded before ${new Date(ended).toISOString()} may go`,
        )
      }
    }
    refuseHeld(state.custody, payload.institution, payload.before_ms)
    return { custody: withDestructions(state.custody, payload, context) }
  },
}

function refuseHeld({ holds }: CustodyState, institution: string, beforeMs: number): void {
  const hold = holds.find(
    (each) => (each.institution === null || each.institution === institution) && each.fromMs < beforeMs,
  )
  if (hold === undefined) return
  throw new ProgrammeError('statement_legal_hold', `legal hold \`${hold.id}\` by \`${hold.by}\` covers it`)
}

function withDestructions(
  custody: CustodyState,
  { institution, classes, before_ms: beforeMs }: Shaped<typeof contentDestroyShape>,
  { at }: RuleContext,
): CustodyState {
  const added = classes.map((each) => ({ index: at.index, institution, class: each, beforeMs }))
  if (custody.destructions.length + added.length > DESTRUCTIONS_MAX)
    throw new ProgrammeError('statement_limit', `${DESTRUCTIONS_MAX} destructions were stated, the limit`)
  return { ...custody, destructions: [...custody.destructions, ...added] }
}

function placerOf(state: StateFields, institution: string | null, { signers }: RuleContext): string {
  const [party] = partiesMet(state.parties.values(), signers)
  if (party !== undefined) return party
  if (institution !== null && signedByDirectoryOf('institution', institution, signers))
    return `institution/${institution}`
  throw notEntitled('a party, or a directory key of the institution, places a legal hold')
}

function unknown(message: string): ProgrammeError {
  return new ProgrammeError('statement_subject_unknown', message)
}

/** A raw X25519 public key in the one base64 text it has. */
function x25519Key(): Shape<string> {
  const shape = text(44, /^[A-Za-z0-9+/]{43}=$/)
  return (value, path) => {
    const encoded = shape(value, path)
    const raw = Buffer.from(encoded, 'base64')
    if (raw.length !== 32 || raw.toString('base64') !== encoded || LOW_ORDER.has(encoded))
      throw new ShapeError(path, 'must be an X25519 public key, 32 bytes in base64')
    return encoded
  }
}
