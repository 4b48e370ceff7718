/**
 * The projection room: what PostgreSQL reflects of the ledger, and reading it back.
 */

export { forgetDestroyed } from './forget.ts'
export { type GovernanceRow, governanceRows, type Rebuilt, writeGovernance } from './governance-rows.ts'
export { Projection, projectedIndex } from './projection.ts'
export { type DecisionQuery, type DecisionRow, selectTally, selectTokens } from './query.ts'
export { compareAside, type Difference, setAside } from './rebuild.ts'
