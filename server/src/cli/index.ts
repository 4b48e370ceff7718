/** The `sekisho` command. Layer 8. */
export type { CliContext } from './command.ts'
export { CliError, type CliErrorCode } from './error.ts'
export { runCli } from './run.ts'
