/** Why a command could not do what was asked. The message says what to do next. */

/** For programs that embed the commands; API: add, never rename. */
export type CliErrorCode =
  | 'cli_usage'
  | 'cli_key_file'
  | 'cli_file'
  | 'cli_server_unreachable'
  | 'cli_server_refused'
  | 'cli_answer_malformed'
  /** Asked on a terminal, and the answer was not yes. */
  | 'cli_not_confirmed'

/** A command could not do what was asked; the message says what to do next. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly code: CliErrorCode
  /** The server's own code, where it refused. */
  readonly serverCode: string | null
  constructor(
    code: CliErrorCode,
    message: string,
    options?: ErrorOptions & { readonly serverCode?: string },
  ) {
    super(message, options)
    this.code = code
    this.serverCode = options?.serverCode ?? null
  }
}

/** What the process ends with. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const

export const usageError = (message: string): CliError => new CliError('cli_usage', message)
