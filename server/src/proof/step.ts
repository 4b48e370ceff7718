/**
 * Whether a step from a fact's better value to a worse one gains anything: what I9 asks more than a hundred times of the same sets.
 *
 * The records that break a step are the difference of two cofactors; making those made 770,000 nodes for 100 clauses. Whether there
 * is any needs none of them: at every node where the walk down arrives at the fact, the branch of the worse value must lie within
 * that of the better one. Only a step that is broken is written out. Spec: docs/spec/proof.md §4.
 */
import type { FactName } from '../agreement/index.ts'
import { FALSE, type Node } from './bdd.ts'
import { follow, type Slot, type Space } from './space.ts'

export interface Steps {
  /** Records of the set at the worse value that, all other facts equal, are not in it at the better one. */
  lost(set: Node, fact: FactName, worse: string, better: string): Node
}

export function createSteps(space: Space): Steps {
  const known = new Map<Node, ReadonlyMap<Slot, readonly Node[]>>()
  const frontOf = (set: Node, slot: Slot): readonly Node[] => {
    const fronts = known.get(set) ?? findFronts(space, set)
    known.set(set, fronts)
    return fronts.get(slot) ?? []
  }
  return {
    lost(set, fact, worse, better) {
      const slot = space.slot(fact)
      const [low, high] = [slot.values.indexOf(worse), slot.values.indexOf(better)]
      const kept = frontOf(set, slot).every((node) =>
        space.bdd.within(follow(space.bdd, node, slot, low), follow(space.bdd, node, slot, high)),
      )
      return kept ? FALSE : space.bdd.lost(set, slot.first, slot.bits, low, high)
    },
  }
}

/** For each fact the nodes at which the walk down from the set arrives; those that do not test it are left out. */
function findFronts({ bdd, slots }: Space, set: Node): ReadonlyMap<Slot, readonly Node[]> {
  let front: ReadonlySet<Node> = new Set(set === FALSE ? [] : [set])
  return new Map(
    slots.map((slot) => {
      const testing = [...front].filter((node) => bdd.levelOf(node) < slot.first + slot.bits)
      const next = new Set([...front].filter((node) => bdd.levelOf(node) >= slot.first + slot.bits))
      for (const node of testing) {
        for (const code of slot.values.keys()) next.add(follow(bdd, node, slot, code))
      }
      next.delete(FALSE)
      front = next
      return [slot, testing]
    }),
  )
}
