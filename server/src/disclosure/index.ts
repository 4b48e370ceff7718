/** Evidence packs: what an order may see of the ledger, with proof of the rest. Layer 11. */
export { DisclosureError, type DisclosureErrorCode } from './error.ts'
export type { LabelOf } from './fate.ts'
export { registerLabels } from './labels.ts'
export { makePack, type PackParts } from './pack.ts'
