/** The refusal to say anything about a programme that has no founding statement yet. */
import { ProgrammeError } from '../programme/index.ts'

/** @throws {ProgrammeError} `programme_not_founded`, always */
export function notFounded(): never {
  throw new ProgrammeError(
    'programme_not_founded',
    'the programme is not founded: submit its founding statement',
  )
}
