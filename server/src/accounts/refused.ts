/**
 * Whose a refused decision is, so that nobody appeals another one's: the first appeal of a decision is the only one.
 *
 * Known for the last refusals since the start: of an older one the reviewer's page still says whose it is, and reviews no other.
 * Spec: docs/spec/appeal.md §1.
 */
import { createLru } from '../base/index.ts'
import { ProgrammeError } from '../programme/index.ts'

const REFUSED_MAX = 65_536

export interface RefusedDecision {
  readonly actor: string
  readonly institution: string
}

export class RefusedBook {
  readonly #decisions = createLru<string, RefusedDecision>(REFUSED_MAX)

  add(decision: string, refused: RefusedDecision): void {
    this.#decisions.set(decision, refused)
  }

  /** @throws {ProgrammeError} `statement_signer_not_entitled` when the decision is known and is not this one's */
  check(decision: string, { actor, institution }: RefusedDecision): void {
    const known = this.#decisions.get(decision)
    if (known === undefined || (known.actor === actor && known.institution === institution)) return
    throw new ProgrammeError(
      'statement_signer_not_entitled',
      `\`${decision}\` is no refusal of \`${actor}\` at \`${institution}\``,
    )
  }
}
