/** Witnesses: the server that is one, and the log's side that asks them. Layer 3. Spec: docs/spec/witness.md. */
export { type Cosigner, createCosigner, openCosigners } from './cosigner.ts'
export { WitnessError, type WitnessErrorCode } from './error.ts'
export { openWitness, type WitnessPlace, type WitnessService } from './open-witness.ts'
export { type Witnessed, type WitnessedLedger, Witnessing, type WitnessingOptions } from './witnessing.ts'
