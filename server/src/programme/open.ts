/** Opens the programme over a ledger. */
import type { Programme, ProgrammeOptions } from './programme.ts'

export async function openProgramme(_options: ProgrammeOptions): Promise<Programme> {
  throw new Error('under construction')
}
