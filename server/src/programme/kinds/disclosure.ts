/**
 * Orders of evidence packs: who asks for what is a signed statement, whether or not a pack is made from it.
 *
 * Spec: docs/spec/evidence-pack.md §7. The agreement's profiles say who may order and what may be shown.
 */
import { FIELD_NAMES, SPAN_MAX } from 'sekisho-verify'
import { boolean, integer, list, nullable, object, oneOf, type Shaped, text } from '../../identity/index.ts'
import { invalid, withRole } from '../approvers.ts'
import { ProgrammeError } from '../error.ts'
import type { Kind } from '../kind.ts'
import { HEX_256, id, reason } from '../members.ts'
import { notEntitled, partiesMet } from '../signers.ts'
import { institutionOf } from '../subject.ts'

/** Entries named one by one, and entries of one sample. */
export const CHOSEN_MAX = 4096
const INDEX_MAX = 2 ** 48

const index = integer(0, INDEX_MAX)

const disclosureOrderShape = object({
  profile: id,
  institution: nullable(id),
  from: index,
  to: index,
  entries: nullable(list(index, 1, CHOSEN_MAX, String)),
  fields: list(oneOf(FIELD_NAMES), 1, FIELD_NAMES.length, String),
  content: boolean,
  sample: nullable(
    object({
      seed: text(64, HEX_256),
      count: integer(1, CHOSEN_MAX),
      size: index,
      root: text(44, /^[A-Za-z0-9+/]{43}=$/),
    }),
  ),
  reason,
})

/** Changes no state: it stands in the ledger with the names of who asked, and a pack answers it. */
export const disclosureOrder: Kind<Shaped<typeof disclosureOrderShape>> = {
  shape: disclosureOrderShape,
  rule: (state, payload, context) => {
    const profile = state.agreement.disclosure.get(payload.profile)
    if (profile === undefined)
      throw new ProgrammeError(
        'statement_subject_unknown',
        `the agreement has no profile \`${payload.profile}\``,
      )
    if (payload.institution !== null) institutionOf(state, payload.institution)
    const met = partiesMet(state.parties.values(), context.signers)
    const byParty = profile.parties.some((party) => met.has(party))
    const byRole =
      payload.institution !== null && withRole(context, payload.institution, profile.roles).length > 0
    if (!byParty && !byRole) {
      throw notEntitled(
        `profile \`${profile.id}\` is ordered by ${[...profile.parties.map((party) => `party \`${party}\``), ...profile.roles.map((role) => `a person of the institution with role \`${role}\``)].join(', or ')}`,
      )
    }
    checkOrder(payload, context.at.index)
    return {}
  },
}

function checkOrder(payload: Shaped<typeof disclosureOrderShape>, at: number): void {
  const { from, to, entries, sample } = payload
  if (!(from < to && to <= at && to - from <= SPAN_MAX))
    throw invalid(`the span is 1 to ${SPAN_MAX} entries that stand before the order, entry ${at}`)
  if (entries !== null && sample !== null) throw invalid('entries are named or sampled, not both')
  if (entries?.some((entry, i) => entry < from || entry >= to || entry <= (entries[i - 1] ?? -1)))
    throw invalid('`entries` must ascend within the span')
  const slots = payload.fields.map((name) => FIELD_NAMES.indexOf(name))
  if (slots.some((slot, i) => slot <= (slots[i - 1] ?? -1)))
    throw invalid('`fields` must stand in the order of the record')
  if (sample !== null && (sample.count > to - from || sample.size < to || sample.size > at))
    throw invalid('the sample is drawn under a checkpoint that covers the span and stands before the order')
  if (payload.content && !(payload.fields.includes('request') && payload.fields.includes('response')))
    throw invalid('content is proved by the slots `request` and `response`: order them too')
}
