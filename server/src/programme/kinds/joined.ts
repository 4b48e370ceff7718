/** Further agreements of an institution: the stricter answer of all counts. Spec: docs/spec/agreement.md §9. */

import { createHash } from 'node:crypto'
import { list, object, type Shaped, text } from '../../identity/index.ts'
import { documentOf } from '../documents.ts'
import { ProgrammeError } from '../error.ts'
import type { Kind } from '../kind.ts'
import { document, id, reason } from '../members.ts'
import { withGovernance } from '../proposals.ts'
import { authorities, requireAnyParty, requireEveryParty } from '../signers.ts'
import { institutionOf, unknownSubject } from '../subject.ts'

/** Documents beside the agreement in force: each stays in memory. */
const JOINED_MAX = 16

const joinShape = object({ institutions: list(id, 1, 500, String), document })
const leaveShape = object({ institution: id, agreement: text(64), reason })

/** Joining narrows what passes, so one authority states it; putting another document in a joined one's place takes every one. */
export const agreementJoin: Kind<Shaped<typeof joinShape>> = {
  shape: joinShape,
  rule: (state, payload, { signers, agreements }) => {
    requireAnyParty(authorities(state), signers)
    for (const each of payload.institutions) institutionOf(state, each)
    const digest = createHash('sha256').update(payload.document).digest('hex')
    const joining = documentOf(digest, payload.document, agreements)
    if (joining.id === state.agreement.id) {
      throw new ProgrammeError(
        'statement_agreement_mismatch',
        'the agreement in force is changed by a proposal',
      )
    }
    const replaces = (each: { readonly agreement: string; readonly institution: string }): boolean =>
      each.agreement === joining.id && payload.institutions.includes(each.institution)
    if (state.governance.joined.some((each) => replaces(each) && each.digest !== digest))
      requireEveryParty(authorities(state), signers)
    const others = state.governance.joined.filter((each) => !replaces(each))
    const joined = payload.institutions.map((institution) => ({ institution, agreement: joining.id, digest }))
    const all = [...others, ...joined]
    if (new Set(all.map((each) => each.digest)).size > JOINED_MAX) {
      throw new ProgrammeError('statement_limit', `${JOINED_MAX} further agreements are in force`)
    }
    const texts = { ...state.governance.documents, [digest]: payload.document }
    return withGovernance(state, { joined: all, documents: keepNamed(texts, all) })
  },
}

/** Leaving widens: every authority. */
export const agreementLeave: Kind<Shaped<typeof leaveShape>> = {
  shape: leaveShape,
  rule: (state, { institution, agreement }, { signers }) => {
    const joined = state.governance.joined.filter(
      (each) => each.institution !== institution || each.agreement !== agreement,
    )
    if (joined.length === state.governance.joined.length) throw unknownSubject('further agreement', agreement)
    requireEveryParty(authorities(state), signers)
    return withGovernance(state, { joined, documents: keepNamed(state.governance.documents, joined) })
  },
}

function keepNamed(
  documents: Readonly<Record<string, string>>,
  joined: readonly { readonly digest: string }[],
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(documents).filter(([key]) => joined.some(({ digest }) => digest === key)),
  )
}
