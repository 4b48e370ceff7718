/**
 * Picks one record of a set to show to people: the one that is nearest to another record.
 *
 * A set of 2^50 records says nothing; the record that differs in two facts from an ordinary request says what went wrong.
 * Records that the fact finder could make are preferred (coherence.ts). Deterministic: same set, same record.
 * Spec: docs/spec/proof.md §6.
 */
import { FACT_NAMES, type FactName, type Facts, ORDINARY } from '../agreement/index.ts'
import { FALSE, type Node } from './bdd.ts'
import { follow, type Space } from './space.ts'

/** Cost of leaving a fact as it is in the record to be near to; unknown says least, so it costs most. */
const CHANGED = 2
const UNKNOWN = 3
const NOT_APPLICABLE_IN_PLACE = 1

/**
 * The record of the set that differs least from `near`, or null when the set is empty.
 *
 * Looks for one at cost 0, then 1, and so on: what is shown differs in few facts, and most of a large diagram is never visited.
 * Weighing every node instead took five times as long.
 */
export function nearestRecord(space: Space, set: Node, near: Facts = ORDINARY): Facts | null {
  if (set === FALSE) return null
  const costs = space.slots.map(({ fact, values }) => values.map((value) => costOf(fact, value, near)))
  // Largest cost at which nothing was found below a node, by the place among the facts.
  const tried = space.slots.map(() => new Map<Node, number>())
  const chosen: number[] = []
  const find = (position: number, node: Node, left: number): boolean => {
    if (node === FALSE) return false
    const slot = space.slots[position]
    if (slot === undefined) return true
    if ((tried[position]!.get(node) ?? -1) >= left) return false // a map for every slot
    for (const [code, cost] of costs[position]!.entries()) {
      if (cost > left) continue
      chosen[position] = code
      if (find(position + 1, follow(space.bdd, node, slot, code), left - cost)) return true
    }
    tried[position]!.set(node, left)
    return false
  }
  // A set that is not empty has a record, so some cost is enough.
  for (let cost = 0; !find(0, set, cost); cost++);
  // `find` chose a code of every slot.
  return record(new Map(space.slots.map(({ fact, values }, position) => [fact, values[chosen[position]!]!])))
}

/** Any record of the set, or null when it is empty: one walk down, ordinary values first. */
export function someRecord(space: Space, set: Node): Facts | null {
  if (set === FALSE) return null
  const chosen = new Map<FactName, string>()
  let node = set
  for (const slot of space.slots) {
    const values = [ORDINARY[slot.fact], ...slot.values]
    const below = (value: string): Node => follow(space.bdd, node, slot, slot.values.indexOf(value))
    // INVARIANT: no node but FALSE is empty, so one of the values leads on.
    const value = values.find((each) => below(each) !== FALSE)!
    chosen.set(slot.fact, value)
    node = below(value)
  }
  return record(chosen)
}

function record(chosen: ReadonlyMap<FactName, string>): Facts {
  // Every fact has a slot, and every value is one of its own.
  return Object.freeze(
    Object.fromEntries(FACT_NAMES.map((name) => [name, chosen.get(name)])),
  ) as unknown as Facts
}

/** Facts in which two records differ, in declared order. */
export function differences(facts: Facts, from: Facts = ORDINARY): FactName[] {
  return FACT_NAMES.filter((name) => facts[name] !== from[name])
}

function costOf(fact: FactName, value: string, near: Facts): number {
  if (value === near[fact]) return 0
  if (value === 'unknown') return UNKNOWN
  return value === 'not_applicable' ? NOT_APPLICABLE_IN_PLACE : CHANGED
}
