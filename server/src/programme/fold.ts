/**
 * The fold: state, and one signed statement from the ledger, to the next state. Pure.
 *
 * It is the only judge of a statement. The writer asks it before appending, a replay asks it again, a gateway
 * process asks it for itself, and an auditor can ask it offline: all with the entry's own index and time, so
 * all get the same state. A statement that it refuses has no effect wherever it stands.
 * Spec: docs/spec/statement.md §5.
 */
import { ProgrammeError } from './error.ts'
import { foundProgramme } from './kinds/agreement.ts'
import { kindOf } from './kinds.ts'
import { nonceSeen, STATEMENT_AGE_MS_MAX, STATEMENT_AHEAD_MS_MAX, withNonce } from './seen-nonces.ts'
import { verifySigners } from './signatures.ts'
import { type AgreementLookup, createState, type ProgrammeState, type StateFields } from './state.ts'
import { parseStatement, type Statement } from './statement.ts'

/** Where a statement stands in the ledger. */
export interface Standing {
  readonly index: number
  readonly timeMs: number
}

/**
 * The state after `signed`, which stands at `at`.
 *
 * @param state null before the founding statement
 * @throws {ProgrammeError} a `StatementRefusal`: the statement has no effect
 */
export function fold(
  state: ProgrammeState | null,
  signed: unknown,
  at: Standing,
  agreements: AgreementLookup,
): ProgrammeState {
  const statement = parseStatement(signed)
  checkFresh(state, statement, at)
  const signers = verifySigners(state?.fields ?? null, statement, at.timeMs)
  if (state === null) {
    if (statement.type !== 'programme.found') {
      throw new ProgrammeError(
        'statement_not_founded',
        'the programme is not founded: its first statement founds it',
      )
    }
    return createState(foundProgramme(statement, { at, agreements, signers, digest: statement.digest }))
  }
  const { rule } = kindOf(statement.type)
  const changes = rule(state.fields, statement.payload, { at, agreements, signers, digest: statement.digest })
  return createState({
    ...state.fields,
    ...changes,
    index: at.index + 1,
    seen: withNonce(state.fields.seen, statement.nonce, at.timeMs),
  } satisfies StateFields)
}

function checkFresh(state: ProgrammeState | null, statement: Statement, at: Standing): void {
  if (state !== null && statement.programme !== state.programme) {
    throw new ProgrammeError(
      'statement_foreign_programme',
      `the statement is of programme \`${statement.programme}\`, this one is \`${state.programme}\``,
    )
  }
  if (statement.issuedAtMs > at.timeMs + STATEMENT_AHEAD_MS_MAX) {
    throw new ProgrammeError(
      'statement_from_the_future',
      'the statement was issued in the future: check the clocks',
    )
  }
  if (statement.issuedAtMs < at.timeMs - STATEMENT_AGE_MS_MAX) {
    throw new ProgrammeError('statement_too_old', 'the statement is older than seven days: issue it again')
  }
  if (state !== null && nonceSeen(state.fields.seen, statement.nonce)) {
    throw new ProgrammeError(
      'statement_replayed',
      'this statement was made before: one statement counts once',
    )
  }
}
