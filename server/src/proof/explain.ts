/**
 * What would have to be different about one request for it to be allowed.
 *
 * Spec: docs/spec/proof.md §12.
 */
import {
  type Agreement,
  FACT_NAMES,
  FACT_VALUES,
  type FactName,
  type Facts,
  ORDINARY,
} from '../agreement/index.ts'
import { coherentRecords } from './coherence.ts'
import { ProofError } from './error.ts'
import { differences, nearestRecord } from './example.ts'
import { createReplayer } from './replay.ts'
import { createSpace } from './space.ts'
import { buildVerdicts } from './verdicts.ts'

export interface Wanted {
  readonly fact: FactName
  readonly from: string
  readonly to: string
}

/**
 * The fewest facts that would have to differ, confirmed by the engine; what kind of work it is stays, unless nothing else helps.
 * Empty when the record is allowed, or when nothing is allowed at all.
 */
export function allowedNear(agreement: Agreement, facts: Facts): Wanted[] {
  const space = createSpace()
  const { bdd } = space
  const { allow } = buildVerdicts(space, agreement)
  const likely = bdd.and(allow, coherentRecords(space))
  const sameSide = bdd.and(likely, space.atom('side', [facts.side]))
  const near =
    nearestRecord(space, sameSide, facts) ??
    nearestRecord(space, likely, facts) ??
    nearestRecord(space, allow, facts)
  if (near === null) return []
  createReplayer(agreement).confirm(near, 'allow')
  return differences(near, facts).map((fact) => ({ fact, from: facts[fact], to: near[fact] }))
}

/**
 * Reads a record of facts that a person wrote: facts left out are those of an ordinary request.
 *
 * @throws {ProofError} `proof_facts_invalid`
 */
export function parseFacts(value: unknown): Facts {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProofError('proof_facts_invalid', 'facts are an object of names and values')
  }
  for (const [name, text] of Object.entries(value)) {
    const fact = FACT_NAMES.find((each) => each === name)
    if (fact === undefined) throw new ProofError('proof_facts_invalid', `\`${name}\` is not a fact`)
    const values: readonly unknown[] = FACT_VALUES[fact]
    if (values.includes(text)) continue
    throw new ProofError(
      'proof_facts_invalid',
      `fact \`${fact}\` is \`${String(text)}\`; it is one of ${values.join(', ')}`,
    )
  }
  // Every member was compared with its fact's values.
  return Object.freeze({ ...ORDINARY, ...value }) as Facts
}
