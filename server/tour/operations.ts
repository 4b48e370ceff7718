/**
 * The operations tour: a broker session with a real MCP client, and alert triage as a governed run, on a server of its own.
 * `npm run tour -- operations [--json FILE]`. No key, no network, no AI: what plans the run is `rehearsal/1 (no AI)`.
 */
import { openOperationsWorld } from './operations-world.ts'
import { runOwnWorldTour } from './own-world.ts'
import { OPERATIONS_ROWS } from './rows-operations.ts'

await runOwnWorldTour({
  about: 'a server of its own, with the sample agreement, a tool server, and rules and events as published',
  rows: OPERATIONS_ROWS,
  shown: ({ receipt }) => receipt,
  open: () => openOperationsWorld((text) => console.log(`     ${text}`)),
})
