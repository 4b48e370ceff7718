/** Why a command could not do what was asked. The message says what to do next. */

export type CliErrorCode =
  | 'cli_usage'
  | 'cli_key_file'
  | 'cli_file'
  | 'cli_server_unreachable'
  | 'cli_server_refused'
  | 'cli_answer_malformed'

export class CliError extends Error {
  override readonly name = 'CliError'
  readonly code: CliErrorCode
  constructor(code: CliErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** What the process ends with. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const

export const usageError = (message: string): CliError => new CliError('cli_usage', message)
