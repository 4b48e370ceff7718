/** What a kind of statement is: the shape of its payload, and a pure rule from state to changes. */
import type { Shape } from '../identity/index.ts'
import type { EnrolledKey } from './members.ts'
import type { Signers } from './signers.ts'
import type { AgreementLookup, StateFields } from './state.ts'

export interface RuleContext {
  readonly at: { readonly index: number; readonly timeMs: number }
  readonly agreements: AgreementLookup
  readonly signers: Signers
  /** Digest of the statement. */
  readonly digest: string
}

export type Changes = Partial<Omit<StateFields, 'index' | 'seen' | 'programme' | 'founding' | 'sample'>>

export interface Kind<P> {
  /** Closed: an unknown member is refused. */
  readonly shape: Shape<P>
  /** @throws {ProgrammeError} a `StatementRefusal` */
  readonly rule: (state: StateFields, payload: P, context: RuleContext) => Changes
  /** Party keys that the statement itself brings, because nobody could have enrolled them before. */
  readonly brings?: (payload: P) => readonly { readonly id: string; readonly keys: readonly EnrolledKey[] }[]
}
