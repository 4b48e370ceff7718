/**
 * The governance tour: how the agreement is changed, on a server of its own. `npm run tour -- governance [--json FILE]`.
 *
 * Periods are seconds instead of days; nothing else of the sample differs.
 */
import { openWorld } from './governance-world.ts'
import { runOwnWorldTour } from './own-world.ts'
import { GOVERNANCE_ROWS } from './rows-governance.ts'

await runOwnWorldTour({
  about: 'a server of its own, with the sample agreement and periods of seconds instead of days',
  rows: GOVERNANCE_ROWS,
  shown: ({ clause }) => clause,
  open: openWorld,
  notes: ({ notes }) => notes,
})
