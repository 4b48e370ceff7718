/** Labels out of the capability register. Spec: docs/spec/register.md, docs/spec/evidence-pack.md §7. */
import { labelOf, type RegisterView } from '../governance/index.ts'
import type { LabelOf } from './fate.ts'

/**
 * A model that stands in the register has the label of each of its capabilities, unregistered ones the strictest; of a
 * model about which nothing was registered nothing is restricted.
 */
export function registerLabels(register: Pick<RegisterView, 'capabilities'>): LabelOf {
  const known = new Set(Object.values(register.capabilities).map(({ model }) => model))
  const view = { capabilities: register.capabilities, clearances: {} }
  return (model, capability) => (known.has(model) ? labelOf(view, model, capability) : 'public')
}
