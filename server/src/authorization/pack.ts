/**
 * Facts as a key: one digit per fact, in declared order, the digit being the value's position.
 *
 * Total records have total keys, so two requests share a decision only when every fact is equal.
 * Spec: docs/spec/facts.md §3.
 */
import { FACT_NAMES, FACT_VALUES, type FactName, type Facts } from '../agreement/index.ts'
import { AuthorizationError } from './error.ts'

/** Digit of each value of each fact. */
const DIGITS: readonly ReadonlyMap<string, number>[] = FACT_NAMES.map(
  (name) => new Map(FACT_VALUES[name].map((value, position) => [value, position.toString(36).charCodeAt(0)])),
)
/** The key being made. */
const KEY = Buffer.alloc(FACT_NAMES.length)

/** @throws {AuthorizationError} `authorization_fact_invalid` when a fact is missing or has no such value */
export function packFacts(facts: Facts): string {
  for (let i = 0; i < FACT_NAMES.length; i++) {
    // INVARIANT: DIGITS has an entry for each name.
    const name = FACT_NAMES[i]!
    const digit = DIGITS[i]!.get(facts[name])
    if (digit === undefined) {
      throw new AuthorizationError(
        'authorization_fact_invalid',
        `fact \`${name}\` is \`${String(facts[name])}\``,
      )
    }
    KEY[i] = digit
  }
  return KEY.toString('latin1')
}

/** Inverse of `packFacts`. @throws {AuthorizationError} `authorization_fact_invalid` */
export function unpackFacts(key: string): Facts {
  const values = FACT_NAMES.map((name, position): [FactName, string] => {
    const value = FACT_VALUES[name][Number.parseInt(key[position] ?? '', 36)]
    if (value === undefined) {
      throw new AuthorizationError(
        'authorization_fact_invalid',
        `key \`${key}\` has no value for \`${name}\``,
      )
    }
    return [name, value]
  })
  if (key.length !== FACT_NAMES.length) {
    throw new AuthorizationError('authorization_fact_invalid', `key \`${key}\` is too long`)
  }
  // Every name was given a value of its own list.
  return Object.freeze(Object.fromEntries(values)) as Facts
}
