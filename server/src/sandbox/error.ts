/** Errors of the sandbox room. A command that fails, is cut or hangs is a result, not an error. */

export const SANDBOX_ERROR_CODES = [
  'sandbox_unavailable',
  'sandbox_command_invalid',
  'sandbox_path_outside',
  'sandbox_file_too_large',
  'sandbox_not_a_file',
  'sandbox_closed',
] as const
export type SandboxErrorCode = (typeof SANDBOX_ERROR_CODES)[number]

export class SandboxError extends Error {
  override readonly name = 'SandboxError'
  readonly code: SandboxErrorCode

  constructor(code: SandboxErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
