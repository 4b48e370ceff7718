/**
 * One row of the tour: what is tried, what must happen, what did.
 *
 * A row passes when `got` equals `expected`, letter for letter; both are short enough to read in a table.
 * Row ids are stable: scripts and readers refer to them.
 */

export interface RowOutcome {
  readonly got: string
  /** Clause of the agreement that determined it, when there is one. */
  readonly clause: string | null
  /** Receipt id of the entry that proves it, when there is one. */
  readonly receipt: string | null
}

export interface TourRow<Context> {
  readonly id: string
  readonly what: string
  readonly expected: string
  run(context: Context): Promise<RowOutcome>
}

export interface RowReport extends RowOutcome {
  readonly id: string
  readonly what: string
  readonly expected: string
  readonly ms: number
  readonly ok: boolean
}

/** Runs one row; whatever it throws is what it got. */
export async function runRow<Context>(row: TourRow<Context>, context: Context): Promise<RowReport> {
  const startMs = performance.now()
  let outcome: RowOutcome
  try {
    outcome = await row.run(context)
  } catch (error) {
    outcome = { got: `error: ${(error as Error).message}`, clause: null, receipt: null }
  }
  const ms = Math.round(performance.now() - startMs)
  const { id, what, expected } = row
  return { id, what, expected, ...outcome, ms, ok: outcome.got === expected }
}
