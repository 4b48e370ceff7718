/** What a rule of the fold gets and gives: one rule a statement type, each a pure function. */
import type { Signers } from './signers.ts'
import type { AgreementLookup, StateFields } from './state.ts'
import type { Payload, StatementType } from './statement.ts'

export interface RuleContext {
  readonly at: { readonly index: number; readonly timeMs: number }
  readonly agreements: AgreementLookup
  readonly signers: Signers
  /** Digest of the statement. */
  readonly digest: string
}

export type Changes = Partial<Omit<StateFields, 'index' | 'seen' | 'programme' | 'founding' | 'sample'>>

/** @throws {ProgrammeError} a `StatementRefusal` */
export type Rule<T extends StatementType> = (
  state: StateFields,
  payload: Payload<T>,
  context: RuleContext,
) => Changes

export type RulesFor<T extends StatementType> = { readonly [K in T]: Rule<K> }
export type Rules = RulesFor<Exclude<StatementType, 'programme.found'>>
