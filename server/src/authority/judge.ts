/**
 * Judging a statement before it is written: what the fold says, and what only the writer can know.
 *
 * Spec: docs/spec/statement.md §6.
 */
import type { SignedStatement } from 'sekisho-verify'
import { checkAnswers, type Hold, type Tally } from '../accounts/index.ts'
import {
  fold,
  ProgrammeError,
  type ProgrammeState,
  parseStatement,
  type Statement,
} from '../programme/index.ts'
import type { ProgrammeOptions } from './programme.ts'

/** @throws {ProgrammeError} a `StatementRefusal` */
export function judge(
  signed: SignedStatement,
  state: ProgrammeState | null,
  tally: Tally,
  options: ProgrammeOptions,
): Statement {
  const { programme, ledger, clock, agreements, founding } = options
  const statement = parseStatement(signed)
  if (statement.programme !== programme) {
    throw new ProgrammeError(
      'statement_foreign_programme',
      `the statement is of programme \`${statement.programme}\`, this one is \`${programme}\``,
    )
  }
  if (state === null && founding !== undefined && statement.digest !== founding) {
    throw new ProgrammeError(
      'statement_founding_differs',
      'this is not the founding statement that is configured',
    )
  }
  const at = { index: ledger.size(), timeMs: clock.nowMs() }
  fold(state, signed, at, agreements)
  if (statement.type === 'stop.issue') checkModel(statement, options)
  if (statement.type === 'appeal.open') {
    const { decision, institution } = statement.payload
    for (const actor of signersOf(statement, state)) tally.refused.check(decision, { actor, institution })
  }
  if (statement.type === 'grant.approve') {
    const hold = tally.holds.get(statement.payload.hold, at.timeMs)
    checkAnswers(hold, statement.payload)
    checkRoles(hold, statement, state)
  }
  return statement
}

/**
 * Asked of the writer only: catalogues change, so a replay could not ask again. `unknown_model` stops what is to come.
 *
 * @throws {ProgrammeError} `statement_subject_unknown`
 */
function checkModel(
  { payload }: Statement & { readonly type: 'stop.issue' },
  { knownModel }: Pick<ProgrammeOptions, 'knownModel'>,
): void {
  const { scope, unknown_model: unknownToo } = payload
  if (scope.kind !== 'model' || unknownToo === true || knownModel === undefined || knownModel(scope.id))
    return
  throw new ProgrammeError(
    'statement_subject_unknown',
    `the catalogue has no model \`${scope.id}\`: check the id, or say \`unknown_model: true\` in the statement`,
  )
}

/** The hold names the roles that may answer it; the fold knows only the roles that any hold may name. */
function checkRoles(hold: Hold, statement: Statement, state: ProgrammeState | null): void {
  for (const { key } of statement.signatures) {
    const owner = state?.fields.keyOwners.get(key)
    const actor = owner?.kind === 'actor' ? state?.actors.get(owner.id) : undefined
    if (actor === undefined || actor.roles.some((role) => hold.roles.includes(role))) continue
    throw new ProgrammeError(
      'statement_signer_not_entitled',
      `\`${actor.id}\` has none of the roles ${hold.roles.join(', ')} that \`${hold.id}\` asks for`,
    )
  }
}

function signersOf(statement: Statement, state: ProgrammeState | null): string[] {
  return statement.signatures.flatMap(({ key }) => {
    const owner = state?.fields.keyOwners.get(key)
    return owner?.kind === 'actor' ? [owner.id] : []
  })
}
